/**
 * Which parts of growing text can be announced: whole sentences, each once, never tokens.
 *
 * Owns: where a sentence ends. Does not know: React, what announces it.
 */

/**
 * After a full stop, question mark, exclamation mark or ellipsis that other text follows; at the end of a paragraph.
 */
const ENDS = /[.!?…]["'”’)\]]*(?=\s)|\n+/g

/** Up to where `text` consists of whole sentences; all of it if it is `complete`. */
export function spokenUpTo(text: string, complete: boolean): number {
  if (complete) return text.length
  let end = 0
  for (const match of text.matchAll(ENDS)) end = match.index + match[0].length
  return end
}

/** Without the signs that only the eye reads. */
export function aloud(text: string): string {
  return text
    .replace(/```[^`]*```/g, ' (code) ')
    .replace(/[*_`#>|~]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
