/** Contract: inbox entries, their cursors, and the overview. */
import type { InboxEntry } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Lease } from '../port.ts'
import type { Principal } from '../principal.ts'
import {
  ALICE,
  asking,
  BOB,
  CANCELLED,
  EVE,
  EVES_ROOM,
  ending,
  FAILED,
  type InWorld,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  THREAD,
  type World,
} from './world.ts'

const BOUNDS = { maxBytes: 100_000, maxRecords: 100 }

interface Told {
  readonly entry: InboxEntry
  readonly cursor: string
}

async function head({ store }: World, principal: Principal = ALICE): Promise<string> {
  return (await store.inbox.overview(principal)).cursor
}

/** Every entry after the cursor, in pages of at most `maxRecords`. */
async function tellAll({ store }: World, from: string, principal = ALICE, maxRecords = 3): Promise<Told[]> {
  const told: Told[] = []
  for (let cursor = from; ; ) {
    const page = await store.inbox.read(principal, { cursor, ...BOUNDS, maxRecords })
    if (page.type !== 'entries') throw new Error(page.type)
    expect(page.items.length).toBeLessThanOrEqual(maxRecords)
    told.push(...page.items.map(({ json, cursor }) => ({ entry: sharedOf(json), cursor })))
    const last = page.items.at(-1)
    if (!last) return told
    cursor = last.cursor
  }
}

/** Without what differs by reader: the notice that the person has of a run. */
function sharedOf(json: string): InboxEntry {
  const { noticeId: _, ...entry } = JSON.parse(json) as { readonly noticeId?: string }
  return entry as InboxEntry
}

const inShort = (told: readonly Told[]) => told.map(({ entry }) => entry.type)

export function inboxContract(inWorld: InWorld): void {
  it(
    'entries report the whole life of a thread and its runs, with the status after each step',
    inWorld(async (world) => {
      const { store } = world
      const from = await head(world)
      const { lease } = await world.running('r-1')
      await store.runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'enqueue' }))
      await store.work.end(lease, ending(lease, SUCCEEDED))
      await store.threads.change(ALICE, THREAD, { title: 'Renamed' })
      const told = (await tellAll(world, from)).map(({ entry }) => entry)
      expect(told).toMatchObject([
        { type: 'ThreadCreated', title: 'text of r-1-q' },
        { type: 'RunQueued', runId: 'r-1', agentId: 'demo', status: 'queued' },
        { type: 'RunStarted', runId: 'r-1', status: 'working' },
        { type: 'RunQueued', runId: 'r-2', status: 'working' },
        { type: 'RunCompleted', runId: 'r-1', outcome: SUCCEEDED, status: 'queued' },
        { type: 'ThreadChanged', title: 'Renamed' },
      ])
      for (const entry of told) expect(entry).toMatchObject(THREAD)
      expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).toSorted())
      await store.threads.create(ALICE, { ...THREAD, threadId: 'made' }, 'Made')
      expect((await tellAll(world, from)).at(-1)?.entry).toMatchObject({ type: 'ThreadCreated', threadId: 'made' })
    }),
  )

  it(
    'entries report a question, its answer, and that no person is needed any more',
    inWorld(async (world) => {
      const { store } = world
      const interrupted = { type: 'interrupted', interrupts: [{ id: 'i-1', reason: 'Which one?' }] } as const
      const { lease } = await world.running('r-1')
      const from = await head(world)
      await store.work.end(lease, ending(lease, interrupted))
      await store.runs.start(ALICE, THREAD, asking('r-2', { resume: [{ interruptId: 'i-1', status: 'resolved' }] }))
      const told = (await tellAll(world, from)).map(({ entry }) => entry)
      expect(told).toMatchObject([
        { type: 'RunCompleted', runId: 'r-1', outcome: { type: 'interrupted' }, status: 'needs_you' },
        { type: 'NeedsYou', runId: 'r-1', status: 'needs_you' },
        { type: 'RunContinued', runId: 'r-2', continues: 'r-1', status: 'queued' },
      ])

      const again = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      const second = again[0]?.lease
      if (!second) throw new Error('Nothing was queued.')
      await store.work.end(second, ending(second, { ...interrupted, interrupts: [{ id: 'i-2', reason: 'Sure?' }] }))
      const asked = await head(world)
      await store.runs.cancelThread(ALICE, THREAD)
      expect((await tellAll(world, asked)).map(({ entry }) => entry)).toMatchObject([
        { type: 'ThreadChanged', status: 'idle' },
      ])
    }),
  )

  it(
    'entries report rooms, and of a deleted thread or room only its deletion (I8)',
    inWorld(async (world) => {
      const { store } = world
      const from = await head(world)
      await store.rooms.create(ALICE, { roomId: 'new', title: 'New', agentId: 'demo' })
      await store.rooms.change(ALICE, 'new', { title: 'Newer' })
      await world.ended('r-1', SUCCEEDED, { roomId: 'new', threadId: 't' })
      expect(inShort(await tellAll(world, from))).toEqual([
        'RoomChanged',
        'RoomChanged',
        'ThreadCreated',
        'RunQueued',
        'RunStarted',
        'RunCompleted',
      ])
      const seen = await head(world)
      await store.threads.delete(ALICE, { roomId: 'new', threadId: 't' }, false)
      expect(inShort(await tellAll(world, from))).toEqual(['RoomChanged', 'RoomChanged', 'ThreadDeleted'])
      await store.threads.create(ALICE, { roomId: 'new', threadId: 'u' }, 'Secret')
      await store.rooms.delete(ALICE, 'new', false)
      expect(inShort(await tellAll(world, seen)), 'to one who knew the room').toEqual(['RoomDeleted'])
      expect(inShort(await tellAll(world, from)), 'to one who did not').toEqual(['RoomDeleted'])
      expect(await tellAll(world, (await tellAll(world, seen)).at(-1)?.cursor ?? ''), 'once').toEqual([])
    }),
  )

  it(
    'a reader whose cursor is at deleted entries gets the entries after them (I8)',
    inWorld(async (world) => {
      for (const reopened of [false, true]) {
        const key = { ...THREAD, threadId: `gone-${reopened}` }
        await world.ended('r-1', SUCCEEDED, key)
        const seen = await head(world)
        if (reopened) await world.reopen()
        await world.store.threads.delete(ALICE, key, false)
        if (reopened) await world.reopen()
        await world.ended('r-2', SUCCEEDED, { ...THREAD, threadId: `next-${reopened}` })
        expect(inShort(await tellAll(world, seen))).toEqual([
          'ThreadDeleted',
          'ThreadCreated',
          'RunQueued',
          'RunStarted',
          'RunCompleted',
        ])
      }
    }),
  )

  it(
    'the size of a cursor does not depend on the number of rooms',
    inWorld(async (world) => {
      const longest = async () => {
        const from = await head(world)
        await world.store.rooms.change(ALICE, ROOM.roomId, { title: 'Renamed' })
        await world.store.rooms.change(ALICE, ROOM.roomId, { title: ROOM.title })
        const told = await tellAll(world, from)
        expect(told).toHaveLength(2)
        return Math.max(...[from, ...told.map(({ cursor }) => cursor)].map((cursor) => cursor.length))
      }
      const few = await longest()
      for (let n = 0; n < 40; n++) await world.store.rooms.create(ALICE, { ...ROOM, roomId: `more-${n}` })
      // The position and the generation may have more digits by now.
      expect(await longest()).toBeLessThanOrEqual(few + 2)
    }),
  )

  it(
    'a page says whether more entries follow',
    inWorld(async (world) => {
      const cursor = await head(world)
      for (const title of ['A', 'B', 'C']) await world.store.rooms.change(ALICE, ROOM.roomId, { title })
      const give = async (maxRecords: number, maxBytes: number) => {
        const page = await world.store.inbox.read(ALICE, { cursor, maxRecords, maxBytes })
        if (page.type !== 'entries') throw new Error(page.type)
        return [page.items.length, page.more]
      }
      expect(await give(3, 100_000)).toEqual([3, false])
      expect(await give(2, 100_000)).toEqual([2, true])
      expect(await give(3, 1)).toEqual([1, true])
      expect(await give(1, 1)).toEqual([1, true])
    }),
  )

  it(
    'there are no entries for agent output or for changes without effect',
    inWorld(async (world) => {
      const { store } = world
      const { lease } = await world.running('r-1')
      const from = await head(world)
      const told = world.notices.length
      await store.work.append(lease, ['{"type":"TEXT_MESSAGE_START","messageId":"m","role":"assistant"}'])
      await store.work.renew([lease], LEASE_MS)
      await store.runs.start(ALICE, THREAD, asking('r-1'))
      await store.runs.cancelRun(ALICE, THREAD, 'not-yet')
      expect(await tellAll(world, from)).toEqual([])
      expect(world.notices.slice(told).map(({ type }) => type)).not.toContain('inbox.more')
    }),
  )

  it(
    'only people of the tenant see its inbox (G8)',
    inWorld(async (world) => {
      const eves = await head(world, EVE)
      const alices = await head(world)
      await world.running('r-1')
      expect(await tellAll(world, eves, EVE)).toEqual([])
      expect(inShort(await tellAll(world, alices, BOB))).toEqual(['ThreadCreated', 'RunQueued', 'RunStarted'])
      expect((await world.store.inbox.overview(EVE)).rooms).toEqual([
        { roomId: EVES_ROOM.roomId, unread: 0, working: 0, needsYou: 0 },
      ])
      expect((await world.store.inbox.overview(EVE)).threads).toEqual([])
      expect(await tellAll(world, alices, EVE), 'with a cursor of somebody else').toEqual([])
    }),
  )

  it(
    'a cursor that the store never gave, one from the future and one of a former version are refused',
    inWorld(async (world) => {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const forged = [
        {},
        null,
        [[]],
        [['a']],
        [['a', '1']],
        [['a', -1]],
        [['a', 0.5]],
        [['a b', 1]],
        [['a', 1, 2]],
        [
          ['b', 1],
          ['a', 1],
        ],
        [
          ['a', 1],
          ['a', 1],
        ],
      ].map(encode)
      for (const cursor of ['', 'x', '%%%', 'a'.repeat(5_000), ...forged, `${await head(world)}=`]) {
        expect(await world.store.inbox.read(ALICE, { cursor, ...BOUNDS })).toEqual({ type: 'invalid_cursor' })
      }
      const [, generation = '', position = ''] = /^(.*)-(\d+)$/.exec(await head(world)) ?? []
      const future = `${generation}-${Number(position) + 1}`
      const foreign = `${'A'.repeat(generation.length)}-${position}`
      const former = [[[ROOM.roomId, 1]], [[ROOM.roomId, 99]], [['no-such-room', 0]], [[EVES_ROOM.roomId, 0]]]
      for (const cursor of [future, foreign, ...former.map(encode)]) {
        expect(await world.store.inbox.read(ALICE, { cursor, ...BOUNDS }), cursor).toEqual({ type: 'inbox_ahead' })
      }
      expect(inShort(await tellAll(world, encode([]))), 'one that has seen nothing').toEqual([
        'RoomChanged',
        'RoomChanged',
      ])
    }),
  )

  it(
    'the overview rolls the status of threads up to rooms, also right after reopening (S001-54, S001-76, S001-C9)',
    inWorld(async (world) => {
      const at = (threadId: string, roomId = ROOM.roomId) => ({ roomId, threadId })
      const interrupted = { type: 'interrupted', interrupts: [{ id: 'i', reason: 'Which one?' }] } as const
      await world.ended('r-1', SUCCEEDED, at('idle'))
      world.advance(1)
      await world.ended('r-2', FAILED, at('failed'))
      world.advance(1)
      await world.ended('r-3', interrupted, at('asks'))
      world.advance(1)
      await world.ended('r-4', CANCELLED, at('stopped'))
      await world.ended('r-4', FAILED, at('gone'))
      await world.store.threads.delete(ALICE, at('gone'), false)
      world.advance(1)
      await world.running('r-5', at('same', OTHER_ROOM.roomId))
      world.advance(1)
      await world.running('r-6', at('works'))
      await world.store.runs.start(ALICE, at('same'), asking('r-7'))
      const check = async () => {
        const overview = await world.store.inbox.overview(ALICE)
        expect(overview.rooms).toEqual([
          { roomId: ROOM.roomId, unread: 3, working: 1, needsYou: 1 },
          { roomId: OTHER_ROOM.roomId, unread: 0, working: 1, needsYou: 0 },
        ])
        expect(
          overview.threads.map(({ roomId, threadId, status }) => `${roomId}/${threadId} ${status}`).toSorted(),
        ).toEqual(
          [
            'room-1/same queued',
            'room-1/works working',
            'room-2/same working',
            'room-1/asks needs_you',
            'room-1/failed failed',
            'room-1/idle idle',
          ].toSorted(),
        )
        expect(overview.threads.map(({ updatedAt }) => updatedAt)).toEqual(
          overview.threads
            .map(({ updatedAt }) => updatedAt)
            .toSorted()
            .toReversed(),
        )
        expect(await tellAll(world, overview.cursor)).toEqual([])
        return overview
      }
      const before = await check()
      if (await world.reopen()) expect(await check()).toEqual(before)
    }),
  )

  it('from any cursor, every entry is read once and in order, whatever happens, also after reopening', async () => {
    const step = fc.record({
      room: fc.constantFrom(ROOM.roomId, OTHER_ROOM.roomId),
      thread: fc.constantFrom('t-1', 't-2'),
      do: fc.constantFrom('start', 'claim', 'end', 'cancel', 'rename', 'reopen' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
        inWorld(async (world) => {
          const from = await head(world)
          const leases: Lease[] = []
          for (const [index, { room: roomId, thread: threadId, do: what }] of steps.entries()) {
            const { store } = world
            const key = { roomId, threadId }
            if (what === 'start') await store.runs.start(ALICE, key, asking(`r-${index}`, { onBusy: 'enqueue' }))
            else if (what === 'claim') {
              const claims = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
              leases.push(...claims.map(({ lease }) => lease))
            } else if (what === 'end') {
              const lease = leases.shift()
              if (lease) await store.work.end(lease, ending(lease, SUCCEEDED))
            } else if (what === 'cancel') await store.runs.cancelThread(ALICE, key)
            else if (what === 'rename') await store.threads.change(ALICE, key, { title: `Title ${index}` })
            else await world.reopen()
          }
          const all = await tellAll(world, from)
          await world.reopen()
          for (const [index, { cursor }] of all.entries()) {
            expect(await tellAll(world, cursor, BOB, 2)).toEqual(all.slice(index + 1))
          }
          // The entries match the records of the logs, in their order.
          for (const roomId of [ROOM.roomId, OTHER_ROOM.roomId]) {
            for (const threadId of ['t-1', 't-2']) {
              const key = { roomId, threadId }
              const ofThread = all.map(({ entry }) => entry).filter((entry) => isOf(entry, key))
              if (ofThread.length === 0) continue
              const logged = (await world.log(key)).flatMap(({ runId, kind, event }) =>
                kind === 'control' && event.type === 'run.accepted'
                  ? [`queued ${runId}`]
                  : kind === 'control' && event.type === 'run.ended'
                    ? [`completed ${runId}`]
                    : [],
              )
              expect(ofThread.flatMap(lived)).toEqual(logged)
            }
          }
        })(),
      ),
      { numRuns: 15 },
    )
  })
}

const isOf = (entry: InboxEntry, key: typeof THREAD) =>
  entry.roomId === key.roomId && 'threadId' in entry && entry.threadId === key.threadId

function lived(entry: InboxEntry): string[] {
  if (entry.type === 'RunQueued') return [`queued ${entry.runId}`]
  return entry.type === 'RunCompleted' ? [`completed ${entry.runId}`] : []
}
