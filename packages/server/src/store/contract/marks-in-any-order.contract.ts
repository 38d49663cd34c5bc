/**
 * Contract: whatever two people do to their marks, and in whatever order runs end, the store answers what a few lines of
 * arithmetic say, and each device that only hears the inbox arrives at the same.
 */
import { type InboxEntry, isUnread, type ReadMarks, type ThreadInfo } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Principal } from '../principal.ts'
import { ALICE, BOB, CANCELLED, FAILED, type InWorld, OTHER_ROOM, ROOM, SUCCEEDED, type World } from './world.ts'

const THREADS = [
  { roomId: ROOM.roomId, threadId: 't-0' },
  { roomId: ROOM.roomId, threadId: 't-1' },
  { roomId: OTHER_ROOM.roomId, threadId: 't-2' },
] as const
type Key = (typeof THREADS)[number]

const ENDS = { succeed: SUCCEEDED, fail: FAILED, stop: CANCELLED } as const
const step = fc.record({
  key: fc.constantFrom(...THREADS),
  who: fc.constantFrom(ALICE, BOB),
  what: fc.constantFrom(
    ...(['succeed', 'fail', 'stop', 'read', 'read half', 'mark', 'read room', 'read all'] as const),
    ...(['hear', 'hear', 'reopen'] as const),
  ),
})

/** The rule again, in the plainest form. */
function createModel() {
  const threads = new Map<string, { head: number; completedSeq: number }>()
  const marks = new Map<string, { readSeq: number; marked?: number }>()
  const nameOf = ({ personId }: Principal, { threadId }: Key) => `${personId} ${threadId}`
  const markOf = (who: Principal, key: Key) => marks.get(nameOf(who, key)) ?? { readSeq: 0 }
  const of = ({ threadId }: Key) => threads.get(threadId) ?? { head: 0, completedSeq: 0 }

  function read(who: Principal, key: Key, seq: number): void {
    const { readSeq, marked } = markOf(who, key)
    const kept = marked !== undefined && marked > seq ? { marked } : {}
    marks.set(nameOf(who, key), { readSeq: Math.max(readSeq, seq), ...kept })
  }

  return {
    of,
    ended: (key: Key, head: number, news: boolean) =>
      threads.set(key.threadId, { head, completedSeq: news ? head : of(key).completedSeq }),
    read,
    mark: (who: Principal, key: Key) => marks.set(nameOf(who, key), { ...markOf(who, key), marked: of(key).head }),
    readMany(who: Principal, roomId?: string) {
      for (const key of THREADS) {
        const { marked: _, ...kept } = markOf(who, key)
        if (roomId !== undefined && key.roomId !== roomId) continue
        marks.set(nameOf(who, key), kept)
        read(who, key, of(key).completedSeq)
      }
    },
    marksOf: (who: Principal, key: Key): ReadMarks => {
      const { readSeq, marked } = markOf(who, key)
      return { completedSeq: of(key).completedSeq, readSeq, markedUnread: marked !== undefined }
    },
  }
}

const bare = ({ completedSeq, readSeq, markedUnread = false }: ReadMarks) => ({ completedSeq, readSeq, markedUnread })

/** A device that asks once, hears the inbox, and asks again when an entry names no thread. */
function createDevice(world: World, who: Principal) {
  const known = new Map<string, ReadMarks>()
  let cursor = ''

  async function ask(): Promise<void> {
    for (const roomId of [ROOM.roomId, OTHER_ROOM.roomId]) {
      const list = await world.store.threads.list(who, roomId, { limit: 9 })
      if (list.type !== 'page') throw new Error(list.type)
      for (const thread of list.items) known.set(thread.threadId, bare(thread))
    }
  }

  async function take(entry: InboxEntry): Promise<void> {
    if (entry.type === 'ReadMarkMoved' && entry.threadId === undefined) return ask()
    if (!('threadId' in entry) || entry.threadId === undefined) return
    const before = known.get(entry.threadId) ?? { completedSeq: 0, readSeq: 0 }
    if (entry.type === 'RunCompleted') {
      const completedSeq = Math.max(before.completedSeq, entry.completedSeq ?? 0)
      known.set(entry.threadId, { ...before, completedSeq })
    }
    if (entry.type === 'ReadMarkMoved') {
      const readSeq = Math.max(before.readSeq, entry.readSeq)
      known.set(entry.threadId, { ...before, readSeq, markedUnread: entry.markedUnread ?? false })
    }
  }

  return {
    known,
    async open() {
      cursor = (await world.store.inbox.overview(who)).cursor
      await ask()
    },
    async hear() {
      const page = await world.store.inbox.read(who, { cursor, maxBytes: 1_000_000, maxRecords: 1_000 })
      if (page.type !== 'entries') throw new Error(page.type)
      for (const item of page.items) {
        await take(JSON.parse(item.json) as InboxEntry)
        cursor = item.cursor
      }
    },
  }
}

export function marksInAnyOrderContract(inWorld: InWorld): void {
  it('S004-C8 in any order of ends, reads and marks, the store, the rule and every device agree for each person', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) =>
        inWorld(async (world) => {
          const model = createModel()
          for (const key of THREADS) await world.store.threads.create(ALICE, key, 'Tea')
          const devices = [ALICE, ALICE, BOB].map((who) => ({ who, ...createDevice(world, who) }))
          for (const device of devices) await device.open()
          for (const [n, { key, who, what }] of steps.entries()) {
            const { store } = world
            const { head } = model.of(key)
            if (what === 'succeed' || what === 'fail' || what === 'stop') {
              await world.ended(`r-${n}`, ENDS[what], key)
              model.ended(key, (await world.log(key)).length, what !== 'stop')
            } else if (what === 'read' || what === 'read half') {
              const seq = what === 'read' ? head : head >> 1
              await store.marks.read(who, key, seq)
              model.read(who, key, seq)
            } else if (what === 'mark') {
              await store.marks.unread(who, key)
              model.mark(who, key)
            } else if (what === 'read room' || what === 'read all') {
              const roomId = what === 'read room' ? key.roomId : undefined
              await (roomId === undefined ? store.marks.readAll(who) : store.marks.readRoom(who, roomId))
              model.readMany(who, roomId)
            } else if (what === 'reopen') await world.reopen()
            else await devices[n % devices.length]?.hear()
          }
          for (const { who, known, hear } of devices) {
            await hear()
            const expected = THREADS.map((key) => model.marksOf(who, key))
            const { rooms } = await world.store.inbox.overview(who)
            const stored = await Promise.all(THREADS.map((key) => world.store.threads.snapshot(who, key)))
            const infos = stored.map((found) => (found.type === 'snapshot' ? found.thread : ({} as ThreadInfo)))
            expect(infos.map(bare)).toEqual(expected)
            expect(infos.map(({ unread }) => unread)).toEqual(expected.map(isUnread))
            expect(THREADS.map(({ threadId }) => known.get(threadId))).toEqual(expected)
            for (const { roomId, unread } of rooms) {
              const here = expected.filter((mark, at) => THREADS[at]?.roomId === roomId && isUnread(mark))
              expect(unread, roomId).toBe(here.length)
            }
          }
        })(),
      ),
      { numRuns: 12 },
    )
  })
}
