/** What the outside may see of a run and of a thread: the store's rows in the words of the wire. */
import type { Run, RunInThread, ThreadInfo } from '@holdfast/core'
import type { RunRecord } from '../run-record.ts'
import type { ThreadRow } from './facts.ts'

/** The last one asked for: a commit dates all of its records alike. */
let latest = { at: Number.NaN, text: '' }

/** Milliseconds since the epoch as ISO 8601 UTC. */
export function iso(at: number): string {
  if (at !== latest.at) latest = { at, text: new Date(at).toISOString() }
  return latest.text
}

export function toRun(record: RunRecord): Run {
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
      return { ...common, status: record.status, startedAt: iso(record.startedAt) }
    default:
      return {
        ...common,
        status: record.status,
        outcome: record.outcome,
        ...(record.startedAt !== undefined && { startedAt: iso(record.startedAt) }),
        endedAt: iso(record.endedAt),
        ...(record.usage !== undefined && { usage: record.usage }),
      }
  }
}

/** A run as lists across threads give it. */
export function inThread(record: RunRecord): RunInThread {
  const { roomId, threadId } = record
  return { roomId, threadId, ...toRun(record) }
}

/** `ahead`: how many runs of other threads start before the one whose turn it is here. */
export function toThreadInfo(row: ThreadRow, lastSeq: number, ahead?: number): ThreadInfo {
  return {
    roomId: row.roomId,
    threadId: row.threadId,
    title: row.title,
    status: row.status,
    ...(ahead !== undefined && row.status === 'queued' && { position: ahead + 1 }),
    unread: false,
    ...(row.mutedUntil !== undefined && { mutedUntil: iso(row.mutedUntil) }),
    archived: row.archived,
    lastSeq,
    updatedAt: iso(row.updatedAt),
  }
}
