/**
 * What holds of every thread at every moment, whatever happened (ARCHITECTURE.md, I1–I6; GUARANTEES.md, G2), and is
 * checked after everything that the suite does.
 */
import { createFold, type Envelope, isEnded, type ThreadKey, threadStatus } from '@holdfast/core'
import { expect } from 'vitest'
import { ALICE, type World } from './world.ts'

export async function expectSound(world: World, key: ThreadKey): Promise<void> {
  const envelopes = await world.log(key)
  expectOrder(key, envelopes)
  expectRunsEndOnce(envelopes)

  const fold = createFold(key)
  for (const envelope of envelopes) fold.apply(envelope)
  const view = fold.view()
  const snapshot = await world.store.threads.snapshot(ALICE, key)
  if (snapshot.type !== 'snapshot') throw new Error(`The snapshot answered ${snapshot.type}.`)
  expect(snapshot.view, 'I4: the snapshot is the fold of the log').toEqual(view)
  expect(snapshot.thread).toMatchObject({ ...key, lastSeq: envelopes.length, status: threadStatus(view) })
  const page = await world.store.threads.list(ALICE, key.roomId, { limit: 200 })
  expect(page).toMatchObject({ items: expect.arrayContaining([snapshot.thread]) })

  const runs = await world.store.runs.list(ALICE, key)
  expect(runs, 'rows and log say the same of every run').toEqual({ type: 'runs', items: view.runs })
  expect(view.runs.filter((run) => run.status === 'running' || run.status === 'cancelling').length).toBeLessThanOrEqual(
    1,
  )
  for (const run of view.runs) {
    const records = envelopes.filter((envelope) => envelope.runId === run.runId)
    const span = { firstSeq: records[0]?.seq, ...(isEnded(run) && { lastSeq: records.at(-1)?.seq }) }
    expect(await world.store.runs.get(ALICE, key, run.runId)).toEqual({ type: 'run', run, span })
  }
}

/** G2, I3: 1, 2, 3 … without holes, time not running backwards, nothing of another thread. */
function expectOrder(key: ThreadKey, envelopes: readonly Envelope[]): void {
  let at = ''
  for (const [index, envelope] of envelopes.entries()) {
    expect(envelope).toMatchObject({ v: 1, ...key, seq: index + 1 })
    expect(Object.keys(envelope).at(-1)).toBe('event')
    expect(new Date(envelope.at).toISOString()).toBe(envelope.at)
    expect(envelope.at >= at, 'time does not run backwards').toBe(true)
    at = envelope.at
  }
}

/** I1, I2, I6: one run at a time; each ends once, with its terminal event and run.ended side by side; then nothing. */
function expectRunsEndOnce(envelopes: readonly Envelope[]): void {
  const accepted = new Set<string>()
  const over = new Set<string>()
  let live: string | undefined
  let terminal: Envelope | undefined
  for (const envelope of envelopes) {
    const { runId = '', event } = envelope
    expect(over.has(runId), `nothing follows the end of ${runId}`).toBe(false)
    if (terminal) expect(envelope).toMatchObject({ runId: terminal.runId, event: { type: 'run.ended' } })
    if (event.type === 'run.accepted') {
      expect(accepted.has(runId), `${runId} is accepted once`).toBe(false)
      accepted.add(runId)
    } else if (event.type === 'RUN_STARTED') {
      expect(live, 'one run at a time').toBeUndefined()
      live = runId
    } else if (envelope.kind === 'agui') {
      expect(runId, 'only the live run writes').toBe(live)
    }
    expect(accepted.has(runId), `${runId} was accepted first`).toBe(true)
    if (event.type === 'run.ended') {
      expect(terminal, 'its terminal event stands right before run.ended').toBeDefined()
      over.add(runId)
      live = undefined
    }
    terminal = event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR' ? envelope : undefined
  }
  expect(terminal).toBeUndefined()
}
