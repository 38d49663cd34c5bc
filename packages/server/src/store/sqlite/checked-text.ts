/**
 * A text with its checksum: its CRC-32 in front, as eight hexadecimal digits and a colon. A text from before the
 * checksum begins with a brace and is accepted without a check.
 */
import { crc32 } from 'node:zlib'

const HEAD = 9

export function withCheck(text: string): string {
  return `${checkOf(text)}:${text}`
}

/** undefined: the text is not the one that was written. */
export function checked(stored: string): string | undefined {
  if (stored.startsWith('{')) return stored
  const text = stored.slice(HEAD)
  return stored.slice(0, HEAD) === `${checkOf(text)}:` ? text : undefined
}

function checkOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
