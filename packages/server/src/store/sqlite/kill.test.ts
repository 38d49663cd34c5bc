import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Envelope, envelopeJson, splitFrames } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { Store } from '../port.ts'
import { StoreOpenError } from './open-error.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const THREAD = { roomId: 'room-1', threadId: 'thread-1' }
const CHILD = fileURLToPath(new URL('./testing/append-until-killed.ts', import.meta.url))

interface Killed {
  /** The last position that was published or acknowledged. */
  readonly seen: number
  /** The refusal that another process got when it tried to open the same data meanwhile. */
  readonly refusal: unknown
}

/** Lets a process append until it has printed `lines` lines, then kills it, whatever it is doing. */
async function appendAndKill(directory: string, runId: string, lines: number): Promise<Killed> {
  const child = spawn(process.execPath, [CHILD, directory, runId], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  let seen = 0
  let refusal: unknown
  let heard = 0
  for await (const line of createInterface({ input: child.stdout })) {
    // Lines that it printed after the kill was sent count as well.
    seen = Math.max(seen, Number(line.split(' ')[1]))
    if (++heard === 1) refusal = await openInThread({ directory, publish() {} }).catch((error: unknown) => error)
    if (heard === lines) child.kill('SIGKILL')
  }
  expect(await exited).toBe('SIGKILL')
  return { seen, refusal }
}

async function wholeLog(store: Store): Promise<Envelope[]> {
  const envelopes: Envelope[] = []
  for (;;) {
    const range = { after: envelopes.length, maxBytes: 64_000, maxRecords: 1_000 }
    const chunk = await store.log.read(ALICE, THREAD, range)
    if (chunk.type !== 'chunk') throw new Error(chunk.type)
    const frames = splitFrames(new TextDecoder().decode(chunk.frames))
    envelopes.push(...frames.map((frame) => JSON.parse(envelopeJson(frame)) as Envelope))
    if (chunk.lastSeq === chunk.head) return envelopes
  }
}

/** Deterministic, and different for each round. */
const LINES = [3, 60, 7, 300]

describe('a process that is killed in the middle of a run', () => {
  it('loses nothing that anyone has seen, and leaves neither gaps nor a lock (G1, G2, G11)', async () => {
    const directory = temporaryDirectory()
    let before: Envelope[] = []
    for (const [round, lines] of LINES.entries()) {
      const runId = `run-${round}`
      const { seen, refusal } = await appendAndKill(directory, runId, lines)
      expect(refusal).toBeInstanceOf(StoreOpenError)
      expect(refusal).toMatchObject({ code: 'locked' })

      const store = await openInThread({ directory, publish() {} })
      const log = await wholeLog(store)
      expect(log.length).toBeGreaterThanOrEqual(seen)
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
      expect(log.slice(0, before.length)).toEqual(before)

      const deltas = log.flatMap(({ runId: of, event }) => (of === runId && 'delta' in event ? [event.delta] : []))
      expect(deltas).toEqual(deltas.map((_, n) => `t${n} `))

      const snapshot = await store.threads.snapshot(ALICE, THREAD)
      if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
      const answer = snapshot.view.messages.find(({ id }) => id === `${runId}-a`)
      expect(answer?.content ?? '').toBe(deltas.join(''))
      before = log
      await store.close()
    }
    rmSync(directory, { recursive: true })
  }, 60_000)
})
