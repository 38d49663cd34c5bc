/**
 * Runs that ended in threads which are not followed here: their conversation is loaded, so that a person who opens one
 * later has it at once.
 *
 * Owns: which threads, how many, in which order. Does not know: rows, the inbox.
 *
 * Invariant: one request at a time, after a pause, for at most the newest twenty threads. Nothing waits for it.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'

const MOST = 20
/** Up to twice as long: another page of this browser may load it meanwhile. */
const PAUSE_MS = 1_000

export interface Completed {
  /** A run has ended there. */
  add(key: ThreadKey, load: () => Promise<void>): void
  remove(isGone: (key: ThreadKey) => boolean): void
}

export function createCompleted({ clock, random }: Pick<Environment, 'clock' | 'random'>): Completed {
  /** The newest last. */
  const wanted = new Map<string, { readonly key: ThreadKey; load(): Promise<void> }>()
  let busy = false

  function next(): void {
    if (busy || wanted.size === 0) return
    busy = true
    clock.schedule(PAUSE_MS * (1 + random()), () => void loadNewest())
  }

  async function loadNewest(): Promise<void> {
    const [id, newest] = [...wanted].at(-1) ?? []
    if (id !== undefined) wanted.delete(id)
    // Opened later, it is loaded then.
    await newest?.load().catch(() => {})
    busy = false
    next()
  }

  return {
    add({ roomId, threadId }, load) {
      const key = { roomId, threadId }
      wanted.delete(keyString(key))
      wanted.set(keyString(key), { key, load })
      for (const [oldest] of wanted) if (wanted.size > MOST) wanted.delete(oldest)
      next()
    },
    remove(isGone) {
      for (const [id, { key }] of wanted) if (isGone(key)) wanted.delete(id)
    },
  }
}
