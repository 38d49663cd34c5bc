/**
 * Reads the bytes of a log's SSE stream as envelopes, and the comment that ends its history. The parser's callback form
 * is the cheapest one.
 *
 * Owns: cutting bytes into frames, JSON, what is dropped. Does not know: connections, cursors, time.
 */
import { CAUGHT_UP_COMMENT, type Envelope, readEnvelope, sameKey, type ThreadKey } from '@holdfast/core'
import { createParser } from 'eventsource-parser'
import { TransportError } from './error.ts'
import { parseJson } from './http-ask.ts'
import type { LogHandlers } from './port.ts'

/** In characters. A coalesced event is ≤ 64 KiB and an agent's own ≤ 1 MiB, so no frame of the server is this long. */
export const MAX_FRAME = 16 * 1024 * 1024

export interface LogReader {
  /**
   * Takes bytes as they come, cut anywhere.
   * @throws TransportError (`protocol`) for a frame without an end
   */
  take(bytes: Uint8Array): void
}

export function createLogReader(
  key: ThreadKey,
  handlers: Pick<LogHandlers, 'onEnvelopes' | 'onCaughtUp' | 'onDropped'>,
): LogReader {
  const decoder = new TextDecoder()
  let batch: Envelope[] = []
  let caughtUp = false
  let overflow = false

  function flush(): void {
    const full = batch
    batch = []
    if (full.length > 0) handlers.onEnvelopes(full)
  }

  const parser = createParser({
    maxBufferSize: MAX_FRAME,
    onEvent({ data }) {
      const value = parseJson(data)
      const envelope = readEnvelope(value)
      if (!envelope) handlers.onDropped('malformed', typeOf(value))
      else if (!sameKey(envelope, key)) handlers.onDropped('foreign', envelope.event.type)
      else batch.push(envelope)
    },
    onComment(comment) {
      if (caughtUp || comment !== CAUGHT_UP_COMMENT) return
      caughtUp = true
      flush()
      handlers.onCaughtUp()
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') overflow = true
    },
  })

  return {
    take(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      flush()
      if (overflow) throw new TransportError({ type: 'protocol', detail: 'a frame without an end' })
    },
  }
}

/** The type of an event that was dropped, as far as it can be read. */
export function typeOf(value: unknown): string | undefined {
  const { event, type } = Object(value) as {
    readonly event?: { readonly type?: unknown } | null
    readonly type?: unknown
  }
  const said = event?.type ?? type
  return typeof said === 'string' ? said : undefined
}
