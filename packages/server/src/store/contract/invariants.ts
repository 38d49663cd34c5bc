/**
 * Invariants that every thread keeps at all times (ARCHITECTURE.md, I1–I6; GUARANTEES.md, G2). Checked after every test
 * of the suite.
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

  const order = view.queue.map((entry) => entry.run.runId)
  const shown = view.runs.map((run) =>
    run.status === 'queued' ? { ...run, position: order.indexOf(run.runId) + 1 } : run,
  )
  const runs = await world.store.runs.list(ALICE, key, { limit: 200 })
  expect(runs, 'rows and log agree about every run').toEqual({ type: 'page', items: shown })
  const queued = view.runs.filter((run) => run.status === 'queued').map((run) => run.runId)
  expect(order.toSorted(), 'the queue holds exactly the queued runs').toEqual(queued.toSorted())
  expect(await world.store.runs.queue(ALICE, key)).toMatchObject({ queue: { order, paused: view.queuePaused } })
  expect(view.runs.filter((run) => run.status === 'running' || run.status === 'cancelling').length).toBeLessThanOrEqual(
    1,
  )
  for (const run of shown) {
    const records = envelopes.filter((envelope) => envelope.runId === run.runId)
    const span = { firstSeq: records[0]?.seq, ...(isEnded(run) && { lastSeq: records.at(-1)?.seq }) }
    expect(await world.store.runs.get(ALICE, key, run.runId)).toEqual({ type: 'run', run, span })
  }
}

/** G2, I3: positions 1, 2, 3 … without gaps, times that never decrease, no records of another thread. */
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

/**
 * I1, I2, I6: one run at a time. Each run ends once, with its terminal event and run.ended side by side, and writes
 * nothing after that. A run that ends before it started writes all its records at once, possibly while another run is
 * live.
 */
function expectRunsEndOnce(envelopes: readonly Envelope[]): void {
  const accepted = new Set<string>()
  const over = new Set<string>()
  let live: string | undefined
  const unstarted = new Set(endedBeforeStart(envelopes))
  let terminal: Envelope | undefined
  for (const envelope of envelopes) {
    const { runId, event } = envelope
    if (runId === undefined) {
      expect(terminal, 'the thread says nothing between a terminal event and its run.ended').toBeUndefined()
      continue
    }
    expect(over.has(runId), `nothing follows the end of ${runId}`).toBe(false)
    if (terminal) expect(envelope).toMatchObject({ runId: terminal.runId, event: { type: 'run.ended' } })
    if (event.type === 'run.accepted') {
      expect(accepted.has(runId), `${runId} is accepted once`).toBe(false)
      accepted.add(runId)
    } else if (event.type === 'RUN_STARTED') {
      if (unstarted.has(runId)) continue
      expect(live, 'one run at a time').toBeUndefined()
      live = runId
    } else if (envelope.kind === 'agui' && !unstarted.has(runId)) {
      expect(runId, 'only the live run writes').toBe(live)
    }
    expect(accepted.has(runId), `${runId} was accepted first`).toBe(true)
    if (event.type === 'run.ended') {
      expect(terminal, 'its terminal event stands right before run.ended').toBeDefined()
      over.add(runId)
      if (live === runId) live = undefined
    }
    terminal = event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR' ? envelope : undefined
  }
  expect(terminal).toBeUndefined()
}

/** Runs that no worker ever claimed: their RUN_STARTED, terminal event and run.ended are adjacent. */
function endedBeforeStart(envelopes: readonly Envelope[]): string[] {
  return envelopes.flatMap(({ runId = '', event }, index) => {
    const [terminal, end] = [envelopes[index + 1], envelopes[index + 2]]
    const together = terminal?.runId === runId && end?.runId === runId && end.event.type === 'run.ended'
    const claimed = envelopes.some((each) => each.runId === runId && each.event.type === 'run.status')
    return event.type === 'RUN_STARTED' && together && !claimed ? [runId] : []
  })
}
