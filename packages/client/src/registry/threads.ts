/**
 * The threads that are kept in memory, and which of them are followed: the warm set.
 *
 * Owns: when a thread is made, followed, forgotten. Does not know: what a thread contains.
 *
 * Invariant (I10): nothing observed and nothing running means no socket, no timer, no listener.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import { RegistryError } from '../thread/registry-error.ts'
import type { Thread } from '../thread/thread.ts'

/** How many threads are kept, and followed for as long as anything is observed. */
const WARM = 50

export interface Threads {
  /** Makes it if it is not kept. Throws `RegistryError` (`closed`). */
  of(key: ThreadKey): Thread
  find(key: ThreadKey): Thread | undefined
  all(): readonly Thread[]
  /** Follows the threads that need it most and forgets those that nobody needs. */
  balance(): void
  close(): void
}

export interface ThreadsOptions {
  make(key: ThreadKey): Thread
  /** Whether anything is observed, be it only a list. */
  isAnythingObserved(): boolean
  evicted(key: ThreadKey): void
  balanced(threads: readonly Thread[]): void
  readonly closed: AbortSignal
}

export function createThreads({ make, isAnythingObserved, evicted, balanced, closed }: ThreadsOptions): Threads {
  /** The least recently used first. */
  const threads = new Map<string, Thread>()
  let balancing = false
  let unbalanced = false

  function evict(): void {
    for (const [id, each] of threads) {
      if (threads.size <= WARM) return
      if (each.need !== 'none') continue
      threads.delete(id)
      each.follow(false)
      evicted(each.key)
    }
  }

  const all = () => [...threads.values()]

  return {
    of({ roomId, threadId }) {
      if (closed.aborted) throw new RegistryError('closed', 'This registry is closed.')
      const key = { roomId, threadId }
      const id = keyString(key)
      const thread = threads.get(id) ?? make(key)
      threads.delete(id)
      threads.set(id, thread)
      return thread
    },
    find: (key) => threads.get(keyString(key)),
    all,
    balance() {
      unbalanced = true
      // A change in between makes it start over.
      if (balancing || closed.aborted) return
      balancing = true
      while (unbalanced) {
        unbalanced = false
        const followed = threadsToFollow(all(), isAnythingObserved())
        for (const each of all()) if (!followed.has(each)) each.follow(false)
        for (const each of followed) each.follow(true)
        evict()
        balanced(all())
      }
      balancing = false
    },
    close() {
      for (const each of threads.values()) each.close()
      threads.clear()
    },
  }
}

/**
 * Observed threads are always followed. Then come running ones, and those observed a moment ago. As long as anything is
 * observed, threads that were followed before stay so, and going back and forth among them requests nothing.
 */
function threadsToFollow(threads: readonly Thread[], isAnythingObserved: boolean): ReadonlySet<Thread> {
  const newestFirst = threads.toReversed()
  const of = (need: Thread['need']) => newestFirst.filter((each) => each.need === need)
  const observed = of('observed')
  const needed = [...observed, ...of('running'), ...of('lingering')]
  const warm = isAnythingObserved || needed.length > 0 ? of('none').filter((each) => each.warm) : []
  return new Set([...observed, ...[...needed, ...warm].slice(0, WARM)])
}
