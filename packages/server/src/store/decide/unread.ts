/**
 * A person's read mark of a thread, as it is stored and as it is shown. A person without a mark has read nothing.
 *
 * Invariants: a mark never decreases and never lies beyond the end of the log.
 */
import { isUnread, type ReadMark } from '@holdfast/core'
import type { PersonThread, ThreadRow } from './facts.ts'

export function markOf({ completedSeq }: Pick<ThreadRow, 'completedSeq'>, own: PersonThread = {}): ReadMark {
  const { readSeq = 0 } = own
  const markedUnread = own.markedUnread !== undefined
  const unread = isUnread({ completedSeq, readSeq, markedUnread })
  return { readSeq, unread, ...(markedUnread && { markedUnread }) }
}

/** A read up to `seq`. It ends a mark as unread only if it reaches the end that the log had when the mark was made. */
export function afterRead(own: PersonThread = {}, seq: number, head: number): PersonThread {
  const { markedUnread, readSeq = 0, ...rest } = own
  const read = Math.min(seq, head)
  const most = Math.max(readSeq, read)
  return {
    ...rest,
    ...(most > 0 && { readSeq: most }),
    ...(markedUnread !== undefined && markedUnread > read && { markedUnread }),
  }
}
