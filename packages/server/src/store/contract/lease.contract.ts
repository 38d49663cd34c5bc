/** Contract: writing a run under a lease: append, renew, end. */
import { expect, it } from 'vitest'
import type { Lease } from '../port.ts'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  ALICES_THREAD,
  beginning,
  CANCELLED,
  ending,
  FAILED,
  type InWorld,
  json,
  LEASE_MS,
  SUCCEEDED,
  saying,
  THREAD,
  typesOf,
  type World,
} from './world.ts'

const LOST = { type: 'lost' }

/** I12: every call with this lease answers `lost` and writes nothing. */
async function expectLost(world: World, lease: Lease): Promise<void> {
  const before = await world.log()
  const told = world.notices.length
  expect(await world.store.work.append(lease, saying('late', 'Too late.'))).toEqual(LOST)
  expect(await world.store.work.append(lease, [])).toEqual(LOST)
  expect(await world.store.work.renew([lease], LEASE_MS)).toEqual([LOST])
  expect(await world.store.work.end(lease, ending(lease, SUCCEEDED))).toEqual(LOST)
  expect(await world.store.work.end(lease, ending(lease, CANCELLED))).toEqual(LOST)
  expect(await world.log()).toEqual(before)
  expect(world.notices).toHaveLength(told)
}

export function leaseContract(inWorld: InWorld): void {
  it(
    'appends are stored in order, and the notice says where they are',
    inWorld(async (world) => {
      const { store, notices } = world
      const { lease } = await world.running('r-1')
      const events = saying('m-1', 'Grüße, 世界 🌍 "quoted"\n\nline\\')
      expect(await store.work.append(lease, events)).toEqual({ type: 'running' })
      const envelopes = await world.log()
      expect(envelopes.slice(3).map((envelope) => envelope.event)).toEqual(events.map((event) => JSON.parse(event)))
      const told = notices.findLast((notice) => notice.type === 'thread.more')
      expect(told).toMatchObject({ key: ALICES_THREAD, firstSeq: 4, lastSeq: 6 })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'the bytes of an event are stored as they were made',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      const odd = '{"type":"CUSTOM",  "name":"n","value":{"event":1.0,"b":"\\u00e9"}}'
      await world.store.work.append(lease, [odd])
      const chunk = await world.store.log.read(ALICE, THREAD, { after: 3, maxBytes: 1_000, maxRecords: 1 })
      if (chunk.type !== 'chunk') throw new Error(chunk.type)
      const text = new TextDecoder().decode(chunk.frames)
      expect(text.startsWith('id: 4\ndata: {"v":1,')).toBe(true)
      expect(text.endsWith(`,"event":${odd}}\n\n`)).toBe(true)
    }),
  )

  it(
    'notices carry exactly the bytes that a reader reads, in the order of the log',
    inWorld(async (world) => {
      await world.ended('r-1')
      const told = world.notices.filter((notice) => notice.type === 'thread.more')
      let next = 1
      for (const { firstSeq, lastSeq, frames } of told) {
        expect(firstSeq).toBe(next)
        next = lastSeq + 1
        if (!frames) continue
        const range = { after: firstSeq - 1, maxBytes: 1_000_000, maxRecords: lastSeq - firstSeq + 1 }
        const chunk = await world.store.log.read(ALICE, THREAD, range)
        expect(chunk).toMatchObject({ type: 'chunk', firstSeq, lastSeq })
        expect(chunk.type === 'chunk' && Buffer.from(chunk.frames).equals(frames)).toBe(true)
      }
      expect(next - 1).toBe((await world.log()).length)
    }),
  )

  it(
    'an empty append answers the state of the lease and writes nothing',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      expect(await world.store.work.append(lease, [])).toEqual({ type: 'running' })
      expect(await world.log()).toHaveLength(3)
    }),
  )

  it(
    'a run ends once: its events, run.ended directly after them, usage and outcome in its row',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      world.advance(2_000)
      const usage = [{ model: 'm', inputTokens: 3, outputTokens: 5 }]
      const events = json([{ type: 'RUN_FINISHED', ...lease, outcome: { type: 'success' }, usage } as never])
      expect(await world.store.work.end(lease, { events, outcome: SUCCEEDED, usage })).toEqual({ type: 'ended' })
      expect(typesOf(await world.log()).slice(-2)).toEqual(['RUN_FINISHED', 'run.ended'])
      const answer = await world.store.runs.get(ALICE, THREAD, 'r-1')
      expect(answer).toMatchObject({
        run: { status: 'succeeded', outcome: SUCCEEDED, usage },
        span: { firstSeq: 1, lastSeq: 5 },
      })
      expect(world.notices.at(-1)).toEqual({ type: 'run.ended', key: ALICES_THREAD, runId: 'r-1' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a failure is stored with its code and sentence, and the thread shows as failed until the next run',
    inWorld(async (world) => {
      await world.ended('r-1', FAILED)
      const snapshot = await world.store.threads.snapshot(ALICE, THREAD)
      expect(snapshot).toMatchObject({ thread: { status: 'failed' }, view: { runs: [{ outcome: FAILED }] } })
      await world.ended('r-2')
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toMatchObject({ thread: { status: 'idle' } })
    }),
  )

  it(
    'S002-C1 after a run has ended, no lease can write to it (I2, I6)',
    inWorld(async (world) => {
      const { lease } = await world.ended('r-1')
      await expectLost(world, lease)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a lease with another epoch, run or thread writes nothing (I12, G9)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await expectLost(world, { ...lease, epoch: lease.epoch - 1 })
      await expectLost(world, { ...lease, epoch: lease.epoch + 1 })
      await expectLost(world, { ...lease, runId: 'r-2' })
      await expectLost(world, { ...lease, roomId: 'room-2' })
      await expectLost(world, { ...lease, threadId: 'thread-2' })
      expect(await world.store.work.append(lease, saying('m-1', 'Still mine.'))).toEqual({ type: 'running' })
    }),
  )

  it(
    'a worker whose run was settled as an orphan writes nothing (G9)',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      await world.store.work.append(lease, json(beginning('m-1', 'half')))
      world.advance(LEASE_MS + 1)
      expect(await world.store.work.settleOrphans('expired')).toBe(1)
      await expectLost(world, lease)
      await expectSound(world, THREAD)
    }),
  )

  it(
    'each of many leases is renewed on its own',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      const gone = { ...lease, runId: 'gone' }
      const other = await world.running('r-1', { roomId: 'room-2', threadId: 'other' })
      await world.store.runs.cancelThread(ALICE, other.lease, 'enough')
      expect(await world.store.work.renew([gone, lease, other.lease], LEASE_MS)).toEqual([
        LOST,
        { type: 'running' },
        { type: 'cancelling', cancel: { by: 'alice', reason: 'enough' } },
      ])
      expect(await world.store.work.renew([], LEASE_MS)).toEqual([])
    }),
  )

  it(
    'a worker learns of a cancel with its next append, and every end but cancelled is refused (G6)',
    inWorld(async (world) => {
      const { store } = world
      const { lease } = await world.running('r-1')
      await store.runs.cancelRun(ALICE, THREAD, 'r-1', 'enough')
      const cancelling = { type: 'cancelling', cancel: { by: 'alice', reason: 'enough' } }
      expect(await store.work.append(lease, saying('m-1', 'What I had.'))).toEqual(cancelling)
      const before = await world.log()
      expect(await store.work.end(lease, ending(lease, SUCCEEDED))).toEqual(cancelling)
      expect(await store.work.end(lease, ending(lease, FAILED))).toEqual(cancelling)
      expect(await world.log()).toEqual(before)
      const outcome = { type: 'cancelled', by: 'alice', reason: 'enough' } as const
      expect(await store.work.end(lease, ending(lease, outcome))).toEqual({ type: 'ended' })
      expect(await store.runs.get(ALICE, THREAD, 'r-1')).toMatchObject({ run: { status: 'cancelled', outcome } })
      expect(JSON.stringify(await world.log())).toContain('What I had.')
      await expectSound(world, THREAD)
    }),
  )
}
