/**
 * A live stream on node's `res`. Owns: when it is full. The socket's end is told to the reader, who detaches; nothing
 * else hears of it (I5).
 *
 * Writes need no batching here: the feed writes once per commit.
 */
import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { SINK_BYTES, type Sink } from '../feed/sink.ts'
import { STREAM_HEADERS } from './stream-headers.ts'

/** What of node's response a sink needs; HTTP/2's has the same. */
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

/** `fullBytes`: it is full when it holds more. */
export function openNodeSink(outgoing: Outgoing, fullBytes = SINK_BYTES): Sink {
  // The stream's end is the connection's: in chunks, each write would be four for node.
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
 * Behind its head, an HTTP/1.1 response that is not chunked is what is written to the socket. It has none yet while it
 * waits for an answer before it on the same connection.
 */
function socketOf(outgoing: Outgoing): Socket | undefined {
  return (outgoing instanceof ServerResponse && outgoing.socket) || undefined
}
