/**
 * One feed connection: any number of threads and a person's inbox over one sink. Each thread has an ordinary reader;
 * only the framing and the memory limit are shared.
 *
 * Owns: which threads are still followed, and that each gets one `caught-up` and at most one `resync`. Does not know:
 * HTTP, who writes logs. Nothing outlives the connection: every cursor belongs to the client.
 *
 * Invariants: every subscription precedes every read; no thread waits for another one to finish; ending the connection
 * only detaches (I5).
 */
import { type CaughtUp, type FeedFrameName, feedFrame, inboxJson, type Resync, type ThreadKey } from '@holdfast/core'
import type { InboxStore, LogChunk, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { threadOf } from '../store/tenant-thread.ts'
import { feedFrames } from './frame-filter.ts'
import { createReader, type Reader, type Sent } from './reader.ts'
import type { OnReader } from './reader-change.ts'
import { type Over, RESYNC, readingOf } from './reader-end.ts'
import { createSharedSink } from './shared-sink.ts'
import type { Sink } from './sink.ts'
import { heartbeat, type ThreadHub } from './thread-hub.ts'

const STEP_RECORDS = 4_096
const INBOX_RECORDS = 100

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

  function follow({ roomId, threadId, after }: ThreadKey & { readonly after: number }): () => void {
    const key = { roomId, threadId }
    const thread = hub.enter(threadOf(principal, key))
    let reader: Reader | undefined
    let state: 'behind' | 'caught-up' | 'gone' = 'behind'
    let opening = false
    let news = false

    const read = (cursor: number) =>
      shared.turn(() => log.read(principal, key, { after: cursor, maxBytes: stepBytes, maxRecords: STEP_RECORDS }))

    function caughtUp(seq: number): void {
      if (state !== 'behind') return
      state = 'caught-up'
      say('caught-up', JSON.stringify({ ...key, seq } satisfies CaughtUp))
    }

    function leave(): void {
      if (state === 'gone') return
      state = 'gone'
      leaving.delete(leave)
      thread.wakes.delete(wake)
      reader?.detach()
      thread.leave()
    }

    function resync(reason: Resync['reason']): void {
      if (over || state === 'gone') return
      leave()
      say('resync', JSON.stringify({ ...key, reason } satisfies Resync))
    }

    function wake(): void {
      news = true
      void open()
    }

    async function open(): Promise<void> {
      if (opening || state === 'gone') return
      opening = true
      try {
        do {
          news = false
          const answer = await read(after)
          if (!answer || over) return
          if (answer.type === 'chunk') return begin(answer)
          if (answer.type !== 'not_found') return resync(answer.type)
          if (after > 0) return resync('cursor_ahead')
          // The thread may be created later: then its records arrive here.
          caughtUp(0)
        } while (news)
      } catch (fault) {
        fail(fault, key)
      } finally {
        opening = false
      }
    }

    function begin(first: LogChunk): void {
      thread.wakes.delete(wake)
      const seat = shared.seat(() => made.hold())
      const made = createReader({
        ring: thread.ring,
        // The connection sends one heartbeat for all its threads.
        sink: Object.assign(seat, { write: withoutHeartbeat(seat.write) }),
        after,
        filter: feedFrames,
        stepBytes,
        read: async (cursor) => {
          const answer = await read(cursor)
          if (!answer) return DETACHED
          if (answer.type === 'deleted') thread.finish()
          const reading = readingOf(key, answer)
          // A reader that is behind gets only the resync: the record of the deletion would leave a hole before it.
          return reading.type === 'over' && reading.last?.firstSeq !== cursor + 1
            ? { type: 'over', cause: reading.cause }
            : reading
        },
        onFault: (fault) => fail(fault, key),
        sent,
        onNews: thread.nudge,
        onLive: caughtUp,
        onEnd(cause, cursor) {
          thread.readers.delete(made)
          onReader({ type: 'reader_left', ...threadOf(principal, key), seq: cursor })
          seat.leave()
          const reason = RESYNC[cause]
          if (reason) resync(reason)
          else leave()
        },
      })
      reader = made
      thread.readers.add(made)
      onReader({ type: 'reader_joined', ...threadOf(principal, key), seq: after })
      made.start(first)
    }

    thread.wakes.add(wake)
    leaving.add(leave)
    return () => void open()
  }

  function followInbox(from: string): () => void {
    let cursor = from
    let behind = false
    let reading = false

    async function read(): Promise<void> {
      behind = true
      if (reading) return
      reading = true
      try {
        while (behind && !over) {
          behind = false
          const range = { cursor, maxBytes: stepBytes, maxRecords: INBOX_RECORDS }
          const answer = await shared.turn(() => store.read(principal, range))
          if (!answer || over) return
          // It fell so far behind that the person's log was trimmed: its reader asks for the inbox again.
          if (answer.type === 'inbox_gone') return end()
          if (answer.type !== 'entries') throw new Error(`The inbox answered ${answer.type} in the middle of a stream.`)
          for (const item of answer.items) {
            say('inbox', inboxJson(item.cursor, item.json))
            cursor = item.cursor
          }
          behind ||= answer.more
        }
      } catch (fault) {
        fail(fault)
      } finally {
        reading = false
      }
    }
    return () => void read()
  }

  const threads = options.threads.map(follow)
  const inbox = options.inbox === undefined ? () => {} : followInbox(options.inbox)
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

const DETACHED: Over = { type: 'over', cause: 'detached' }

const withoutHeartbeat = (write: Sink['write']) => (bytes: Uint8Array) => bytes === heartbeat || write(bytes)
