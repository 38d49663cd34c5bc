/**
 * The feed: how a reader follows the log of one thread. It subscribes first, then catches up, then is live. Readers
 * pull from the log, and what they hold is bounded.
 *
 * Does not know: HTTP, who writes the log, what the records mean. Nothing here leads to a run: a reader that leaves
 * only detaches (I5). Every record committed after a reader's cursor reaches it once and in order, however many notices
 * are lost or repeated (G3).
 */
import type { Clock, ThreadKey } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import type { Deleted, InboxStore, LogChunk, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { threadOf } from '../store/tenant-thread.ts'
import { type Connection, type ConnectionRequest, createConnection } from './connection.ts'
import { allFrames, type FrameFilter } from './frame-filter.ts'
import { createReader, type Sent } from './reader.ts'
import type { OnReader } from './reader-change.ts'
import { readingOf } from './reader-end.ts'
import { READER_BYTES, type Sink, thirdOf } from './sink.ts'
import { createThreadHub, heartbeat } from './thread-hub.ts'

const STEP_RECORDS = 4_096

export interface FeedLimits {
  /** Open streams and open waits for a next record. */
  readonly maxStreams: number
  /** Bytes of memory that one stream may hold. A single larger record may exceed it. */
  readonly readerBytes: number
}

export const DEFAULT_FEED_LIMITS: FeedLimits = { maxStreams: 20_000, readerBytes: READER_BYTES }

export interface FeedRequest {
  readonly principal: Principal
  readonly key: ThreadKey
  /** Exclusive cursor. */
  readonly after: number
  /**
   * Asked when the thread does not exist: whether it may still appear, and then starts from its beginning. Absent: it
   * may not.
   */
  readonly whenMissing?: () => Promise<'waits' | 'not_found' | 'deleted'>
}

export interface NextRequest extends FeedRequest {
  readonly maxBytes: number
  readonly maxRecords: number
  /** Milliseconds to wait for a record. 0 reads once. */
  readonly waitMs: number
}

type Reading = Awaited<ReturnType<LogReader['read']>>

export interface FollowRequest extends FeedRequest {
  readonly filter?: FrameFilter
  /** An SSE comment, written once when the reader has caught up and its sink has room. */
  readonly caughtUp?: Uint8Array
}

export type Refused =
  | Exclude<Reading, LogChunk | Deleted>
  | Deleted
  /** The limit of open streams is reached. */
  | { readonly type: 'too_many_streams' }
/** A cursor that this inbox never gave, or that belongs to a different store. */
export type InboxRefused = { readonly type: 'invalid_cursor' | 'inbox_ahead' | 'inbox_gone' | 'too_many_streams' }
export type Opened = { readonly type: 'open'; readonly detach: () => void } | InboxRefused
export type Followed = { readonly type: 'following'; readonly detach: () => void } | Refused

export interface Feed {
  /**
   * Follows the log into a sink, which is made (`connect`) once the cursor is known to be valid. Closing the sink, or
   * `detach`, ends the reading and nothing else.
   * @throws StoreFault before `connect`; a later fault ends the stream
   */
  follow(request: FollowRequest, connect: () => Sink): Promise<Followed>
  /**
   * Returns the records after the cursor: at once if there are any, else with the next commit. Returns an empty chunk
   * after `waitMs`, when the signal aborts, or when the feed closes.
   * @throws StoreFault
   */
  next(request: NextRequest, signal?: AbortSignal): Promise<LogChunk | Refused>
  /**
   * Follows many threads and the inbox over one sink, which is made once the inbox cursor is known to be valid. An
   * invalid cursor of a thread is reported on the stream.
   * @throws StoreFault before `connect`; a later fault ends the stream
   */
  open(request: ConnectionRequest, connect: () => Sink): Promise<Opened>
  /** Ends every stream and every wait. Idempotent. Streams opened later end at once. */
  close(): void
  /** For metrics: threads being read, and the streams reading them. */
  readonly watching: { readonly threads: number; readonly readers: number }
  /** For metrics: what all streams have been sent. A record counts even if a reader got only its event. */
  readonly sent: Readonly<Sent>
}

export interface FeedOptions {
  readonly log: LogReader
  readonly inbox: InboxStore
  readonly bus: Bus
  readonly clock: Clock
  /** Called when a read fails in the middle of a stream, which has then ended. */
  readonly onFault: (fault: unknown, key?: ThreadKey) => void
  readonly limits?: FeedLimits
  /** Called when a stream begins and ends to follow a thread. Must not throw. */
  readonly onReader?: OnReader
}

/** A thread that may still appear has an empty log, so any cursor beyond 0 is ahead of it. */
async function orNothingYet(
  reading: Reading,
  after: number,
  whenMissing: FeedRequest['whenMissing'],
): Promise<Reading> {
  if (reading.type !== 'not_found' || !whenMissing) return reading
  const missing = await whenMissing()
  if (missing === 'not_found') return reading
  if (missing === 'deleted') return { type: missing }
  if (after > 0) return { type: 'cursor_ahead', head: 0 }
  return { type: 'chunk', firstSeq: 1, lastSeq: 0, head: 0, frames: new Uint8Array(0) }
}

const TOO_MANY = { type: 'too_many_streams' } as const

export function createFeed(options: FeedOptions): Feed {
  const { log, inbox, bus, clock, onFault, limits = DEFAULT_FEED_LIMITS, onReader = () => {} } = options
  const stepBytes = thirdOf(limits.readerBytes)
  const hub = createThreadHub({ bus, clock, passedBytes: thirdOf(limits.readerBytes) })
  const waiting = new Set<() => void>()
  const connections = new Set<Connection>()
  const sent: Sent = { bytes: 0, records: 0 }
  let open = 0
  let closed = false

  return {
    async follow({ principal, key, after, whenMissing, filter = allFrames, caughtUp }, connect) {
      if (open >= limits.maxStreams) return TOO_MANY
      const read = async (cursor: number) => {
        const range = { after: cursor, maxBytes: stepBytes, maxRecords: STEP_RECORDS }
        return orNothingYet(await log.read(principal, key, range), cursor, whenMissing)
      }
      open++
      const thread = hub.enter(threadOf(principal, key))
      const leave = () => {
        open--
        thread.leave()
      }
      const orLeave = async <T>(step: () => T | Promise<T>): Promise<T> => {
        try {
          return await step()
        } catch (fault) {
          leave()
          throw fault
        }
      }
      const first = await orLeave(() => read(after))
      if (first.type !== 'chunk') {
        leave()
        return first
      }
      const sink = await orLeave(connect)
      let told = false
      const reader = createReader({
        ring: thread.ring,
        sink,
        after,
        filter,
        stepBytes,
        read: async (cursor) => {
          const answer = await read(cursor)
          if (answer.type === 'deleted') thread.finish()
          return readingOf(key, answer)
        },
        onFault: (fault) => onFault(fault, key),
        sent,
        onNews: thread.nudge,
        onLive() {
          if (caughtUp && !told) reader.beat(caughtUp)
          told = true
        },
        onEnd(_cause, cursor) {
          thread.readers.delete(reader)
          onReader({ type: 'reader_left', ...threadOf(principal, key), seq: cursor })
          leave()
        },
      })
      thread.readers.add(reader)
      onReader({ type: 'reader_joined', ...threadOf(principal, key), seq: after })
      // The first byte goes out at once, so that proxies and clients see an open stream.
      sink.write(heartbeat)
      reader.start(first)
      if (closed) reader.detach()
      return { type: 'following', detach: reader.detach }
    },

    async open(request, connect) {
      if (open >= limits.maxStreams) return TOO_MANY
      open++
      let sink: Sink
      try {
        const { principal, inbox: cursor } = request
        const found =
          cursor === undefined ? undefined : await inbox.read(principal, { cursor, maxBytes: 1, maxRecords: 1 })
        if (found && found.type !== 'entries') {
          open--
          return found
        }
        sink = await connect()
      } catch (fault) {
        open--
        throw fault
      }
      const holder: { connection?: Connection; ended?: true } = {}
      const connection = createConnection({
        ...request,
        sink,
        hub,
        log,
        store: inbox,
        // At most two reads are in memory at once (`shared-sink.ts`).
        stepBytes: Math.floor(stepBytes / 2),
        sent,
        onFault,
        onReader,
        onEnd() {
          holder.ended = true
          open--
          if (holder.connection) connections.delete(holder.connection)
        },
      })
      holder.connection = connection
      if (!holder.ended) connections.add(connection)
      if (closed) connection.end()
      return { type: 'open', detach: connection.end }
    },

    async next({ principal, key, after, whenMissing, maxBytes, maxRecords, waitMs }, signal) {
      const waits = waitMs > 0 ? 1 : 0
      if (waits > 0 && open >= limits.maxStreams) return TOO_MANY
      open += waits
      const thread = hub.enter(threadOf(principal, key))
      let over = closed || waitMs <= 0 || signal?.aborted === true
      let news = false
      let wake = () => {}
      const told = () => {
        news = true
        wake()
      }
      const finish = () => {
        over = true
        wake()
      }
      thread.wakes.add(told)
      waiting.add(finish)
      signal?.addEventListener('abort', finish)
      const stopTimer = clock.schedule(waitMs, finish)
      try {
        for (;;) {
          news = false
          const read = await log.read(principal, key, { after, maxBytes, maxRecords })
          const answer = await orNothingYet(read, after, whenMissing)
          if (answer.type !== 'chunk' || answer.frames.byteLength > 0 || over) return answer
          if (news) continue
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        stopTimer()
        signal?.removeEventListener('abort', finish)
        waiting.delete(finish)
        thread.wakes.delete(told)
        thread.leave()
        open -= waits
      }
    },

    close() {
      closed = true
      for (const connection of [...connections]) connection.end()
      for (const { value: thread } of [...hub.live.entries()]) for (const reader of [...thread.readers]) reader.detach()
      for (const finish of [...waiting]) finish()
    },

    sent,
    get watching() {
      let readers = 0
      for (const { value: thread } of hub.live.entries()) readers += thread.readers.size
      return { threads: hub.live.size, readers }
    },
  }
}
