/**
 * A live stream on node's `res`. Owns: when it is full. The socket's end is told to the reader, who detaches; nothing
 * else hears of it (I5).
 *
 * Writes need no batching here: the feed writes once per commit, and node corks what a socket gets within one tick.
 */
import type { ServerResponse } from 'node:http'
import { SINK_BYTES, type Sink } from '../feed/sink.ts'
import { STREAM_HEADERS } from './stream-headers.ts'

/** What of node's response a sink needs; HTTP/2's has the same. */
export type Outgoing = Pick<
  ServerResponse,
  | 'writeHead'
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
  if (!outgoing.destroyed) outgoing.writeHead(200, STREAM_HEADERS)
  return {
    write(bytes) {
      if (outgoing.destroyed || outgoing.writableEnded) return true
      outgoing.write(bytes)
      return outgoing.writableLength <= fullBytes
    },
    idle: () => outgoing.writableLength === 0,
    end() {
      if (!outgoing.writableEnded) outgoing.end()
    },
    onDrain(listener) {
      outgoing.on('drain', listener)
    },
    onClose(listener) {
      if (outgoing.destroyed) listener()
      else outgoing.once('close', listener)
    },
  }
}
