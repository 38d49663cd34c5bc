/**
 * One connection of a device: everything that reads logs and the inbox through this transport shares one upstream request
 * (docs/PROTOCOL.md, feed). Requests with one answer are passed through.
 *
 * Owns: when a connection is needed, and what it carries. Does not know: how often to retry (each attempt fails as the
 * connection does, and the caller that asks again takes the others along), what envelopes mean.
 *
 * Invariants:
 * - Each `open` keeps the promises of `port.ts`, as if it had a connection of its own: whatever is opened, lost and
 *   replaced below, it is told everything after its cursor once and in order.
 * - The next connection is open, and caught up wherever the old one was needed, before the old one is given up. At most
 *   one opening a second takes others in. A reader that leaves, or that returns to what is still carried, opens nothing.
 * - What one thread or the inbox is refused is not another one's failure.
 * - Without a reader there is no request and no timer (I10).
 */
import { type Clock, type InboxOverview, isId } from '@holdfast/core'
import { TransportError } from '../transport/error.ts'
import type { FeedSource, LogSource, RunTransport } from '../transport/port.ts'
import { createAlone } from './alone.ts'
import { heardBy } from './heard.ts'
import { createInboxLine, type InboxLine } from './inbox-line.ts'
import { createOpening } from './opening.ts'
import { createReader, type Reader } from './reader.ts'
import { createReaders } from './readers.ts'
import { createUpstream } from './upstream.ts'
import { createUpstreams } from './upstreams.ts'

export interface OneConnectionOptions {
  readonly source: RunTransport & FeedSource
  readonly clock: Clock
}

export function createOneConnection(options: OneConnectionOptions): RunTransport {
  const { source } = options
  const { inbox, add, remove } = createArrangement(options)

  function openLog(from: LogSource, signal: AbortSignal): Promise<void> {
    const { key, after, handlers } = from
    // A position that no server accepts would have the whole request refused.
    if (!isId(key.roomId) || !isId(key.threadId) || !Number.isSafeInteger(after) || after < 0) {
      return source.open(from, signal)
    }
    const reader = createReader({ key, after, handlers, signal, onOver: remove })
    add(reader)
    return reader.done
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

interface Arrangement {
  readonly inbox: InboxLine
  add(reader: Reader): void
  remove(reader: Reader): void
}

/** Which connection is open, and what is read over it. */
function createArrangement({ source, clock }: OneConnectionOptions): Arrangement {
  const readers = createReaders()
  const upstreams = createUpstreams(readers)
  const inbox = createInboxLine(arrangeSoon)
  const alone = createAlone({ source, upstreams, changed: arrangeSoon })
  const opening = createOpening({ clock, isDue: isIncomplete, open })
  const handlers = heardBy({ readers, upstreams, alone, inbox, opening, changed: arrangeSoon })
  let arranging = false

  /** Readers that come and go in the same tick are arranged together, in one request. */
  function arrangeSoon(): void {
    if (arranging) return
    arranging = true
    queueMicrotask(() => {
      arranging = false
      arrange()
    })
  }

  function arrange(): void {
    if (readers.isEmpty && !inbox.wanted) {
      opening.rest()
      for (const upstream of upstreams.close()) inbox.lost(upstream)
      return
    }
    inbox.seat()
    upstreams.takeOver()
    for (const reader of readers.all()) alone.hand(reader)
    const waiting = readers.waiting()
    if (upstreams.all.length === 0 && (waiting.length > 0 || inbox.waiting)) {
      open()
      return
    }
    for (const reader of waiting) alone.offer(reader)
    const isTakingOver = upstreams.all.length > 1 || upstreams.newest?.isOpen === false
    if (!isTakingOver && isIncomplete()) opening.plan()
  }

  /** Whether a connection opened now would carry more. */
  function isIncomplete(): boolean {
    const upstream = upstreams.newest
    if (!upstream) return !readers.isEmpty || inbox.wanted
    return (inbox.wanted && !upstream.hasInbox) || readers.riders().some((id) => !upstream.told(id) || isStuck(id))
  }

  /** It is carried, but from further on, and too many others read alone. */
  function isStuck(id: string): boolean {
    return alone.isFull && readers.of(id).some((reader) => !reader.isCarried())
  }

  function open(): void {
    opening.begun()
    const { cursor } = inbox
    const body = { ...(cursor !== undefined && { inbox: cursor }), threads: readers.positions() }
    const upstream = createUpstream(source, body, handlers)
    upstreams.add(upstream)
    for (const reader of readers.all()) if (upstream.told(reader.id)) reader.attach(upstream)
    if (upstream.hasInbox) inbox.ride(upstream)
  }

  return {
    inbox,
    add(reader) {
      readers.add(reader)
      arrangeSoon()
    },
    remove(reader) {
      readers.remove(reader)
      alone.stop(reader)
      arrangeSoon()
    },
  }
}
