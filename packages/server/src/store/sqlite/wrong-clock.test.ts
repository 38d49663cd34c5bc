/** A store that was opened once under a clock that was years ahead (decision 0042). */
import { rmSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { asking, ending, SUCCEEDED } from '../contract/world.ts'
import type { Store } from '../port.ts'
import { serve } from './serve.ts'
import { connectStore } from './sqlite-store.ts'
import { createSharedClock, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const KEY = { roomId: 'room', threadId: 'thread' }
const NOW = Date.UTC(2026, 5, 1)
const WRONG = Date.UTC(2040, 0, 1)

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

async function openAt(time: number) {
  const clock = createSharedClock(time)
  const aheads: number[] = []
  const { port1, port2 } = new MessageChannel()
  const opening = connectStore(
    port1,
    () => {},
    undefined,
    undefined,
    (ms) => void aheads.push(ms),
  )
  serve(port2, { directory, clock })
  const store = await opening
  const pass = (ms: number) => {
    clock[0] = (clock[0] ?? 0) + ms
  }
  return { store, pass, aheads }
}

async function runThrough({ store, pass }: { store: Store; pass: (ms: number) => void }, runId: string, ms: number) {
  await store.runs.start(ALICE, KEY, asking(runId))
  const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 15_000 })
  if (!claim) throw new Error('nothing to claim')
  pass(ms)
  await store.work.end(claim.lease, ending(claim.lease, SUCCEEDED))
  const answer = await store.runs.get(ALICE, KEY, runId)
  if (answer.type !== 'run' || !('endedAt' in answer.run)) throw new Error('it has not ended')
  return answer.run
}

it('reports how far it is ahead, and gives runs their true durations', async () => {
  const wrong = await openAt(WRONG)
  expect(wrong.aheads).toEqual([0])
  await wrong.store.rooms.create(ALICE, { roomId: 'room', title: 'Room', agentId: 'demo' })
  await runThrough(wrong, 'r-1', 1_000)
  await wrong.store.close()

  const right = await openAt(NOW)
  expect(right.aheads).toEqual([WRONG + 1_000 - NOW])
  const run = await runThrough(right, 'r-2', 7_000)
  expect(Date.parse(run.endedAt) - Date.parse(run.startedAt ?? '')).toBe(7_000)
  expect(Date.parse(run.startedAt ?? '')).toBeGreaterThanOrEqual(WRONG)
  await right.store.close()
})

it('lets a lease expire, and remembered cancels free their places', async () => {
  const wrong = await openAt(WRONG)
  await wrong.store.rooms.create(ALICE, { roomId: 'room', title: 'Room', agentId: 'demo' })
  await wrong.store.runs.start(ALICE, KEY, asking('r-0'))
  await wrong.store.close()

  const right = await openAt(NOW)
  await right.store.work.claim({ workerId: 'gone', limit: 1, leaseMs: 15_000 })
  right.pass(15_001)
  expect(await right.store.work.settleOrphans('expired')).toBe(1)

  const cancel = (n: number) => right.store.runs.cancelRun(ALICE, KEY, `never-${n}`)
  for (let n = 0; n < 1_000; n++) await cancel(n)
  expect(await cancel(1_000)).toEqual({ type: 'too_many' })
  right.pass(60_001)
  expect(await cancel(1_000)).toEqual({ type: 'requested' })
  await right.store.close()
})

it('finds the runs of this year, and those from before', async () => {
  const wrong = await openAt(NOW)
  await wrong.store.rooms.create(ALICE, { roomId: 'room', title: 'Room', agentId: 'demo' })
  await runThrough(wrong, 'before', 1_000)
  await wrong.store.close()
  const odd = await openAt(WRONG)
  await runThrough(odd, 'wrong', 1_000)
  await odd.store.close()

  const { store, pass } = await openAt(NOW + 5_000)
  await runThrough({ store, pass }, 'now', 1_000)
  const found = async (since: number, until: number) => {
    const answer = await store.runs.timeline(ALICE, { limit: 10, since, until })
    if (answer.type !== 'page') throw new Error(answer.type)
    return answer.items.map(({ runId }) => runId)
  }
  expect(await found(Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toEqual(['now', 'wrong', 'before'])
  // What ended before the present is unchanged.
  expect(await found(Date.UTC(2026, 0, 1), NOW - 3_600_000)).toEqual([])
  await store.close()
})
