/**
 * Why a reader reads no more. Every end has its cause, named where it happens: there is no default, so an end that
 * nobody explained can never pass for a deletion.
 *
 * Owns: what an answer of the store means for a reader. Does not know: readers, sinks.
 */
import { frame, type Resync, type ThreadKey } from '@holdfast/core'
import type { Deleted, LogChunk, LogReader } from '../store/port.ts'
import type { Slice } from './slice.ts'

/**
 * - `detached` its sink is gone, or whoever opened it let go: says nothing about the thread (a service that stops, too)
 * - `complete` it was given everything that it asked for
 * - `deleted` the record of the deletion was read; the only end that means so
 * - `not_found` the store knows no such thread, though it did before
 * - `cursor_gone`, `cursor_ahead` the log and the cursor do not belong together
 * - `fault` reading or writing failed
 */
export type ReaderEnd = 'detached' | 'complete' | 'deleted' | 'not_found' | 'cursor_gone' | 'cursor_ahead' | 'fault'

/** A reading behind which nothing comes. `last`: the one record that is left of a log that was deleted. */
export interface Over {
  readonly type: 'over'
  readonly cause: ReaderEnd
  readonly last?: Slice
}

export function readingOf(key: ThreadKey, answer: Awaited<ReturnType<LogReader['read']>> | Deleted): LogChunk | Over {
  switch (answer.type) {
    case 'chunk':
      return answer
    case 'deleted':
      // A thread that never was, in a room that was deleted, has no record of it.
      return { type: 'over', cause: 'deleted', ...('seq' in answer && { last: lastRecord(key, answer) }) }
    case 'not_found':
    case 'cursor_gone':
    case 'cursor_ahead':
      return { type: 'over', cause: answer.type }
  }
}

/** What a client is told of a reader's end. Nothing of the ends that say nothing about the thread. */
export const RESYNC: Readonly<Record<ReaderEnd, Resync['reason'] | undefined>> = {
  detached: undefined,
  complete: undefined,
  fault: undefined,
  deleted: 'deleted',
  // The log is not there any more, and nothing says that it was deleted: the snapshot answers what there is.
  not_found: 'cursor_ahead',
  cursor_gone: 'cursor_gone',
  cursor_ahead: 'cursor_ahead',
}

const encoder = new TextEncoder()

/** What a deleted thread's log ended with: its store keeps nothing else of it. */
function lastRecord(
  { roomId, threadId }: ThreadKey,
  { seq, at }: { readonly seq: number; readonly at: string },
): Slice {
  const text = frame({ roomId, threadId, seq, at, kind: 'control' }, '{"type":"thread.deleted"}')
  return { firstSeq: seq, lastSeq: seq, frames: encoder.encode(text) }
}
