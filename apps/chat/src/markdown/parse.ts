/**
 * Markdown (CommonMark, GFM, maths) to blocks. Owns which syntax is read and where each block's lines start. Does not
 * know: what was read before, how a block looks. HTML is only ever a text node.
 */
import type { RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { math, mathFromMarkdown } from './math-syntax.ts'

export const SYNTAX = {
  extensions: [gfm({ singleTilde: false }), math],
  mdastExtensions: [gfmFromMarkdown(), ...mathFromMarkdown],
}

/** A block of the top level, and the offset in the text at which its first line begins. */
export interface ParsedNode {
  readonly node: RootContent
  readonly start: number
}

/**
 * The blocks of `text`, with positions counted in `before + text`. `before` is read first and belongs to no block: it
 * makes definitions from elsewhere known.
 */
export function parseNodes(text: string, before: string): ParsedNode[] {
  const source = before + text
  return fromMarkdown(source, SYNTAX).children.flatMap((node) => {
    const offset = offsetOf(node)
    if (offset < before.length) return []
    return [{ node, start: Math.max(lineStart(source, offset), before.length) - before.length }]
  })
}

function offsetOf({ position }: RootContent): number {
  return position?.start.offset ?? 0
}

/** Where the line begins in which `offset` lies. */
function lineStart(source: string, offset: number): number {
  if (offset === 0) return 0
  return Math.max(source.lastIndexOf('\n', offset - 1), source.lastIndexOf('\r', offset - 1)) + 1
}
