/**
 * Hub of the threads that are being read right now: for each, its ring, its readers and its pending waits.
 *
 * Owns: the only subscription to the bus and the only heartbeat timer, shared by all. Does not know: the store, sinks.
 * Invariant: the last reader of a thread takes its ring with it; the last of all stops the subscription and the timer (I10).
 */
import { type Clock, HEARTBEAT } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import type { Notice } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import {
  createTenantThreadMap,
  type TenantRoom,
  type TenantThread,
  type TenantThreadMap,
} from '../store/tenant-thread.ts'
import type { Reader } from './reader.ts'
import { createRing, type Ring } from './ring.ts'

const HEARTBEAT_MS = 15_000

export const heartbeat = new TextEncoder().encode(HEARTBEAT)

/** A thread with at least one reader or wait. */
export interface LiveThread {
  readonly ring: Ring
  readonly readers: Set<Reader>
  /** Those that wait for the next record only (long-poll). */
  readonly wakes: Set<() => void>
  /** Tells readers and waits that there may be more. */
  nudge(): void
  /** Tells readers and waits that nothing follows. */
  finish(): void
  /** Undoes one `enter`. Call it once for each. */
  leave(): void
}

/** A connection that reads many threads. It also gets what belongs to no thread. */
export interface HubMember extends Principal {
  beat(): void
  /** The inbox of its person has more. */
  inboxMore(): void
}

type Entry = LiveThread & { users: number; quiet: boolean }

export interface ThreadHub {
  /** Returns the function that undoes it. Call that once. */
  join(member: HubMember): () => void
  /** Subscribed from here on: every later commit reaches the thread. */
  enter(of: TenantThread): LiveThread
  readonly live: Pick<TenantThreadMap<LiveThread>, 'entries' | 'size'>
}

export interface ThreadHubOptions {
  readonly bus: Bus
  readonly clock: Clock
  /** A slow reader keeps at most this many bytes of a commit alive that also holds other threads' records. */
  readonly passedBytes: number
}

export function createThreadHub({ bus, clock, passedBytes }: ThreadHubOptions): ThreadHub {
  const live = createTenantThreadMap<Entry>()
  const members = new Set<HubMember>()
  let stop: (() => void) | undefined

  function begin() {
    const unsubscribe = bus.subscribe(hear)
    let stopTimer = clock.schedule(HEARTBEAT_MS, beat)
    function beat() {
      stopTimer = clock.schedule(HEARTBEAT_MS, beat)
      for (const member of [...members]) member.beat()
      for (const { value: thread } of live.entries()) {
        for (const reader of thread.readers) reader.beat(heartbeat)
        // Notices can be lost, so a thread without a notice since the last beat is checked, once for all its readers.
        if (thread.quiet) {
          firstLive(thread)?.recheck()
          thread.nudge()
        }
        thread.quiet = true
      }
    }
    return () => {
      unsubscribe()
      stopTimer()
    }
  }

  function hear(notice: Notice) {
    if (notice.type === 'inbox.more') {
      for (const member of members) if (concerns(notice, member)) member.inboxMore()
    }
    if (notice.type === 'room.deleted') {
      // Also those of a thread that never existed, which has no `thread.deleted`.
      for (const { thread, value } of [...live.entries()]) if (isIn(notice, thread)) value.finish()
    }
    if (notice.type !== 'thread.more' && notice.type !== 'thread.deleted') return
    const thread = live.get(notice.key)
    if (!thread) return
    if (notice.type === 'thread.deleted') return thread.finish()
    thread.quiet = false
    const { ring, readers, nudge } = thread
    const { firstSeq, lastSeq, frames } = notice
    if (frames && isClear(readers)) ring.pass({ firstSeq, lastSeq, frames }, nudge)
    else {
      ring.told(notice)
      nudge()
    }
  }

  function stopIfUnused() {
    if (live.size > 0 || members.size > 0) return
    stop?.()
    stop = undefined
  }

  function create(of: TenantThread): Entry {
    const readers = new Set<Reader>()
    const wakes = new Set<() => void>()
    const made: Entry = {
      ring: createRing({ passedBytes }),
      readers,
      wakes,
      users: 0,
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
        if (--made.users > 0) return
        live.delete(of)
        stopIfUnused()
      },
    }
    live.set(of, made)
    return made
  }

  return {
    live,
    join(member) {
      stop ??= begin()
      members.add(member)
      return () => {
        members.delete(member)
        stopIfUnused()
      }
    },
    enter(of) {
      stop ??= begin()
      const entered = live.get(of) ?? create(of)
      entered.users++
      return entered
    },
  }
}

/** Whether every reader is live and has passed on all its bytes: then the ring need not hold the frames for any of them. */
function isClear(readers: ReadonlySet<Reader>): boolean {
  for (const reader of readers) if (!reader.clear()) return false
  return true
}

function firstLive(thread: LiveThread): Reader | undefined {
  for (const reader of thread.readers) if (reader.live()) return reader
  return undefined
}

function isIn({ tenantId, roomId }: TenantRoom, thread: TenantThread): boolean {
  return thread.tenantId === tenantId && thread.roomId === roomId
}

/** What is one person's own concerns nobody else of the tenant. */
function concerns({ tenantId, personId }: Extract<Notice, { type: 'inbox.more' }>, member: Principal): boolean {
  return member.tenantId === tenantId && (personId === undefined || member.personId === personId)
}
