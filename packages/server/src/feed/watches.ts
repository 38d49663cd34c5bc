/**
 * The threads that somebody reads right now: a ring, the readers and the waits of each.
 *
 * Owns: the one subscription to the bus and the one heartbeat timer for all. Does not know: the store, sinks.
 * Invariant: with the last visitor of a thread goes its ring, with the last of all the subscription and the timer (I10).
 */
import { type Clock, createThreadMap, HEARTBEAT, type ThreadKey, type ThreadMap } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import type { Notice } from '../store/port.ts'
import type { Reader } from './reader.ts'
import { createRing, type Ring } from './ring.ts'

const HEARTBEAT_MS = 15_000

export const heartbeat = new TextEncoder().encode(HEARTBEAT)

export interface Watch {
  readonly ring: Ring
  readonly readers: Set<Reader>
  /** Those who wait for the next record only (long-poll). */
  readonly wakes: Set<() => void>
  /** Tells all of them that there may be more. */
  nudge(): void
  /** Tells all of them that nothing comes any more. */
  finish(): void
  /** The visitor that entered goes. Once for each `enter`. */
  leave(): void
}

/** One who reads more than one log: told of what belongs to no thread. */
export interface Visitor {
  readonly tenantId: string
  beat(): void
  /** The inbox of its tenant has more. */
  inboxMore(): void
}

type Watched = Watch & { visitors: number; quiet: boolean }

export interface Watches {
  /** The same for one who reads no single thread; undo it once. */
  join(visitor: Visitor): () => void
  /** Subscribed from here on: what is committed later will be told. */
  enter(key: ThreadKey): Watch
  readonly all: Pick<ThreadMap<Watch>, 'entries' | 'size'>
}

export interface WatchesOptions {
  readonly bus: Bus
  readonly clock: Clock
  /** A slow reader keeps at most this much of somebody else's commit alive. */
  readonly passedBytes: number
}

export function createWatches({ bus, clock, passedBytes }: WatchesOptions): Watches {
  const all = createThreadMap<Watched>()
  const visitors = new Set<Visitor>()
  let stop: (() => void) | undefined

  function begin() {
    const unsubscribe = bus.subscribe(hear)
    let stopTimer = clock.schedule(HEARTBEAT_MS, beat)
    function beat() {
      stopTimer = clock.schedule(HEARTBEAT_MS, beat)
      for (const visitor of [...visitors]) visitor.beat()
      for (const { value: watch } of all.entries()) {
        for (const reader of watch.readers) reader.beat(heartbeat)
        // Notices are lossy: a thread that nothing was heard of since the last beat is asked after, once for all.
        if (watch.quiet) {
          firstLive(watch)?.recheck()
          watch.nudge()
        }
        watch.quiet = true
      }
    }
    return () => {
      unsubscribe()
      stopTimer()
    }
  }

  function hear(notice: Notice) {
    if (notice.type === 'inbox.more') {
      for (const visitor of visitors) if (visitor.tenantId === notice.tenantId) visitor.inboxMore()
    }
    if (notice.type !== 'thread.more' && notice.type !== 'thread.deleted') return
    const watch = all.get(notice.key)
    if (!watch) return
    if (notice.type === 'thread.deleted') return watch.finish()
    watch.quiet = false
    const { ring, readers, nudge } = watch
    const { firstSeq, lastSeq, frames } = notice
    if (frames && isClear(readers)) ring.pass({ firstSeq, lastSeq, frames }, nudge)
    else {
      ring.told(notice)
      nudge()
    }
  }

  function rest() {
    if (all.size > 0 || visitors.size > 0) return
    stop?.()
    stop = undefined
  }

  function watch(key: ThreadKey): Watched {
    const readers = new Set<Reader>()
    const wakes = new Set<() => void>()
    const made: Watched = {
      ring: createRing({ passedBytes }),
      readers,
      wakes,
      visitors: 0,
      quiet: false,
      nudge() {
        for (const reader of readers) reader.more()
        for (const wake of wakes) wake()
      },
      finish() {
        for (const reader of [...readers]) reader.finish()
        for (const wake of wakes) wake()
      },
      leave() {
        if (--made.visitors > 0) return
        all.delete(key)
        rest()
      },
    }
    all.set(key, made)
    return made
  }

  return {
    all,
    join(visitor) {
      stop ??= begin()
      visitors.add(visitor)
      return () => {
        visitors.delete(visitor)
        rest()
      }
    },
    enter(key) {
      stop ??= begin()
      const entered = all.get(key) ?? watch(key)
      entered.visitors++
      return entered
    },
  }
}

/** Whether nobody needs the ring to hold what they are told now. */
function isClear(readers: ReadonlySet<Reader>): boolean {
  for (const reader of readers) if (!reader.clear()) return false
  return true
}

function firstLive(watch: Watch): Reader | undefined {
  for (const reader of watch.readers) if (reader.live()) return reader
  return undefined
}
