/**
 * Whether a block is closed for good: whatever comes after the text there is, neither it nor where it ends can change.
 *
 * CommonMark is read line by line and only the last block of a level is open, but a line that is still being written may
 * turn out to be another kind of line, a table is known by its second line, and a definition may go on with a title. What
 * is not certain is left open: that costs a second reading, and never a wrong one.
 */
import type { Nodes, RootContent } from 'mdast'
import { isWhole } from './math-syntax.ts'
import type { ParsedNode } from './parse.ts'

const LINE_END = /\r\n|\n|\r/g
const BLANK_LINE_BEFORE = /(?:\r\n|\n|\r(?!\n))[\t ]*(?:\r\n|\n|\r(?!\n))[\t ]*$/
const UNDECIDED_LINE = /^[\t ]*(?:(?:[-+*_]|\d{1,9}[.)]?)[\t ]*)?$/

/** Whether `previous` and all before it are closed, `next` being the block after it in `text`. */
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

/** Whether the lines at hand are enough to say that `next` begins here. */
function isCertain(next: ParsedNode, rest: string, complete: boolean): boolean {
  if (next.node.type === 'table') return (rest.match(LINE_END)?.length ?? 0) >= 2
  return complete
}

/**
 * Whether `next` was read in one breath with `previous`, so that it cannot be read again without it: a definition and the
 * paragraph below it are one run of lines; and a line that ends what was still open, be it deep in a list, is read by
 * micromark as interrupting it, which not every list may do (nor a list in a quote). `text`: what the positions count in.
 */
export function belongsWith(previous: RootContent, next: RootContent, text: string): boolean {
  const apart = (next.position?.start.line ?? 0) - (previous.position?.end.line ?? 0)
  const touches = apart <= 1
  // A sentence behind a formula.
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
