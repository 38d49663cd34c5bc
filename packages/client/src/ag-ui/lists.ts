/** What lists and the overview show of rooms, threads and runs, from their rows. Pure. */
import {
  type InboxOverview,
  keyString,
  type List,
  type RoomActivity,
  type RoomInfo,
  type RunInThread,
  type ThreadInfo,
} from '@holdfast/core'
import type { RunPageQuery } from '../transport/verbs.ts'
import { isThreadUnread, stateOf } from './news.ts'
import type { RoomRow, RunRow, ThreadRow } from './port.ts'
import { refusal } from './refusal.ts'

const PAGE = 100
/** Of one overview; the counts of the rooms are whole. */
const MAX_OVERVIEW = 200

export function roomInfo({ roomId, title, agentId }: RoomRow, defaultAgentId: string): RoomInfo {
  return { roomId, title, agentId: agentId ?? defaultAgentId }
}

/** `agentId`: of threads that have not chosen one. */
export function threadInfo(row: ThreadRow, agentId: string): ThreadInfo {
  const { roomId, threadId, title, archived, lastSeq, updatedAt, mutedUntil } = row
  return {
    roomId,
    threadId,
    title,
    ...stateOf(row),
    ...(row.status === 'queued' && { position: 1 }),
    agentId: row.agentId ?? agentId,
    unread: isThreadUnread(row),
    readSeq: row.readSeq,
    completedSeq: row.completedSeq,
    ...(row.markedAt !== undefined && { markedUnread: true as const }),
    ...(row.preview !== undefined && { preview: row.preview }),
    ...(mutedUntil !== undefined && { mutedUntil }),
    archived,
    lastSeq,
    updatedAt: new Date(updatedAt).toISOString(),
  }
}

interface PageQuery {
  readonly before?: string
  readonly limit?: number
}

/** Newest first. A cursor names the row before it by time and address, so that it stays valid when that row moves. */
export function page<Row>(
  rows: readonly Row[],
  placeOf: (row: Row) => readonly [time: number, name: string],
  { before, limit = PAGE }: PageQuery,
): List<Row> {
  const sorted = [...rows].sort((one, other) => order(placeOf(other), placeOf(one)))
  const from = before === undefined ? undefined : placeIn(before)
  const rest = from ? sorted.filter((row) => order(placeOf(row), from) < 0) : sorted
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(last && rest.length > limit && { next: placeOf(last).join(' ') }) }
}

function order(one: readonly [number, string], other: readonly [number, string]): number {
  return one[0] - other[0] || (one[1] < other[1] ? -1 : Number(one[1] > other[1]))
}

function placeIn(cursor: string): readonly [number, string] {
  const [, time, name = ''] = /^(\d{1,16}) (.+)$/.exec(cursor) ?? []
  if (time === undefined) throw refusal('cursor_gone')
  return [Number(time), name]
}

export const placeOfThread = (row: ThreadRow) => [row.updatedAt, keyString(row)] as const

/** Runs of every thread, newest acceptance first. */
export function runPage(rows: readonly RunRow[], { since, until, ...query }: RunPageQuery): List<RunInThread> {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since)
  const to = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until)
  const acceptedAt = ({ run }: RunRow) => Date.parse(run.acceptedAt)
  const wanted = rows.filter((row) => acceptedAt(row) >= from && acceptedAt(row) < to)
  const { items, next } = page(wanted, (row) => [acceptedAt(row), `${keyString(row)}/${row.runId}`], query)
  const shown = items.map(({ roomId, threadId, run }) => ({ ...run, roomId, threadId }))
  return { items: shown, ...(next !== undefined && { next }) }
}

export function overview(
  rooms: readonly RoomRow[],
  threads: readonly ThreadRow[],
  head: number,
  agentIdOf: (roomId: string) => string,
): InboxOverview {
  const count = (roomId: string, is: (row: ThreadRow) => boolean) =>
    threads.filter((row) => row.roomId === roomId && is(row)).length
  const news = threads.filter((row) => row.status !== 'idle' || isThreadUnread(row))
  return {
    rooms: rooms.map(
      ({ roomId }): RoomActivity => ({
        roomId,
        unread: count(roomId, isThreadUnread),
        working: count(roomId, ({ status }) => status === 'working'),
        needsYou: count(roomId, ({ status }) => status === 'needs_you'),
      }),
    ),
    threads: page(news, placeOfThread, { limit: MAX_OVERVIEW }).items.map((row) =>
      threadInfo(row, agentIdOf(row.roomId)),
    ),
    cursor: String(head),
  }
}
