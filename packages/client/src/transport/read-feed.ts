/**
 * From the frames of the one connection to what it says of whom (docs/PROTOCOL.md, feed frames), whether they come as
 * the bytes of a stream or in one answer.
 *
 * Owns: which frame is whose, what is dropped. Does not know: connections, cursors, time.
 *
 * Invariants: a frame says where it belongs, or it is dropped and counted: nothing is guessed (G8). What arrives in one
 * piece is handed on in as few pieces as there are threads in a row, in the order in which it came.
 */
import {
  type CaughtUp,
  type Envelope,
  type InboxFrame,
  keyOf,
  keyString,
  type Resync,
  readEnvelope,
  type ThreadKey,
} from '@holdfast/core'
import { createParser } from 'eventsource-parser'
import { TransportError } from './error.ts'
import { parseJson } from './http-ask.ts'
import { isInboxFrame } from './inbox-frame.ts'
import type { FeedHandlers } from './port.ts'
import { type LogReader, MAX_FRAME, typeOf } from './read-log.ts'

interface FrameReader {
  take(event: string | undefined, value: unknown): void
  /** What came in one piece has been taken. */
  flush(): void
}

type Heard = Omit<FeedHandlers, 'onOpen' | 'onDelivery' | 'onBytes'>

function createFrameReader(threads: readonly ThreadKey[], handlers: Heard): FrameReader {
  const asked = new Map(threads.map(({ roomId, threadId }) => [keyString({ roomId, threadId }), { roomId, threadId }]))
  let envelopes: Envelope[] = []
  let of: ThreadKey | undefined
  let entries: InboxFrame[] = []

  function flush(): void {
    const batch = envelopes
    const news = entries
    envelopes = []
    entries = []
    if (of && batch.length > 0) handlers.onEnvelopes(of, batch)
    of = undefined
    if (news.length > 0) handlers.onInbox(news)
  }

  function log(value: unknown): void {
    const envelope = readEnvelope(value)
    const key = envelope && asked.get(keyString(envelope))
    if (envelope && key) {
      if (key !== of) flush()
      of = key
      envelopes.push(envelope)
    } else handlers.onDropped(envelope ? 'foreign' : 'malformed', typeOf(value))
  }

  function about(
    event: string,
    value: unknown,
    tell: (key: ThreadKey, what: Partial<CaughtUp & Resync>) => void,
  ): void {
    const key = keyOf(value)
    if (key && asked.has(keyString(key))) {
      flush()
      tell(key, value as Partial<CaughtUp & Resync>)
    } else handlers.onDropped(key ? 'foreign' : 'malformed', event)
  }

  function inbox(value: unknown): void {
    if (isInboxFrame(value)) {
      if (envelopes.length > 0) flush()
      entries.push(value)
    } else handlers.onDropped('malformed', typeOf(value) ?? 'inbox')
  }

  return {
    flush,
    take(event, value) {
      if (event === 'log') log(value)
      else if (event === 'caught-up') about(event, value, (key, { seq = 0 }) => handlers.onCaughtUp({ ...key, seq }))
      else if (event === 'resync')
        about(event, value, (key, { reason }) => handlers.onResync({ ...key, reason: reasonOf(reason) }))
      else if (event === 'inbox') inbox(value)
      else handlers.onDropped('malformed', event)
    },
  }
}

export function createFeedReader(threads: readonly ThreadKey[], handlers: Heard): LogReader {
  const frames = createFrameReader(threads, handlers)
  const decoder = new TextDecoder()
  let overflow = false

  const parser = createParser({
    maxBufferSize: MAX_FRAME,
    onEvent: ({ event, data }) => frames.take(event, parseJson(data)),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') overflow = true
    },
  })

  return {
    take(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      frames.flush()
      if (overflow) throw new TransportError({ type: 'protocol', detail: 'a frame without an end' })
    },
  }
}

/** @throws TransportError (`protocol`) where it is not a page at all; a single malformed frame is dropped. */
export function readFeedPage(
  page: unknown,
  threads: readonly ThreadKey[],
  handlers: Heard,
): { readonly more: boolean } {
  const { frames: said, more } = Object(page) as { readonly frames?: unknown; readonly more?: unknown }
  if (!Array.isArray(said) || typeof more !== 'boolean') {
    throw new TransportError({ type: 'protocol', detail: 'not a page of the feed' })
  }
  const frames = createFrameReader(threads, handlers)
  for (const each of said as readonly unknown[]) {
    const { event, data } = Object(each) as { readonly event?: unknown; readonly data?: unknown }
    frames.take(typeof event === 'string' ? event : undefined, data)
  }
  frames.flush()
  return { more }
}

const REASONS: Readonly<Record<Resync['reason'], true>> = { cursor_gone: true, cursor_ahead: true, deleted: true }

/** A reason that this client does not know never passes for a deletion: the snapshot says what there is. */
function reasonOf(said: unknown): Resync['reason'] {
  return typeof said === 'string' && Object.hasOwn(REASONS, said) ? (said as Resync['reason']) : 'cursor_gone'
}
