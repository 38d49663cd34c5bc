/**
 * What every adapter does to apply writes, as pure functions: number and frame the records, compute the rows that follow
 * from them, and list the notices to publish.
 *
 * Invariants: seq has no holes (G2); frames are made once, here; `at` never runs backwards.
 */
import {
  expiryOf,
  framesWith,
  isHeld,
  nextToStart,
  raisesUnread,
  type ThreadKey,
  type ThreadView,
  threadStatus,
} from '@holdfast/core'
import type { Notice, RunSpan } from '../port.ts'
import type { RunRecord } from '../run-record.ts'
import type { TenantThread } from '../tenant-thread.ts'
import type { Answered, Change, LogRecord, ThreadPut, ThreadRow, Writes } from './facts.ts'
import { previewAfter } from './preview.ts'
import { stepsSince } from './prune.ts'
import type { Decision } from './step.ts'
import { iso } from './to-run.ts'

/** The frames of `records`, appended after `head` (the thread's last seq) at `now`. */
export function framesOf(key: ThreadKey, head: number, now: number, records: readonly LogRecord[]): string[] {
  const at = iso(now)
  const { roomId, threadId } = key
  let like: LogRecord | undefined
  let frame: ReturnType<typeof framesWith> | undefined
  return records.map((record, index) => {
    const { kind, runId, json } = record
    if (!frame || like?.kind !== kind || like.runId !== runId) {
      frame = framesWith({ roomId, threadId, runId, at, kind })
      like = record
    }
    return frame(head + 1 + index, json)
  })
}

/** The row to put. Its status, its queue, its next run and what is due are those of the view after the writes. */
export function threadAfter(put: ThreadPut, view: ThreadView): Omit<ThreadRow, keyof Answered> {
  return {
    ...put,
    status: threadStatus(view),
    waiting: view.queue.length,
    paused: isHeld(view),
    nextRunId: nextToStart(view)?.run.runId ?? null,
    expiresAt: expiryOf(view),
    stepsSince: stepsSince(view),
  }
}

/**
 * What these writes change of the row's `completedSeq` and `preview`. `head` is the thread's last seq before them; `view`
 * is the view after them, and is asked for only when a run is accepted or ends.
 */
export function answeredAfter(
  { run, log, completedSeq }: Writes,
  head: number,
  view: () => ThreadView,
): Partial<Answered> {
  if (completedSeq !== undefined) return { completedSeq }
  if (!run) return {}
  const preview = previewAfter(run, view)
  return {
    // An ended run is put together with its last record.
    ...('outcome' in run && raisesUnread(run.outcome.type) && { completedSeq: head + log.length }),
    ...(preview !== undefined && { preview }),
  }
}

/** The changes to apply, in order. */
export function changesOf({ writes = [] }: Pick<Decision<unknown>, 'writes'>): readonly Change[] {
  return Array.isArray(writes) ? writes : [writes as Change]
}

/** Where the run's records lie after a put whose own records took the positions `firstSeq` to `lastSeq`. */
export function spanAfter(
  before: RunSpan | undefined,
  record: RunRecord,
  appended: { readonly firstSeq: number; readonly lastSeq: number },
): RunSpan {
  const firstSeq = before?.firstSeq ?? appended.firstSeq
  return 'outcome' in record ? { firstSeq, lastSeq: appended.lastSeq } : { firstSeq }
}

/** The notices to publish once the writes are durable: `thread.more` first, then the decider's own. */
export function noticesOf(key: TenantThread, writes: Writes, head: number, frames: Uint8Array): Notice[] {
  const { log, notices } = writes
  const told: Notice[] = notices.map((notice) => ({ ...notice, key }))
  if (log.length === 0) return told
  return [{ type: 'thread.more', key, firstSeq: head + 1, lastSeq: head + log.length, frames }, ...told]
}
