/**
 * Makes sure that a sender receives a refusal. A response that is complete before its request has arrived must not
 * close the connection at once: the sender would see a reset instead of the response. So the rest of the request is
 * read and discarded first, for a while.
 *
 * Owns: how much and how long. Does not know: what is answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

const MAX_BYTES = 64 * 1024 * 1024
const MAX_MS = 10_000

export interface LingerLimits {
  readonly maxBytes: number
  readonly maxMs: number
}

/** Call before the request is read. */
export function lingerOver(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { maxBytes, maxMs }: LingerLimits = { maxBytes: MAX_BYTES, maxMs: MAX_MS },
): void {
  if (!mayHaveBody(incoming)) return
  const { end } = outgoing
  // The response states its length, so the sender has all of it before it ends here.
  outgoing.end = ((...last: Parameters<ServerResponse['end']>) => {
    outgoing.end = end
    if (incoming.complete || incoming.destroyed) return end.apply(outgoing, last)
    const [chunk] = last
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) outgoing.write(chunk)
    else outgoing.flushHeaders()
    let left = maxBytes
    const timer = setTimeout(giveUp, maxMs)
    timer.unref()
    // No one else reads the request any more, and the discarded bytes are not kept.
    incoming.removeAllListeners('data')
    incoming.on('data', read)
    incoming.once('end', finish)
    incoming.once('close', finish)
    incoming.resume()
    return outgoing

    function read(bytes: Buffer): void {
      left -= bytes.byteLength
      if (left < 0) giveUp()
    }

    function finish(): void {
      clearTimeout(timer)
      incoming.off('data', read)
      incoming.off('end', finish)
      incoming.off('close', finish)
      outgoing.end()
    }

    function giveUp(): void {
      finish()
      incoming.socket.destroySoon()
    }
  }) as ServerResponse['end']
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
