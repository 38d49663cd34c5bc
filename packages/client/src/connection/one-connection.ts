/**
 * One connection of a device: whatever reads logs and the inbox through this transport shares one upstream request
 * (docs/PROTOCOL.md, feed). Everything else is passed through.
 *
 * Owns: which threads ride, when the connection is opened anew, who is read alone meanwhile. Does not know: how often to
 * try (each attempt fails as the connection does, and whoever asks again takes the others along), what envelopes mean.
 *
 * Invariants:
 * - Each `open` keeps the promises of `port.ts`, as if it had a connection of its own: whatever is
 *   opened, lost and replaced below, it is told everything after its cursor once and in order.
 * - The next connection is open, and caught up wherever the old one was needed, before the old one is given up. At most
 *   one opening a second takes others in; nobody's leaving, nor coming back to what is still carried, opens anything.
 * - What one thread or the inbox is refused is no other one's failure.
 * - Nobody reads: no request, no timer (I10).
 */
import { backoffDelay, type Clock, type InboxOverview, isId } from '@holdfast/core'
import { problemOf, TransportError, transportError } from '../transport/error.ts'
import type { FeedSource, LogHandlers, LogSource, RunTransport } from '../transport/port.ts'
import { createInboxLine } from './inbox-line.ts'
import { createReader, type Reader } from './reader.ts'
import { resynced } from './resynced.ts'
import { createUpstream, type Upstream, type UpstreamHandlers } from './upstream.ts'

/** The shortest time between two openings that take others in. */
const REOPEN_MS = 1_000
const LONGEST_PAUSE_MS = 15_000
/** Browsers allow six connections to a host over HTTP/1.1: two feeds for a moment, two of these, two for commands. */
const MAX_COLD = 2
/** What a server takes in one request (docs/PROTOCOL.md). */
const MAX_THREADS = 200

export interface OneConnectionOptions {
  readonly source: RunTransport & FeedSource
  readonly clock: Clock
}

export function createOneConnection({ source, clock }: OneConnectionOptions): RunTransport {
  /** By thread; who asked last comes last. */
  const readers = new Map<string, Set<Reader>>()
  /** Read alone until the connection carries them. */
  const colds = new Map<Reader, AbortController>()
  /** Waits for a thread that is not there: only the connection can say when it is. */
  const inexistent = new WeakSet<Reader>()
  const inbox = createInboxLine(arrangeSoon)
  /** The newest last; two while one takes over from the other. */
  let upstreams: readonly Upstream[] = []
  let openedAt = Number.NEGATIVE_INFINITY
  let failures = 0
  let undoTimer: (() => void) | undefined
  let arranging = false

  const all = () => [...readers.values()].flatMap((ofOne) => [...ofOne])
  const of = (id: string) => [...(readers.get(id) ?? [])]
  const newest = () => upstreams.at(-1)
  /** Those that a connection opened now would carry: if there are too many, those that were asked for last. */
  const riders = () => [...readers.keys()].toReversed().slice(0, MAX_THREADS)

  /** Whoever comes and goes in the same tick is arranged for at once, in one request. */
  function arrangeSoon(): void {
    if (arranging) return
    arranging = true
    queueMicrotask(() => {
      arranging = false
      arrange()
    })
  }

  function arrange(): void {
    if (readers.size === 0 && !inbox.wanted) {
      rest()
      return
    }
    inbox.seat()
    takeOver()
    for (const reader of all()) hand(reader)
    const waiting = all().filter((reader) => !reader.isCarried())
    if (upstreams.length === 0 && (waiting.length > 0 || inbox.waiting)) {
      open()
      return
    }
    for (const reader of waiting) {
      const isThere = !inexistent.has(reader) || upstreams.some((each) => (each.told(reader.id)?.at ?? 0) > 0)
      if (isThere && colds.size < MAX_COLD) void readAlone(reader)
    }
    plan()
  }

  function rest(): void {
    undoTimer?.()
    undoTimer = undefined
    const before = upstreams
    upstreams = []
    failures = 0
    for (const upstream of before) {
      upstream.close()
      inbox.lost(upstream)
    }
  }

  // ---- opening

  function isIncomplete(): boolean {
    const upstream = newest()
    if (!upstream) return readers.size > 0 || inbox.wanted
    return (inbox.wanted && !upstream.hasInbox) || riders().some((id) => !upstream.told(id) || isStuck(id))
  }

  /** It is carried, but from further on, and nobody is free to read it alone. */
  function isStuck(id: string): boolean {
    return colds.size >= MAX_COLD && of(id).some((reader) => !reader.isCarried())
  }

  function plan(): void {
    const upstream = newest()
    if (undoTimer || upstreams.length > 1 || upstream?.isOpen === false || !isIncomplete()) return
    const pause =
      failures === 0
        ? // By a clock that may be set back meanwhile.
          Math.min(REOPEN_MS, openedAt + REOPEN_MS - clock.now())
        : backoffDelay({ attempt: failures, baseMs: REOPEN_MS, maxMs: LONGEST_PAUSE_MS, random: 1 })
    undoTimer = clock.schedule(Math.max(0, pause), () => {
      undoTimer = undefined
      if (isIncomplete()) open()
    })
  }

  function open(): void {
    undoTimer?.()
    undoTimer = undefined
    openedAt = clock.now()
    const riding = riders().flatMap((id) => {
      const [reader] = of(id).toSorted((a, b) => a.cursor - b.cursor)
      return reader ? [{ ...reader.key, after: reader.cursor }] : []
    })
    const { cursor } = inbox
    const body = { ...(cursor !== undefined && { inbox: cursor }), threads: riding }
    const upstream = createUpstream(source, body, handlers)
    upstreams = [...upstreams, upstream]
    for (const reader of all()) if (upstream.told(reader.id)) reader.attach(upstream)
    if (upstream.hasInbox) inbox.ride(upstream)
  }

  const carriedBy = (upstream: Upstream) => all().filter((reader) => reader.isCarried(upstream))

  const handlers: UpstreamHandlers = {
    onOpen(from) {
      failures = 0
      for (const reader of carriedBy(from)) reader.opened()
      inbox.opened(from)
      arrangeSoon()
    },
    onEnvelopes(from, id, batch) {
      for (const reader of of(id)) if (reader.isCarried(from)) reader.take(batch)
    },
    onCaughtUp(from, id) {
      for (const reader of of(id)) {
        if (reader.isCarried(from)) reader.caughtUp()
        hand(reader)
      }
      arrangeSoon()
    },
    onResync(from, id, { reason }) {
      for (const reader of of(id)) if (reader.isCarried(from)) reader.finish(resynced(reason))
      arrangeSoon()
    },
    onInbox: (from, batch) => inbox.take(from, batch),
    onDelivery: inbox.delivered,
    onBytes(from) {
      for (const reader of carriedBy(from)) reader.bytes()
      inbox.bytes(from)
    },
    onDropped(from, reason, type) {
      // Nobody can say whose it was: it is counted once a listener of everything, or by one of those who are carried.
      if (!inbox.dropped(reason, type)) carriedBy(from)[0]?.dropped(reason, type)
    },
    onEnd(from, error) {
      upstreams = upstreams.filter((other) => other !== from)
      const refusesInbox = error && from.hasInbox && !from.isOpen && isOfInbox(error)
      failures += 1
      inbox.lost(from, error)
      for (const reader of carriedBy(from)) {
        if (refusesInbox) reader.detach(from)
        else reader.lost(from, error)
      }
      arrangeSoon()
    },
  }

  /** The newest connection alone is enough once it has caught up wherever an older one is needed. */
  function takeOver(): void {
    const upstream = newest()
    const older = upstreams.slice(0, -1)
    if (!upstream?.isOpen || older.length === 0) return
    for (const reader of carriedBy(upstream)) {
      const isNeeded = older.some((other) => reader.isCarried(other))
      if (isNeeded && !upstream.told(reader.id)?.ready) return
    }
    upstreams = [upstream]
    for (const other of older) {
      other.close()
      for (const reader of carriedBy(other)) reader.detach(other)
    }
  }

  // ---- reading alone

  /** A reader that has all that a connection has told of its thread goes on with that one. */
  function hand(reader: Reader): void {
    if (reader.over) return
    for (const upstream of upstreams) {
      const told = upstream.told(reader.id)
      if (!told?.ready || reader.cursor < told.at) continue
      reader.attach(upstream)
      reader.caughtUp()
    }
    const cold = colds.get(reader)
    if (!cold || !upstreams.some((each) => reader.isCarried(each) && each.told(reader.id)?.ready)) return
    colds.delete(reader)
    reader.detach(cold)
    cold.abort()
    arrangeSoon()
  }

  async function readAlone(reader: Reader): Promise<void> {
    const cold = new AbortController()
    colds.set(reader, cold)
    reader.attach(cold)
    const unlessOver = (act: () => void) => () => {
      if (reader.isCarried(cold)) act()
    }
    const heard: LogHandlers = {
      onOpen: unlessOver(reader.opened),
      onCaughtUp: unlessOver(reader.caughtUp),
      onBytes: unlessOver(reader.bytes),
      onEnvelopes(batch) {
        if (!reader.isCarried(cold)) return
        reader.take(batch)
        hand(reader)
      },
      onDropped(reason, type) {
        if (reader.isCarried(cold)) reader.dropped(reason, type)
      },
    }
    let error: TransportError | undefined
    try {
      await source.open({ type: 'log', key: reader.key, after: reader.cursor, handlers: heard }, cold.signal)
    } catch (cause) {
      error = transportError(cause)
    }
    if (colds.get(reader) === cold) colds.delete(reader)
    if (error && reader.cursor === 0 && problemOf(error)?.code === 'not_found') {
      inexistent.add(reader)
      reader.detach(cold)
    } else reader.lost(cold, error)
    arrangeSoon()
  }

  // ---- the transport

  function openLog(from: LogSource, signal: AbortSignal): Promise<void> {
    const { key, after, handlers } = from
    // One that no server takes would have the whole request refused.
    if (!isId(key.roomId) || !isId(key.threadId) || !Number.isSafeInteger(after) || after < 0) {
      return source.open(from, signal)
    }
    const reader = createReader({ key, after, handlers, signal, onOver: leave })
    const others = readers.get(reader.id) ?? new Set()
    readers.delete(reader.id)
    readers.set(reader.id, others.add(reader))
    arrangeSoon()
    return reader.done
  }

  function leave(reader: Reader): void {
    const others = readers.get(reader.id)
    others?.delete(reader)
    if (others?.size === 0) readers.delete(reader.id)
    colds.get(reader)?.abort()
    colds.delete(reader)
    arrangeSoon()
  }

  return {
    async ask(verb, args, signal) {
      const note = verb === 'inbox' ? inbox.asking() : undefined
      const answer = await source.ask(verb, args, signal)
      note?.(answer as InboxOverview)
      return answer
    },
    async open(from, signal) {
      if (signal.aborted) throw new TransportError({ type: 'aborted' })
      return from.type === 'log' ? openLog(from, signal) : inbox.read(from.cursor, from.handlers, signal)
    },
  }
}

/** A refusal of the whole request that is about its `inbox` alone: threads are refused one by one. */
function isOfInbox(error: TransportError): boolean {
  const code = problemOf(error)?.code
  return code === 'cursor_ahead' || code === 'cursor_gone' || code === 'invalid_cursor'
}
