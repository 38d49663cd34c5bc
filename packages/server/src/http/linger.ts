/**
 * A refusal that is heard. An answer that is complete before its request has arrived must not close the connection under
 * the sender, who would see a reset instead of the answer: the rest is read and thrown away first, for a while.
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

/** To be called before the request is looked at. */
export function lingerOver(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { maxBytes, maxMs }: LingerLimits = { maxBytes: MAX_BYTES, maxMs: MAX_MS },
): void {
  if (!mayHaveBody(incoming)) return
  const { end } = outgoing
  // The answer has its length in its head, so it is whole for the sender before it is ended here.
  outgoing.end = ((...last: Parameters<ServerResponse['end']>) => {
    outgoing.end = end
    if (incoming.complete || incoming.destroyed) return end.apply(outgoing, last)
    const [chunk] = last
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) outgoing.write(chunk)
    else outgoing.flushHeaders()
    let left = maxBytes
    const timer = setTimeout(giveUp, maxMs)
    timer.unref()
    // Nobody else reads it any more, and what is thrown away is kept nowhere.
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
