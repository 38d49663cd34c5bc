/**
 * Cuts a stream of bytes into lines of a bounded length. Of a longer line it keeps the beginning and the end, so that
 * memory stays bounded and the stream can be read on. Does not know: what the lines mean.
 */

export interface LineCutterOptions {
  readonly maxBytes: number
  onLine(line: string): void
  /** `head` and `tail` are the line's first and last bytes, at most `KEPT_BYTES` each. */
  onTooLong(line: { readonly head: string; readonly tail: string; readonly bytes: number }): void
}

const KEPT_BYTES = 256
const LINE_FEED = 0x0a

/** Returns a function that takes the next bytes. */
export function createLineCutter({ maxBytes, onLine, onTooLong }: LineCutterOptions): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let bytes = 0
  let head: Buffer | undefined
  let tail = Buffer.alloc(0)

  function add(part: Buffer): void {
    bytes += part.length
    if (bytes <= maxBytes) {
      parts.push(part)
      return
    }
    if (head === undefined) {
      // Copies, so that the whole chunks can be freed.
      head = Buffer.from(Buffer.concat([...parts, part], Math.min(bytes, KEPT_BYTES)))
      tail = Buffer.from(Buffer.concat(parts).subarray(-KEPT_BYTES))
      parts = []
    }
    tail = Buffer.from(Buffer.concat([tail, part.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES))
  }

  function end(): void {
    if (head !== undefined) onTooLong({ head: head.toString(), tail: tail.toString(), bytes })
    else if (bytes > 0) onLine((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString())
    parts = []
    bytes = 0
    head = undefined
  }

  return (chunk) => {
    let from = 0
    for (;;) {
      const at = chunk.indexOf(LINE_FEED, from)
      if (at === -1) break
      add(chunk.subarray(from, at))
      end()
      from = at + 1
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
}
