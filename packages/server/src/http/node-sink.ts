/**
 * A live stream on Node's `res`. Owns: when it is full. When the socket closes, the reader detaches; nothing else is
 * notified (I5).
 *
 * Writes need no batching here, because the feed writes once per commit.
 */
import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { SINK_BYTES, type Sink } from '../feed/sink.ts'
import { STREAM_HEADERS } from './stream-headers.ts'

/** The part of Node's response that a sink needs. HTTP/2's response has it too. */
export type Outgoing = Pick<
  ServerResponse,
  | 'writeHead'
  | 'flushHeaders'
  | 'useChunkedEncodingByDefault'
  | 'write'
  | 'end'
  | 'on'
  | 'once'
  | 'writableLength'
  | 'destroyed'
  | 'writableEnded'
>

/** `fullBytes`: the sink is full when it holds more. */
export function openNodeSink(outgoing: Outgoing, fullBytes = SINK_BYTES): Sink {
  // The stream ends with the connection. Chunked, each write would be four for Node.
  outgoing.useChunkedEncodingByDefault = false
  if (!outgoing.destroyed) {
    outgoing.writeHead(200, STREAM_HEADERS)
    outgoing.flushHeaders()
  }
  const to = socketOf(outgoing) ?? outgoing
  return {
    write(bytes) {
      if (outgoing.destroyed || outgoing.writableEnded) return true
      to.write(bytes)
      return to.writableLength <= fullBytes
    },
    idle: () => to.writableLength === 0,
    end() {
      if (!outgoing.writableEnded) outgoing.end()
    },
    onDrain(listener) {
      to.on('drain', listener)
    },
    onClose(listener) {
      if (outgoing.destroyed) listener()
      else outgoing.once('close', listener)
    },
  }
}

/**
 * After its headers, an HTTP/1.1 response that is not chunked is what is written to the socket. It has no socket yet
 * while it waits for an earlier response on the same connection.
 */
function socketOf(outgoing: Outgoing): Socket | undefined {
  return (outgoing instanceof ServerResponse && outgoing.socket) || undefined
}
