/** Counts the bytes of text without an encoder, because core uses neither the DOM nor Node. */

/** UTF-8 bytes of a text (RFC 3629). A lone surrogate counts as U+FFFD, as an encoder writes it. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (isPair(unit, text, at)) {
      bytes += 2
      at++
    } else bytes += 2
  }
  return bytes
}

/** UTF-8 bytes of `JSON.stringify(text)` without its quotes (ECMA-262, QuoteJSONString). */
export function jsonLength(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const width = jsonWidth(text, at)
    bytes += width
    if (width === 4) at++
  }
  return bytes
}

/** The end of the piece that begins at `from` and has at most `maxBytes` of JSON. Never inside a code point, never empty. */
export function pieceEnd(text: string, from: number, maxBytes: number): number {
  let bytes = 0
  let at = from
  while (at < text.length) {
    const width = jsonWidth(text, at)
    if (bytes + width > maxBytes && at > from) break
    bytes += width
    at += width === 4 ? 2 : 1
  }
  return at
}

/** At most the first `maxUnits` UTF-16 units, without half a code point at the end. */
export function truncate(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text
  const last = text.charCodeAt(maxUnits - 1)
  return text.slice(0, isPair(last, text, maxUnits - 1) ? maxUnits - 1 : maxUnits)
}

/** Bytes of the code point at `at` in JSON. It is 4 exactly for those of two UTF-16 units. */
function jsonWidth(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) {
    if (unit >= 0x20) return unit === 0x22 || unit === 0x5c ? 2 : 1
    return unit === 0x0a || unit === 0x0d || unit === 0x09 || unit === 0x08 || unit === 0x0c ? 2 : 6
  }
  if (unit < 0x800) return 2
  if (unit < 0xd800 || unit > 0xdfff) return 3
  return isPair(unit, text, at) ? 4 : 6
}

function isPair(unit: number, text: string, at: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = text.charCodeAt(at + 1)
  return next >= 0xdc00 && next <= 0xdfff
}
