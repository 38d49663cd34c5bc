/**
 * From the bytes of a log's SSE stream to envelopes. The parser's callback form is used because it is the cheapest
 * there is (docs: PERFORMANCE, SSE parsing).
 *
 * Owns: cutting bytes into frames, JSON, what is dropped. Does not know: connections, cursors, time.
 */
import { type Envelope, readEnvelope, sameKey, type ThreadKey } from '@holdfast/core'
import { createParser } from 'eventsource-parser'
import { TransportError } from './error.ts'
import type { LogHandlers } from './port.ts'

/** A coalesced event is ≤ 64 KiB and an agent's own ≤ 1 MiB; a frame far beyond is not the server's. In characters. */
export const MAX_FRAME = 16 * 1024 * 1024

export interface LogReader {
  /** Takes bytes as they come, cut anywhere. Throws a `TransportError` (`protocol`) when a frame has no end. */
  take(bytes: Uint8Array): void
}

export function createLogReader(key: ThreadKey, handlers: Pick<LogHandlers, 'onEnvelopes' | 'onDropped'>): LogReader {
  const decoder = new TextDecoder()
  let batch: Envelope[] = []
  let overflow = false

  const parser = createParser({
    maxBufferSize: MAX_FRAME,
    onEvent({ data }) {
      const value = parseJson(data)
      const envelope = readEnvelope(value)
      if (!envelope) handlers.onDropped('malformed', typeOf(value))
      else if (!sameKey(envelope, key)) handlers.onDropped('foreign', envelope.event.type)
      else batch.push(envelope)
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') overflow = true
    },
  })

  return {
    take(bytes) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      if (batch.length > 0) {
        const full = batch
        batch = []
        handlers.onEnvelopes(full)
      }
      if (overflow) throw new TransportError({ type: 'protocol', detail: 'a frame without an end' })
    },
  }
}

/** What can be read of an event's type, for whoever is told that it was dropped. */
export function typeOf(value: unknown): string | undefined {
  const { event, type } = Object(value) as {
    readonly event?: { readonly type?: unknown } | null
    readonly type?: unknown
  }
  const said = event?.type ?? type
  return typeof said === 'string' ? said : undefined
}

export function parseJson(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
