/**
 * How much text is read at once. An endless block (a paragraph of a million words, a list of a megabyte) would be read
 * and laid out again with every word. It is cut into pieces, so that a frame costs the same however much text there is.
 *
 * Owns: where to cut. Does not know: what happens to the pieces.
 *
 * 1. Where a block is cut depends only on its own text, not on the steps in which it arrived.
 */
import type { RootContent } from 'mdast'

/** In characters. Paragraphs lose least by it, and are the blocks that get this long. */
const LONGEST_PARAGRAPH = 8_192
/** Of a list or a table, which may well be long. */
const LONGEST_BLOCK = 65_536
/** To see that a paragraph continues beyond its maximum. */
const AHEAD = 64

export const NARROW = LONGEST_PARAGRAPH + AHEAD
export const WIDE = LONGEST_BLOCK

export function isLongParagraph([node, ...others]: readonly RootContent[]): boolean {
  if (node?.type !== 'paragraph' || others.length > 0) return false
  const { start, end } = node.position ?? {}
  return (end?.offset ?? 0) - (start?.offset ?? 0) > LONGEST_PARAGRAPH
}

/** The end of the first piece of a paragraph: after the space before a word, which nothing can read as markup. */
export function endOfParagraphPiece(source: string): number {
  const room = /\s(?=\p{L})/u
  for (let at = LONGEST_PARAGRAPH; at > LONGEST_PARAGRAPH / 2; at -= 1) {
    if (room.test(source.slice(at - 1, at + 2))) return at
  }
  return wholeCharacter(source, LONGEST_PARAGRAPH)
}

/** For any other block: after a line. */
export function endOfPiece(source: string): number {
  const line = source.lastIndexOf('\n', LONGEST_BLOCK - 1)
  return line > LONGEST_BLOCK / 2 ? line + 1 : wholeCharacter(source, LONGEST_BLOCK)
}

function wholeCharacter(source: string, at: number): number {
  const code = source.charCodeAt(at - 1)
  return code >= 0xd800 && code < 0xdc00 ? at - 1 : at
}
