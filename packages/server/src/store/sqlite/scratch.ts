/**
 * Encodes texts whose byte length is unknown, in one pass, one after the other, in memory that is reused. Computing the
 * length first would read each text twice.
 */
export interface Scratch {
  /** A view, valid until `clear`. */
  bytesOf(text: string): Buffer
  clear(): void
}

const USUAL = 256 * 1024
/** A larger buffer is not kept after `clear`. */
const LARGEST_KEPT = 4 * USUAL
/** The most bytes of UTF-8 for one unit of UTF-16. */
const WIDEST = 3

export function createScratch(): Scratch {
  let buffer = Buffer.allocUnsafeSlow(USUAL)
  let end = 0

  return {
    bytesOf(text) {
      const most = WIDEST * text.length
      if (end + most > buffer.length) {
        // The views that were already returned keep the previous buffer.
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
