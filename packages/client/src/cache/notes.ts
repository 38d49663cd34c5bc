/**
 * Changes of threads that are to be written: each thread at most every half second, and all of them once the page may
 * be left.
 *
 * Owns: when a change is written. Does not know: where, what a view contains.
 *
 * Invariants:
 * - To note a change costs the same however long the thread is. A view is taken only when it is written.
 * - One write at a time. Without changes there is no timer and no listener (I10).
 */
import { keyString, type ThreadKey, type ThreadView } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'

const PAUSE_MS = 500

type Take = () => ThreadView | undefined

interface Note {
  readonly key: ThreadKey
  take: Take
  /** It is written as soon as possible. */
  now: boolean
  undoTimer: () => void
}

export interface Notes {
  add(key: ThreadKey, take: Take, now: boolean): void
  /** What a thread looks like that is not written yet. */
  pending(key: ThreadKey): ThreadView | undefined
  drop(isMeant: (key: ThreadKey) => boolean): void
}

export function createNotes(
  { clock, visibility }: Pick<Environment, 'clock' | 'visibility'>,
  write: (view: ThreadView) => Promise<void>,
): Notes {
  const notes = new Map<string, Note>()
  const writing = new Map<string, ThreadView>()
  let unlisten: (() => void) | undefined

  function flush(id: string): void {
    const note = notes.get(id)
    if (!note) return
    note.undoTimer()
    note.now = true
    if (!writing.has(id)) void writeNow(id, note)
  }

  async function writeNow(id: string, { take }: Note): Promise<void> {
    notes.delete(id)
    rest()
    const view = take()
    if (!view) return
    writing.set(id, view)
    await write(view)
    writing.delete(id)
    if (notes.get(id)?.now) flush(id)
  }

  function rest(): void {
    if (notes.size > 0) return
    unlisten?.()
    unlisten = undefined
  }

  return {
    add({ roomId, threadId }, take, now) {
      const key = { roomId, threadId }
      const id = keyString(key)
      const before = notes.get(id)
      if (before) before.take = take
      else {
        notes.set(id, { key, take, now: false, undoTimer: clock.schedule(PAUSE_MS, () => flush(id)) })
        unlisten ??= visibility.subscribe(() => {
          if (visibility.hidden) for (const each of [...notes.keys()]) flush(each)
        })
      }
      if (now) flush(id)
    },
    pending: (key) => notes.get(keyString(key))?.take() ?? writing.get(keyString(key)),
    drop(isMeant) {
      for (const [id, { key, undoTimer }] of [...notes]) {
        if (!isMeant(key)) continue
        undoTimer()
        notes.delete(id)
      }
      rest()
    },
  }
}
