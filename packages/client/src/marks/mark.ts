/**
 * What is known of one thread: pure, and the same for every thread.
 *
 * Owns: how statements are joined. Does not know: when something was said, other threads.
 */
import { isUnread, type ReadMarks, type ThreadInfo, type ThreadKey } from '@holdfast/core'

/** A moment in the order of the changes here. */
export type Moment = number

/** One attempt to read a whole room. */
export type Attempt = symbol

export interface Entry extends Required<ReadMarks> {
  readonly key: ThreadKey
  /** The room was read when the thread had completed up to here. */
  readonly swept?: number | undefined
  /** By which attempt from here, of which the server has said nothing yet. */
  readonly attempt?: Attempt | undefined
  /** The last change here, or when the last answer was asked for. */
  readonly at: Moment
  readonly held: boolean
}

export function blank({ roomId, threadId }: ThreadKey): Entry {
  return { key: { roomId, threadId }, completedSeq: 0, readSeq: 0, markedUnread: false, at: 0, held: false }
}

export function marksOf({ completedSeq, readSeq, markedUnread, swept }: Entry): Required<ReadMarks> {
  if (swept === undefined) return { completedSeq, readSeq, markedUnread }
  return { completedSeq, readSeq: Math.max(readSeq, swept), markedUnread: false }
}

/** Of a server that knows no read marks everything is read. */
export function marksIn({ completedSeq = 0, readSeq = 0, markedUnread }: Partial<ThreadInfo>): Required<ReadMarks> {
  return { completedSeq, readSeq, markedUnread: markedUnread === true }
}

export function isSame(one: Required<ReadMarks>, other: Required<ReadMarks>): boolean {
  const { completedSeq, readSeq, markedUnread } = one
  return completedSeq === other.completedSeq && readSeq === other.readSeq && markedUnread === other.markedUnread
}

/** What the server says. What it leaves out stays. */
export function stated(before: Entry, { completedSeq = 0, readSeq = 0, markedUnread }: Partial<ReadMarks>): Entry {
  return {
    ...before,
    completedSeq: Math.max(before.completedSeq, completedSeq),
    readSeq: Math.max(before.readSeq, readSeq),
    ...(markedUnread !== undefined && !before.held && { markedUnread }),
  }
}

/** The thread with these marks; the same reference if it has them. */
export function withMarks(thread: ThreadInfo, marks: Required<ReadMarks>): ThreadInfo {
  const unread = isUnread(marks)
  if (thread.unread === unread && isSame(marksIn(thread), marks)) return thread
  const { markedUnread: _, ...rest } = thread
  const { completedSeq, readSeq, markedUnread } = marks
  return { ...rest, completedSeq, readSeq, unread, ...(markedUnread && { markedUnread }) }
}
