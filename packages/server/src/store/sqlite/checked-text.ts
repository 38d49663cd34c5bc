/**
 * A text that can tell whether it is still the one that was written: its CRC-32 before it, as eight hexadecimal digits
 * and a colon. What was written before there was a check begins with a brace, and is believed.
 */
import { crc32 } from 'node:zlib'

const HEAD = 9

export function withCheck(text: string): string {
  return `${checkOf(text)}:${text}`
}

/** undefined: it is another text than was written. */
export function checked(stored: string): string | undefined {
  if (stored.startsWith('{')) return stored
  const text = stored.slice(HEAD)
  return stored.slice(0, HEAD) === `${checkOf(text)}:` ? text : undefined
}

function checkOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
