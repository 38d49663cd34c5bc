/**
 * One thread of a feed connection: an ordinary reader whose frames carry the thread's address and share the connection's
 * sink.
 *
 * Owns: that the thread gets one `caught-up` and at most one `resync`. Does not know: the other threads, HTTP.
 *
 * Invariant: it is subscribed before it is read, and waits for no other thread to finish.
 */
import type { CaughtUp, Resync, ThreadKey } from '@holdfast/core'
import type { LogChunk } from '../store/port.ts'
import { threadOf } from '../store/tenant-thread.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { feedFrames } from './frame-filter.ts'
import { createReader, type Reader } from './reader.ts'
import { type Over, RESYNC, readingOf } from './reader-end.ts'
import type { Sink } from './sink.ts'
import { heartbeat } from './thread-hub.ts'

const STEP_RECORDS = 4_096

/** Subscribes to the thread. Call the returned function once everything is subscribed: it starts to read. */
export function followThread(
  parts: ConnectionParts,
  { roomId, threadId, after }: ThreadKey & { readonly after: number },
): () => void {
  const { principal, hub, log, shared, stepBytes, sent, leaving, isOver, say, fail, onReader } = parts
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
    if (isOver() || state === 'gone') return
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
        if (!answer || isOver()) return
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

const DETACHED: Over = { type: 'over', cause: 'detached' }

const withoutHeartbeat = (write: Sink['write']) => (bytes: Uint8Array) => bytes === heartbeat || write(bytes)
