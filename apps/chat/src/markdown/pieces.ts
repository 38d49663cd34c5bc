/**
 * How much of a text is read at once. A block that never ends (a paragraph of a million words, a list of a megabyte) would
 * be read and laid out again with every word: it is cut, so that a frame costs the same however much has come.
 *
 * Owns: where. Does not know: what becomes of the pieces.
 *
 * 1. Where a block is cut depends on its own text alone, not on the steps in which it came.
 */
import type { RootContent } from 'mdast'

/** Characters. Paragraphs have the least to lose by it, and are the ones that come so long. */
const LONGEST_PARAGRAPH = 8_192
/** Of a list or a table, which may well be long. */
const LONGEST_BLOCK = 65_536
/** To see that a paragraph goes on behind its longest. */
const AHEAD = 64

export const NARROW = LONGEST_PARAGRAPH + AHEAD
export const WIDE = LONGEST_BLOCK

export function isLongParagraph([node, ...others]: readonly RootContent[]): boolean {
  if (node?.type !== 'paragraph' || others.length > 0) return false
  const { start, end } = node.position ?? {}
  return (end?.offset ?? 0) - (start?.offset ?? 0) > LONGEST_PARAGRAPH
}

/** The end of the first piece of a paragraph: behind the room before a word, which nothing can take for markup. */
export function endOfParagraphPiece(source: string): number {
  const room = /\s(?=\p{L})/u
  for (let at = LONGEST_PARAGRAPH; at > LONGEST_PARAGRAPH / 2; at -= 1) {
    if (room.test(source.slice(at - 1, at + 2))) return at
  }
  return wholeCharacter(source, LONGEST_PARAGRAPH)
}

/** Of anything else: behind a line. */
export function endOfPiece(source: string): number {
  const line = source.lastIndexOf('\n', LONGEST_BLOCK - 1)
  return line > LONGEST_BLOCK / 2 ? line + 1 : wholeCharacter(source, LONGEST_BLOCK)
}

function wholeCharacter(source: string, at: number): number {
  const code = source.charCodeAt(at - 1)
  return code >= 0xd800 && code < 0xdc00 ? at - 1 : at
}
