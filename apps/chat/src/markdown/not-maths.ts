/** What stands between the delimiters of a formula and is none. Owns these guesses. Does not know: the delimiters. */

/**
 * Whether dollars around it are money: `$5 a month or 10$` begins with an amount and goes on with a word. `$2 \text{ cm}$` and
 * `$2 ab$` do not: a command is no word, nor are two variables.
 */
export function isPrice(content: string): boolean {
  return /^\d[\d.,]*[kmb]?(?:[\s,;:(/–—]+\p{L})*[\s,;:(/–—]+(?:an|as|at|by|if|in|is|it|of|on|or|so|to|up|us|\p{L}{3,})(?!\p{L})/iu.test(
    content,
  )
}

/** Whether escaped square brackets around it are brackets, as in `\[1\]`, `\[3, 4\]` and `\[citation needed\]`. */
export function isPlain(content: string): boolean {
  return /^(?:\d+(?:\s*[,–-]\s*\d+)*|\p{L}{2,}(?:[ ’'-]\p{L}+)*[.!?]?)?$/u.test(content.trim())
}
