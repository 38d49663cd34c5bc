/**
 * Why a reader ended. Every end names its cause where it happens. There is no default, so an unexplained end can never
 * pass for a deletion.
 *
 * Owns: what an answer of the store means for a reader. Does not know: readers, sinks.
 */
import { frame, type Resync, type ThreadKey } from '@holdfast/core'
import type { LogChunk, LogReader } from '../store/port.ts'
import type { Slice } from './slice.ts'

/**
 * - `detached`: the sink closed, or the opener let go. Says nothing about the thread, and includes a server that shuts
 *   down.
 * - `complete`: it delivered everything it was asked for
 * - `deleted`: it read the record of the deletion. No other end means that.
 * - `not_found`: the store does not know the thread any more
 * - `cursor_gone`, `cursor_ahead`: the cursor does not fit the log
 * - `fault`: reading or writing failed
 */
export type ReaderEnd = 'detached' | 'complete' | 'deleted' | 'not_found' | 'cursor_gone' | 'cursor_ahead' | 'fault'

/** A read after which nothing follows. `last`: the one record that remains of a deleted log. */
export interface Over {
  readonly type: 'over'
  readonly cause: ReaderEnd
  readonly last?: Slice
}

export function readingOf(key: ThreadKey, answer: Awaited<ReturnType<LogReader['read']>>): LogChunk | Over {
  switch (answer.type) {
    case 'chunk':
      return answer
    case 'deleted':
      // A thread that never existed, in a deleted room, has no such record.
      return { type: 'over', cause: 'deleted', ...('seq' in answer && { last: lastRecord(key, answer) }) }
    case 'not_found':
    case 'cursor_gone':
    case 'cursor_ahead':
      return { type: 'over', cause: answer.type }
  }
}

/** The reason that a client gets. Undefined for ends that say nothing about the thread. */
export const RESYNC: Readonly<Record<ReaderEnd, Resync['reason'] | undefined>> = {
  detached: undefined,
  complete: undefined,
  fault: undefined,
  deleted: 'deleted',
  // The log is gone, but nothing says that it was deleted. The client reads the snapshot and sees what exists.
  not_found: 'cursor_ahead',
  cursor_gone: 'cursor_gone',
  cursor_ahead: 'cursor_ahead',
}

const encoder = new TextEncoder()

/** The last record of a deleted thread's log, the only one that its store keeps. */
function lastRecord(
  { roomId, threadId }: ThreadKey,
  { seq, at }: { readonly seq: number; readonly at: string },
): Slice {
  const text = frame({ roomId, threadId, seq, at, kind: 'control' }, '{"type":"thread.deleted"}')
  return { firstSeq: seq, lastSeq: seq, frames: encoder.encode(text) }
}
