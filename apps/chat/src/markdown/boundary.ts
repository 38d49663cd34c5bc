/**
 * Whether a block is closed for good: no later text can change the block or where it ends.
 *
 * CommonMark is read line by line, and only the last block of a level is open. But a line that is still being written
 * may turn out to be another kind of line, a table is recognised by its second line, and a definition may continue with
 * a title. Uncertain blocks stay open: that costs a second reading, and never gives a wrong one.
 */
import type { Nodes, RootContent } from 'mdast'
import { isWhole } from './math-syntax.ts'
import type { ParsedNode } from './parse.ts'

const LINE_END = /\r\n|\n|\r/g
const BLANK_LINE_BEFORE = /(?:\r\n|\n|\r(?!\n))[\t ]*(?:\r\n|\n|\r(?!\n))[\t ]*$/
const UNDECIDED_LINE = /^[\t ]*(?:(?:[-+*_]|\d{1,9}[.)]?)[\t ]*)?$/

/** Whether `previous` and everything before it is closed, with `next` following it in `text`. */
export function isClosed(previous: RootContent, next: ParsedNode, text: string): boolean {
  const rest = text.slice(next.start)
  const firstEnd = rest.search(LINE_END)
  const complete = firstEnd !== -1
  const apart = BLANK_LINE_BEFORE.test(text.slice(Math.max(0, next.start - 200), next.start))
  switch (previous.type) {
    case 'heading':
    case 'thematicBreak':
      return true
    // What an indented line could carry on: the first line after it decides, as soon as its kind is certain.
    case 'list':
    case 'footnoteDefinition':
    case 'code':
      return apart ? complete || !UNDECIDED_LINE.test(rest) : isCertain(next, rest, complete)
    case 'definition':
      return apart
    default:
      return apart || isCertain(next, rest, complete)
  }
}

/** Whether the available lines prove that `next` starts here. */
function isCertain(next: ParsedNode, rest: string, complete: boolean): boolean {
  if (next.node.type === 'table') return (rest.match(LINE_END)?.length ?? 0) >= 2
  return complete
}

/**
 * Whether `next` was read together with `previous` and cannot be read without it: a definition and the paragraph below
 * it are one run of lines; and a line that ends something still open, even deep in a list, is read by micromark as
 * interrupting it, which not every list may do (nor a list in a quote). `text` is what the positions count in.
 */
export function belongsWith(previous: RootContent, next: RootContent, text: string): boolean {
  const apart = (next.position?.start.line ?? 0) - (previous.position?.end.line ?? 0)
  const touches = apart <= 1
  // A sentence after a formula.
  if (apart === 0) return true
  if (touches && CONTAINERS.has(next.type) && !LINES.has(previous.type)) return true
  const last = lastInside(previous)
  const lines = text.slice(last.position?.start.offset, last.position?.end.offset)
  switch (last.type) {
    case 'definition':
    case 'table':
      return touches
    case 'html':
      return last !== previous
    case 'code':
      return /^[\t ]/.test(lines) || (last !== previous && !/[\n\r][\t >]*(?:`{3,}|~{3,})[\t ]*$/.test(lines))
    case 'math':
      return last !== previous && !isWhole(last)
    default:
      return false
  }
}

function lastInside(node: Nodes): Nodes {
  if (!CONTAINERS.has(node.type) || !('children' in node)) return node
  const last = node.children.at(-1)
  return last === undefined ? node : lastInside(last)
}

/** Blocks of a line, or of lines that end it themselves. */
const LINES: ReadonlySet<Nodes['type']> = new Set(['heading', 'thematicBreak'])
const CONTAINERS: ReadonlySet<Nodes['type']> = new Set(['list', 'listItem', 'blockquote', 'footnoteDefinition'])
