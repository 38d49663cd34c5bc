/**
 * The connections that are open now: one, or two while the newer one takes over from the older.
 *
 * Owns: that order, and when the older one is given up. Does not know: why a connection is opened.
 */
import type { Readers } from './readers.ts'
import type { Upstream } from './upstream.ts'

export interface Upstreams {
  /** The newest last. */
  readonly all: readonly Upstream[]
  readonly newest: Upstream | undefined
  add(upstream: Upstream): void
  /** It has ended by itself. */
  remove(upstream: Upstream): void
  /** The newest connection alone is enough once it has caught up wherever an older one is needed. */
  takeOver(): void
  /** Gives up all of them, and returns them. */
  close(): readonly Upstream[]
}

export function createUpstreams(readers: Readers): Upstreams {
  let all: readonly Upstream[] = []

  return {
    get all() {
      return all
    },
    get newest() {
      return all.at(-1)
    },
    add(upstream) {
      all = [...all, upstream]
    },
    remove(upstream) {
      all = all.filter((other) => other !== upstream)
    },
    takeOver() {
      const newest = all.at(-1)
      const older = all.slice(0, -1)
      if (!newest?.isOpen || older.length === 0) return
      for (const reader of readers.carriedBy(newest)) {
        const isNeeded = older.some((other) => reader.isCarried(other))
        if (isNeeded && !newest.told(reader.id)?.ready) return
      }
      all = [newest]
      for (const other of older) {
        other.close()
        for (const reader of readers.carriedBy(other)) reader.detach(other)
      }
    },
    close() {
      const before = all
      all = []
      for (const upstream of before) upstream.close()
      return before
    },
  }
}
