/**
 * Who reads which log over the one connection.
 *
 * Owns: the readers of each thread, and which threads the next connection carries. Does not know: connections, when one
 * is opened.
 */
import type { ThreadKey } from '@holdfast/core'
import type { Carrier, Reader } from './reader.ts'

/** What a server takes in one request (docs/PROTOCOL.md). */
const MAX_THREADS = 200

export interface Readers {
  readonly isEmpty: boolean
  all(): readonly Reader[]
  /** By `keyString`. */
  of(id: string): readonly Reader[]
  carriedBy(carrier: Carrier): readonly Reader[]
  waiting(): readonly Reader[]
  /** Threads that a connection opened now would carry: if there are too many, those that were asked for last. */
  riders(): readonly string[]
  /** The same, each from the position of its reader that is furthest behind. */
  positions(): readonly (ThreadKey & { readonly after: number })[]
  add(reader: Reader): void
  remove(reader: Reader): void
}

export function createReaders(): Readers {
  /** By thread; the thread that was asked for last comes last. */
  const byThread = new Map<string, Set<Reader>>()
  const all = () => [...byThread.values()].flatMap((ofOne) => [...ofOne])
  const of = (id: string) => [...(byThread.get(id) ?? [])]
  const riders = () => [...byThread.keys()].toReversed().slice(0, MAX_THREADS)

  return {
    get isEmpty() {
      return byThread.size === 0
    },
    all,
    of,
    carriedBy: (carrier) => all().filter((reader) => reader.isCarried(carrier)),
    waiting: () => all().filter((reader) => !reader.isCarried()),
    riders,
    positions: () =>
      riders().flatMap((id) => {
        const [reader] = of(id).toSorted((a, b) => a.cursor - b.cursor)
        return reader ? [{ ...reader.key, after: reader.cursor }] : []
      }),
    add(reader) {
      const others = byThread.get(reader.id) ?? new Set()
      byThread.delete(reader.id)
      byThread.set(reader.id, others.add(reader))
    },
    remove(reader) {
      const others = byThread.get(reader.id)
      others?.delete(reader)
      if (others?.size === 0) byThread.delete(reader.id)
    },
  }
}
