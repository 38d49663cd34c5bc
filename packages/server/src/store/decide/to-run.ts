/** Converts the store's rows of runs and threads into their public form on the wire. */
import type { Run, RunInThread, ThreadInfo } from '@holdfast/core'
import type { RunRecord, StartRequest } from '../run-record.ts'
import type { PersonThread, RoomRow, ThreadRow } from './facts.ts'
import { markOf } from './unread.ts'

/** The last result: all records of a commit have the same time. */
let latest = { at: Number.NaN, text: '' }

/** Milliseconds since the epoch as ISO 8601 UTC. */
export function iso(at: number): string {
  if (at !== latest.at) latest = { at, text: new Date(at).toISOString() }
  return latest.text
}

/** What of a record is public. Of its request, only the agent. */
type Shown<Kept> = Kept extends RunRecord
  ? Omit<Kept, 'request'> & { readonly request: Pick<StartRequest, 'agentId'> }
  : never
export type ShownRun = Shown<RunRecord>

export function toRun(record: ShownRun): Run {
  const { runId, parentId, retryOf, continues } = record
  const common = {
    runId,
    agentId: record.request.agentId,
    ...(parentId !== undefined && { parentId }),
    ...(retryOf !== undefined && { retryOf }),
    ...(continues !== undefined && { continues }),
    acceptedAt: iso(record.acceptedAt),
  }
  switch (record.status) {
    case 'queued':
      return { ...common, status: 'queued' }
    case 'running':
    case 'cancelling':
      return { ...common, status: record.status, startedAt: iso(record.startedAt), ...resumedOf(record) }
    default:
      return {
        ...common,
        status: record.status,
        outcome: record.outcome,
        ...(record.startedAt !== undefined && { startedAt: iso(record.startedAt) }),
        endedAt: iso(record.endedAt),
        ...resumedOf(record),
        ...(record.resolved !== undefined && { resolved: record.resolved }),
        ...(record.usage !== undefined && { usage: record.usage }),
      }
  }
}

function resumedOf({ resumed }: { readonly resumed?: number }): { readonly resumed?: number } {
  return resumed === undefined ? {} : { resumed }
}

/** A run as it appears in lists across threads. */
export function inThread(record: ShownRun): RunInThread {
  const { roomId, threadId } = record
  return { roomId, threadId, ...toRun(record) }
}

/** The activity of a thread, as list items and inbox entries show it. */
export function stateOf({ status, waiting, paused }: Pick<ThreadRow, 'status' | 'waiting' | 'paused'>) {
  return { status, ...(waiting > 0 && { waiting }), ...(paused && { paused }) }
}

/**
 * `ahead`: how many runs of other threads start before the next one of this thread. The agent is the one that was
 * chosen for the thread, otherwise the room's, even if it is no longer set up.
 */
export function toThreadInfo(
  row: ThreadRow,
  lastSeq: number,
  room: Pick<RoomRow, 'agentId'> | undefined,
  own: PersonThread | undefined,
  ahead?: number,
): ThreadInfo {
  const agentId = row.agentId ?? room?.agentId
  return {
    roomId: row.roomId,
    threadId: row.threadId,
    title: row.title,
    ...stateOf(row),
    ...(ahead !== undefined && row.status === 'queued' && { position: ahead + 1 }),
    ...(agentId !== undefined && { agentId }),
    ...markOf(row, own),
    completedSeq: row.completedSeq,
    ...(row.preview !== undefined && { preview: row.preview }),
    ...(own?.mutedUntil !== undefined && { mutedUntil: iso(own.mutedUntil) }),
    archived: row.archived,
    lastSeq,
    updatedAt: iso(row.updatedAt),
  }
}
