/**
 * One feed connection: any number of threads and a person's inbox over one sink. Each thread has an ordinary reader;
 * only the framing and the memory limit are shared.
 *
 * Owns: the shared sink, the heartbeat, and the end of everything that is followed. Does not know: how a thread or the
 * inbox is followed (`connection-thread.ts`, `connection-inbox.ts`), HTTP, who writes logs. Nothing outlives the connection: every cursor belongs to the client.
 *
 * Invariants: every subscription precedes every read; no thread waits for another one to finish; ending the connection
 * only detaches (I5).
 */
import { type FeedFrameName, feedFrame, type ThreadKey } from '@holdfast/core'
import type { InboxStore, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { followInbox } from './connection-inbox.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { followThread } from './connection-thread.ts'
import type { Sent } from './reader.ts'
import type { OnReader } from './reader-change.ts'
import { createSharedSink } from './shared-sink.ts'
import type { Sink } from './sink.ts'
import { heartbeat, type ThreadHub } from './thread-hub.ts'

export interface ConnectionRequest {
  readonly principal: Principal
  /** Cursor. Absent: the inbox is not followed. */
  readonly inbox?: string
  /** Each key once. `after` is exclusive. */
  readonly threads: readonly (ThreadKey & { readonly after: number })[]
}

export interface ConnectionOptions extends ConnectionRequest {
  readonly sink: Sink
  readonly hub: ThreadHub
  readonly log: LogReader
  readonly store: InboxStore
  readonly stepBytes: number
  readonly sent: Sent
  readonly onFault: (fault: unknown, key?: ThreadKey) => void
  /** Called once. */
  readonly onEnd: () => void
  readonly onReader: OnReader
}

export interface Connection {
  /** Stops reading. Idempotent. */
  end(): void
}

export function createConnection(options: ConnectionOptions): Connection {
  const { principal, hub, log, store, stepBytes, sent, onFault, onEnd, onReader } = options
  const shared = createSharedSink(options.sink)
  const leaving = new Set<() => void>()
  let over = false

  function say(event: FeedFrameName, data: string): void {
    const bytes = encoder.encode(feedFrame(event, data))
    sent.bytes += bytes.byteLength
    shared.say(bytes)
  }

  function end(): void {
    if (over) return
    over = true
    for (const leave of [...leaving]) leave()
    shared.end()
    onEnd()
  }

  function fail(fault: unknown, key?: ThreadKey): void {
    if (over) return
    onFault(fault, key)
    end()
  }

  const parts: ConnectionParts = {
    principal,
    hub,
    log,
    shared,
    stepBytes,
    sent,
    leaving,
    isOver: () => over,
    say,
    end,
    fail,
    onReader,
  }
  const threads = options.threads.map((thread) => followThread(parts, thread))
  const inbox = options.inbox === undefined ? () => {} : followInbox(parts, store, options.inbox)
  leaving.add(
    hub.join({
      tenantId: principal.tenantId,
      personId: principal.personId,
      inboxMore: inbox,
      beat() {
        if (!shared.full()) shared.say(heartbeat)
        // Notices can be lost, so the inbox is read on every beat.
        inbox()
      },
    }),
  )
  options.sink.onClose(end)
  // The first byte goes out at once, so that proxies and clients see an open stream.
  shared.say(heartbeat)
  inbox()
  for (const open of threads) open()
  return { end }
}

const encoder = new TextEncoder()
