/** What a page without a server answers about what a person has read. A mark never goes back, and never past the head. */
import { DEFAULT_NOTIFICATION_SETTINGS, type RoomActivity } from '@holdfast/core'
import type { Answers } from './answers.ts'
import { tell } from './commit.ts'
import { envelopesIn, roomOf } from './facts.ts'
import { overview, threadInfo } from './lists.ts'
import { isThreadUnread } from './news.ts'
import type { ThreadRow, Writing } from './port.ts'
import { defaultAgentId, liveThreads, read, type World, write } from './world.ts'

type MarkAnswers = Pick<Answers, 'read' | 'markUnread' | 'readRoom' | 'readAll' | 'log' | 'notificationSettings'>

const LOG_PAGE = 1_000

export function createMarkAnswers(world: World): Required<MarkAnswers> {
  const { facts } = world

  /** Notes nothing where nothing changes. */
  async function mark(at: Writing, now: number, before: ThreadRow, after: ThreadRow): Promise<void> {
    if (before.readSeq === after.readSeq && before.markedAt === after.markedAt) return
    at.put('threads', after)
    const { roomId, threadId, readSeq, markedAt } = after
    const marked = markedAt !== undefined && { markedUnread: true as const }
    const moved = { type: 'ReadMarkMoved', readSeq, unread: isThreadUnread(after), ...marked } as const
    await tell(at, [{ roomId, threadId, at: new Date(now).toISOString(), ...moved }])
  }

  async function infoOf(row: ThreadRow) {
    const agentId = await defaultAgentId(world)
    return read(world, async (at) => threadInfo(row, (await roomOf(at, row.roomId)).agentId ?? agentId))
  }

  return {
    async read(key, { seq }) {
      const row = await write(world, key, async (at, now) => {
        const { row } = await facts.existing(at, key)
        const after = readUpTo(row, Math.min(Math.max(seq, 0), row.lastSeq))
        await mark(at, now, row, after)
        return after
      })
      return infoOf(row)
    },
    async markUnread(key) {
      const row = await write(world, key, async (at, now) => {
        const { row } = await facts.existing(at, key)
        const after = { ...row, markedAt: row.lastSeq }
        await mark(at, now, row, after)
        return after
      })
      return infoOf(row)
    },
    readRoom: (roomId) =>
      write(world, undefined, async (at, now): Promise<RoomActivity> => {
        const room = await roomOf(at, roomId)
        const rows = (await liveThreads(at, [roomId])).map((row) => readWhole(at, row))
        await tell(at, [{ roomId, at: new Date(now).toISOString(), type: 'ReadMarkMoved', all: true }])
        const [activity] = overview([room], rows, 0, () => '').rooms
        return activity ?? { roomId, unread: 0, working: 0, needsYou: 0 }
      }),
    readAll: () =>
      write(world, undefined, async (at, now) => {
        for (const row of await liveThreads(at, [])) readWhole(at, row)
        await tell(at, [{ at: new Date(now).toISOString(), type: 'ReadMarkMoved', all: true }])
      }),
    log: (key, { after = 0, limit = LOG_PAGE } = {}) =>
      read(world, async (at) => {
        const { row } = await facts.existing(at, key)
        const envelopes = envelopesIn(await at.list('log', [key.roomId, key.threadId], { after, limit }))
        const next = envelopes.at(-1)?.seq ?? after
        return { envelopes, next, upToDate: next >= row.lastSeq }
      }),
    notificationSettings: async () => DEFAULT_NOTIFICATION_SETTINGS,
  }
}

/** A read up to the head of the moment at which it was marked as unread ends the mark. */
function readUpTo(row: ThreadRow, seq: number): ThreadRow {
  const { markedAt, ...rest } = row
  const stays = markedAt !== undefined && markedAt > seq && { markedAt }
  return { ...rest, readSeq: Math.max(row.readSeq, seq), ...stays }
}

function readWhole(at: Writing, row: ThreadRow): ThreadRow {
  if (!isThreadUnread(row)) return row
  const { markedAt: _, ...rest } = row
  const after = { ...rest, readSeq: Math.max(row.readSeq, row.completedSeq) }
  at.put('threads', after)
  return after
}
