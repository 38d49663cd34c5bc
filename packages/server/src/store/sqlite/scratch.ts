/**
 * Makes texts into bytes whose length nobody knows before: in one pass, one behind the other, in memory that is used
 * again. Asking for the length first would go through each text twice.
 */
export interface Scratch {
  /** A view: whole until `clear`. */
  bytesOf(text: string): Buffer
  clear(): void
}

const USUAL = 256 * 1024
/** What a larger commit needed is not kept. */
const LARGEST_KEPT = 4 * USUAL
/** Bytes of UTF-8 for one unit of UTF-16, at most. */
const WIDEST = 3

export function createScratch(): Scratch {
  let buffer = Buffer.allocUnsafeSlow(USUAL)
  let end = 0

  return {
    bytesOf(text) {
      const most = WIDEST * text.length
      if (end + most > buffer.length) {
        // Those views that were given go on with the one before.
        buffer = Buffer.allocUnsafeSlow(Math.max(most, 2 * buffer.length))
        end = 0
      }
      const from = end
      end += buffer.write(text, from)
      return buffer.subarray(from, end)
    },
    clear() {
      if (buffer.length > LARGEST_KEPT) buffer = Buffer.allocUnsafeSlow(USUAL)
      end = 0
    },
  }
}
