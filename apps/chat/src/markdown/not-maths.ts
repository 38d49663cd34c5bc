/** Text between formula delimiters that is not a formula. Owns these heuristics. Does not know: the delimiters. */

/**
 * Whether the dollar signs around it mean money: `$5 a month or 10$` starts with an amount and continues with a word.
 * `$2 \text{ cm}$` and `$2 ab$` do not: a command is not a word, nor are two variables.
 */
export function isPrice(content: string): boolean {
  const amount = /^\d+(?:[.,]\d+)*[kmb]?/iu.exec(content)?.[0]
  if (amount === undefined) return false
  const [joined, ...words] = content.slice(amount.length).split(/[\s,;:(/–—]+/u)
  const letters = /^\p{L}+/u.exec(words.find((word) => word.length > 1) ?? '')?.[0] ?? ''
  return joined === '' && (letters.length > 2 || SHORT_WORDS.has(letters.toLowerCase()))
}

const SHORT_WORDS: ReadonlySet<string> = new Set('an as at by if in is it of on or so to up us'.split(' '))

/** Whether escaped square brackets around it are brackets, as in `\[1\]`, `\[3, 4\]` and `\[citation needed\]`. */
export function isPlain(content: string): boolean {
  return /^(?:\d+(?:\s*[,–-]\s*\d+)*|\p{L}{2,}(?:[ ’'-]\p{L}+)*[.!?]?)?$/u.test(content.trim())
}
