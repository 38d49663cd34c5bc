/**
 * Deletes a thread for good: only a tombstone is left, and the entry that says so. The page that executes a run of it
 * learns with its next write that the run is gone.
 */
import type { InboxEntry } from '@holdfast/core'
import { tell } from './commit.ts'
import type { ThreadRow, Writing } from './port.ts'
import { PERSON } from './records.ts'

/** A run is live in it, or about to start. */
export function isBusy({ status, liveRunId }: ThreadRow): boolean {
  return liveRunId !== undefined || status === 'queued'
}

export async function removeThread(at: Writing, now: number, row: ThreadRow): Promise<void> {
  const { roomId, threadId, liveRunId } = row
  const key = [roomId, threadId]
  const of = { roomId, threadId, at: new Date(now).toISOString() }
  for (const { n, entry } of await at.list('inbox', [])) {
    if ('threadId' in entry && entry.threadId === threadId && entry.roomId === roomId) at.remove('inbox', [n])
  }
  for (const table of ['log', 'runs', 'cancels'] as const) at.remove(table, key)
  at.remove('checkpoints', key)
  const { title: _, preview: __, liveRunId: ___, ...kept } = row
  const gone = { status: 'idle', waiting: 0, paused: false, updatedAt: now, deleted: true, completedSeq: 0 } as const
  at.put('threads', { ...kept, ...gone, title: '' })
  const ended: readonly InboxEntry[] =
    liveRunId === undefined
      ? []
      : [
          {
            ...of,
            type: 'RunCompleted',
            runId: liveRunId,
            outcome: { type: 'cancelled', by: PERSON, reason: 'deleted' },
          },
        ]
  await tell(at, [...ended, { ...of, type: 'ThreadDeleted' }])
}
