/**
 * Feed: how a reader follows one thread's log. Subscribe first, then catch up, then live; pulled from the log, bounded.
 *
 * Does not know: HTTP, who writes the log, what the records mean. There is no way from here to a run: a reader that
 * goes only detaches (I5). Whatever was committed after a reader's cursor reaches it once, in order, however notices
 * are lost or repeated (G3).
 */
import type { Clock, ThreadKey } from '@holdfast/core'
import type { Bus } from '../bus/port.ts'
import type { LogChunk, LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import { type Cut, everything } from './cut.ts'
import { createReader, type Sent } from './reader.ts'
import { type Sink, STEP_BYTES } from './sink.ts'
import { createWatches, heartbeat } from './watches.ts'

const STEP_RECORDS = 4_096

export interface FeedRequest {
  readonly principal: Principal
  readonly key: ThreadKey
  /** Exclusive cursor. */
  readonly after: number
}

export interface NextRequest extends FeedRequest {
  readonly maxBytes: number
  readonly maxRecords: number
  /** Milliseconds; 0 reads once. */
  readonly waitMs: number
}

export type Refused = Exclude<Awaited<ReturnType<LogReader['read']>>, LogChunk>
export type Followed = { readonly type: 'following'; readonly detach: () => void } | Refused

export interface Feed {
  /**
   * Follows the log into a sink, which is made (`connect`) once the cursor is known to be good. The sink's closing, or
   * `detach`, stops the looking and nothing else.
   * @throws StoreFault before `connect`; a later fault ends the stream
   */
  follow(request: FeedRequest & { readonly cut?: Cut }, connect: () => Sink): Promise<Followed>
  /**
   * What lies after the cursor, at once if there is anything, else as soon as there is; an empty chunk when `waitMs`
   * have passed, when the signal aborts, or at the close.
   * @throws StoreFault
   */
  next(request: NextRequest, signal?: AbortSignal): Promise<LogChunk | Refused>
  /** Ends every stream and every wait. Twice is harmless; whoever comes later is ended at once. */
  close(): void
  /** For whoever measures: how many threads are watched, by how many streams. */
  readonly watching: { readonly threads: number; readonly readers: number }
  /** Likewise: what all streams were sent since the feed began. A record counts also where only its event was asked for. */
  readonly sent: Readonly<Sent>
}

export interface FeedOptions {
  readonly log: LogReader
  readonly bus: Bus
  readonly clock: Clock
  /** Told of a reading that failed in the middle of a stream; the stream has then ended. */
  readonly onFault: (fault: unknown, key: ThreadKey) => void
}

export function createFeed({ log, bus, clock, onFault }: FeedOptions): Feed {
  const watches = createWatches({ bus, clock })
  const waits = new Set<() => void>()
  const sent: Sent = { bytes: 0, records: 0 }
  let closed = false

  return {
    async follow({ principal, key, after, cut = everything }, connect) {
      const read = (cursor: number) =>
        log.read(principal, key, { after: cursor, maxBytes: STEP_BYTES, maxRecords: STEP_RECORDS })
      const watch = watches.enter(key)
      const orLeave = async <T>(step: () => T | Promise<T>): Promise<T> => {
        try {
          return await step()
        } catch (fault) {
          watch.leave()
          throw fault
        }
      }
      const first = await orLeave(() => read(after))
      if (first.type !== 'chunk') {
        watch.leave()
        return first
      }
      const sink = await orLeave(connect)
      const reader = createReader({
        ring: watch.ring,
        sink,
        after,
        cut,
        read: async (cursor) => {
          const answer = await read(cursor)
          return answer.type === 'chunk' ? answer : undefined
        },
        onFault: (fault) => onFault(fault, key),
        sent,
        onNews: watch.nudge,
        onEnd() {
          watch.readers.delete(reader)
          watch.leave()
        },
      })
      watch.readers.add(reader)
      // The first byte goes out at once, whether or not there is anything to say yet.
      sink.write(heartbeat)
      reader.start(first)
      if (closed) reader.end()
      return { type: 'following', detach: reader.end }
    },

    async next({ principal, key, after, maxBytes, maxRecords, waitMs }, signal) {
      const watch = watches.enter(key)
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
      watch.wakes.add(told)
      waits.add(finish)
      signal?.addEventListener('abort', finish)
      const stopTimer = clock.schedule(waitMs, finish)
      try {
        for (;;) {
          news = false
          const answer = await log.read(principal, key, { after, maxBytes, maxRecords })
          if (answer.type !== 'chunk' || answer.frames.byteLength > 0 || over) return answer
          if (news) continue
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        stopTimer()
        signal?.removeEventListener('abort', finish)
        waits.delete(finish)
        watch.wakes.delete(told)
        watch.leave()
      }
    },

    close() {
      closed = true
      for (const watch of [...watches.all.values()]) for (const reader of [...watch.readers]) reader.end()
      for (const finish of [...waits]) finish()
    },

    sent,
    get watching() {
      let readers = 0
      for (const watch of watches.all.values()) readers += watch.readers.size
      return { threads: watches.all.size, readers }
    },
  }
}
