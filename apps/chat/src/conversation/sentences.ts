/**
 * What of a growing text can be said aloud: whole sentences, each once, never a token.
 *
 * Owns: where a sentence ends. Does not know: React, what speaks.
 */

/** Behind a full stop, a question, an exclamation or an ellipsis that something follows; at the end of a paragraph. */
const ENDS = /[.!?…]["'”’)\]]*(?=\s)|\n+/g

/** Up to where `text` consists of whole sentences; all of it when it is `complete`. */
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
