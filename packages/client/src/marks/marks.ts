/**
 * What is unread, as this device knows it: what the server answers and reports, joined with what the person does here.
 *
 * Owns: the marks of each thread that was heard of, which of two statements is the newer one. Does not know: requests
 * (`sender.ts`), lists, what is shown.
 *
 * Invariants:
 * - Positions never go back: an answer that arrives late neither marks nor unmarks what is known to be otherwise.
 * - A mark by hand has no position, so its newest statement counts. An answer to a request from before the last change
 *   here is older than the change, and as long as a change from here is on its way, no answer is newer.
 * - That a whole room was read names no positions either. It holds for what is known at that moment, until the server says
 *   otherwise.
 * - One frame costs O(1), however many threads are known; a frame about a whole room costs one step for each of them.
 */
import { type InboxFrame, isUnread, keyString, type ReadMarks, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { createListeners } from '../observable/observable.ts'
import { type Attempt, blank, type Entry, isSame, type Moment, marksIn, marksOf, stated, withMarks } from './mark.ts'

export type { Moment } from './mark.ts'

export interface UnreadChange extends ThreadKey {
  readonly unread: boolean
}

export interface Marks {
  readonly now: Moment
  /** Another number once anything is known to be otherwise. */
  readonly version: number
  /** Undefined: nothing is known of this thread. */
  of(key: ThreadKey): ReadMarks | undefined
  /** The thread with what is known here; the same reference if that is nothing else. */
  applyTo(thread: ThreadInfo): ThreadInfo
  /** @param asked when the answer was asked for */
  learn(thread: ThreadInfo, asked: Moment): void
  hear(entry: InboxFrame): void
  /** The person has read up to this position. False: that was known. */
  read(key: ThreadKey, seq: number): boolean
  markUnread(key: ThreadKey): void
  /** Everything that is known of this room, or without one of every room, is read. */
  readRoom(roomId?: string): Attempt
  /** It is not, after all: the request failed. What the server has reported as read meanwhile stays so. */
  takeBack(attempt: Attempt): void
  /** A change from here is on its way; it was answered, or given up. */
  hold(key: ThreadKey, held: boolean): void
  /** Threads of which something was learnt after this moment, other than from answers. */
  changedSince(moment: Moment): Iterable<UnreadChange>
  /** Called when a thread becomes unread or read. */
  subscribe(listener: (change: UnreadChange) => void): () => void
}

/** Beyond them, those are forgotten of which nothing was heard for longest. The next answer tells them again. */
const MOST = 10_000

export function createMarks(): Marks {
  /** In the order of their last change. */
  const entries = new Map<string, Entry>()
  const listeners = createListeners<[UnreadChange]>()
  let now: Moment = 0
  let version = 0

  const entryOf = (key: ThreadKey): Entry => entries.get(keyString(key)) ?? blank(key)

  /** `after` is what is known from now on. */
  function put(after: Entry): void {
    const id = keyString(after.key)
    const before = entries.get(id)
    entries.delete(id)
    entries.set(id, after)
    for (const [oldest] of entries) {
      if (entries.size <= MOST) break
      entries.delete(oldest)
    }
    if (before && isSame(marksOf(before), marksOf(after))) return
    version += 1
    const unread = isUnread(marksOf(after))
    if (unread !== (before !== undefined && isUnread(marksOf(before)))) listeners.tell({ ...after.key, unread })
  }

  function change(before: Entry, what: Partial<Entry>): void {
    now += 1
    put({ ...before, ...what, at: now })
  }

  function all(roomId: string | undefined): readonly Entry[] {
    return [...entries.values()].filter(({ key }) => roomId === undefined || key.roomId === roomId)
  }

  /** Without an attempt the server has said so. */
  function sweep(roomId: string | undefined, attempt?: Attempt): void {
    for (const entry of all(roomId)) {
      if (isUnread(marksOf(entry))) change(entry, { swept: entry.completedSeq, attempt })
      else if (!attempt && entry.attempt) put({ ...entry, attempt })
    }
  }

  return {
    get now() {
      return now
    },
    get version() {
      return version
    },
    of(key) {
      const entry = entries.get(keyString(key))
      return entry && marksOf(entry)
    },
    applyTo(thread) {
      const entry = entries.get(keyString(thread))
      return entry ? withMarks(thread, marksOf(entry)) : thread
    },
    learn(thread, asked) {
      const before = entryOf(thread)
      const marks = marksIn(thread)
      if (before.at > asked) put(stated(before, { completedSeq: marks.completedSeq, readSeq: marks.readSeq }))
      else put({ ...stated({ ...before, swept: undefined }, marks), at: asked })
    },
    hear(entry) {
      if (entry.type === 'ReadMarkMoved') {
        if (entry.all) sweep(entry.roomId)
        else if (typeof entry.readSeq === 'number') {
          const { readSeq, markedUnread = false } = entry
          change(stated(entryOf(entry), { readSeq, markedUnread }), {})
        }
      } else if (entry.type === 'RunCompleted' && typeof entry.completedSeq === 'number') {
        const { completedSeq, unread } = entry
        const isRead = unread === false && { readSeq: completedSeq, markedUnread: false }
        // The server's word on this very completion outweighs that the room was read.
        change(stated(entryOf(entry), { completedSeq, ...isRead }), unread ? { swept: undefined } : {})
      } else if (entry.type === 'ThreadDeleted') entries.delete(keyString(entry))
      else if (entry.type === 'RoomDeleted') for (const { key } of all(entry.roomId)) entries.delete(keyString(key))
    },
    read(key, seq) {
      const before = entryOf(key)
      if (before.readSeq >= seq && !before.markedUnread) return false
      change(before, { readSeq: Math.max(before.readSeq, seq), markedUnread: false })
      return true
    },
    markUnread: (key) => change(entryOf(key), { markedUnread: true, swept: undefined }),
    readRoom(roomId) {
      const attempt = Symbol('attempt')
      sweep(roomId, attempt)
      return attempt
    },
    takeBack(attempt) {
      for (const entry of all(undefined)) {
        if (entry.attempt === attempt) change(entry, { swept: undefined, attempt: undefined })
      }
    },
    hold: (key, held) => change(entryOf(key), { held }),
    *changedSince(moment) {
      for (const entry of entries.values()) {
        if (entry.at > moment) yield { ...entry.key, unread: isUnread(marksOf(entry)) }
      }
    },
    subscribe: listeners.add,
  }
}
