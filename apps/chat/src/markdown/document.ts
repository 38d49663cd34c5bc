/**
 * Growing text as blocks. Owns which blocks are settled: they keep their identity while nothing that they use changes.
 * Only the text after them is read again. Does not know: React, how a block looks.
 *
 * 1. The blocks of a text do not depend on the steps in which it arrived.
 * 2. A settled block changes only when a definition that it uses arrives.
 */
import type { Code, RootContent } from 'mdast'
import { belongsWith, isClosed } from './boundary.ts'
import { openFence, stillOpen } from './fence.ts'
import { NO_OUTLINE, type Outline, outlineAfter } from './outline.ts'
import { parseNodes } from './parse.ts'
import { endOfParagraphPiece, endOfPiece, isLongParagraph, NARROW, WIDE } from './pieces.ts'
import { type Known, learn, mentioned, NOTHING_KNOWN, preamble } from './references.ts'

export interface Block {
  /** Offset of its first line in the text; identifies the block while the text only grows. */
  readonly key: number
  readonly source: string
  readonly nodes: readonly RootContent[]
  /** What it may mention. */
  readonly known: Known
  /** The headings above it. */
  readonly outline: Outline
  /** The room at its end, where it is a piece of a longer paragraph. */
  readonly room?: string
}

export interface MarkdownDocument {
  readonly text: string
  readonly settled: readonly Block[]
  /** How much of the text the settled blocks take. */
  readonly settledTo: number
  /** What the settled blocks define. */
  readonly known: Known
  /** The headings that are open after them. */
  readonly outline: Outline
  readonly open: readonly Block[]
}

export const EMPTY_DOCUMENT: MarkdownDocument = {
  text: '',
  settled: [],
  settledTo: 0,
  known: NOTHING_KNOWN,
  outline: NO_OUTLINE,
  open: [],
}

/** The document of `text`. `before` saves work if `text` continues it. */
export function advance(before: MarkdownDocument, text: string): MarkdownDocument {
  if (text === before.text) return before
  // Equality compares words of memory; startsWith goes letter by letter, which is dear at every token of a long text.
  if (text.slice(0, before.text.length) !== before.text) return advance(EMPTY_DOCUMENT, text)
  return advanceFence(before, text) ?? advanceTail(before, text)
}

/** The same document with everything closed: no more text follows. */
export function finish(document: MarkdownDocument): MarkdownDocument {
  return document.open.length === 0 ? document : settle(document, document.open)
}

/** As much at once as `pieces.ts` allows, until all of it is read. */
function advanceTail(before: MarkdownDocument, text: string): MarkdownDocument {
  for (let document = before; ; ) {
    const from = document.settledTo
    const cut = endOfLongParagraph(document, text)
    if (cut !== undefined) {
      document = settlePiece(document, text, cut)
      continue
    }
    const tail = text.slice(from)
    const next = advanceOver(document, text, tail.slice(0, WIDE))
    const [open] = next.open
    if (next.settledTo > from && (tail.length > WIDE || next.open.some(({ nodes }) => isLongParagraph(nodes))))
      document = next
    else if (tail.length <= WIDE) return next
    // The content of a fence is not read twice.
    else if (open && openFence(open)) return advanceOver(document, text, tail)
    else document = settlePiece(document, text, from + endOfPiece(tail))
  }
}

/** Where to cut, if what has not been read begins with a paragraph that is too long. */
function endOfLongParagraph({ settledTo, known }: MarkdownDocument, text: string): number | undefined {
  if (text.length - settledTo < NARROW) return undefined
  const start = text.slice(settledTo, settledTo + NARROW)
  const nodes = parseNodes(start, preamble(mentioned(start, known))).map(({ node }) => node)
  return isLongParagraph(nodes) ? settledTo + endOfParagraphPiece(start) : undefined
}

function settlePiece(before: MarkdownDocument, text: string, end: number): MarkdownDocument {
  const key = before.settledTo
  const source = text.slice(key, end)
  const room = /\s$/.exec(source)?.[0]
  const { outline } = before
  const known = mentioned(source, before.known)
  const nodes = nodesOf(source, known, room)
  const block = { key, source, nodes, known, outline, ...(room !== undefined && { room }) }
  return settle({ ...before, text: text.slice(0, end), open: [] }, [block])
}

/** The blocks of `source` alone. White space at the end of a piece, which markdown would drop, is kept. */
function nodesOf(source: string, known: Known, room?: string): readonly RootContent[] {
  const nodes = parseNodes(source, preamble(known)).map(({ node }) => node)
  const last = nodes.at(-1)
  if (room !== undefined && last?.type === 'paragraph') last.children.push({ type: 'text', value: room })
  return nodes
}

function advanceOver(before: MarkdownDocument, text: string, tail: string): MarkdownDocument {
  const known = mentioned(tail, before.known)
  const groups = groupsOf(tail, preamble(known))
  const long = groups.findIndex(({ nodes }) => isLongParagraph(nodes))
  let closed = long < 0 ? groups.length - 1 : long
  while (closed > 0 && !boundaryIsClosed(groups, closed, tail)) closed -= 1
  let { outline } = before
  const blocks = groups.map(({ start, source, nodes }): Block => {
    const block = { key: before.settledTo + start, source, nodes, known, outline }
    outline = outlineAfter(nodes, outline)
    return block
  })
  const ahead = tail.includes(']:')
    ? learn(
        known,
        blocks.slice(Math.max(closed, 0)).flatMap(({ nodes }) => nodes),
      )
    : known
  const open = blocks.slice(Math.max(closed, 0)).map((block) => ({ ...block, known: ahead }))
  const next = { ...before, text, open }
  return closed > 0 ? settle(next, blocks.slice(0, closed), open) : next
}

/** Inside a fence only its end matters; its content is not parsed. */
function advanceFence(before: MarkdownDocument, text: string): MarkdownDocument | undefined {
  const [block, ...others] = before.open
  if (block === undefined || others.length > 0) return undefined
  const fence = openFence(block)
  const source = text.slice(block.key)
  if (fence === undefined || !stillOpen(fence, source, block.source.length)) return undefined
  const code: Code = { ...fence.code, value: source.slice(fence.contentStart).replace(/\n$/, '') }
  return { ...before, text, open: [{ ...block, source, nodes: [code] }] }
}

/** Blocks of the tail that are read in one breath. */
interface Group {
  readonly start: number
  readonly source: string
  readonly nodes: readonly RootContent[]
}

function groupsOf(tail: string, before: string): Group[] {
  const source = before + tail
  const groups: { start: number; nodes: RootContent[] }[] = []
  for (const { node, start } of parseNodes(tail, before)) {
    const group = groups.at(-1)
    const previous = group?.nodes.at(-1)
    if (group && previous && belongsWith(previous, node, source)) group.nodes.push(node)
    else groups.push({ start, nodes: [node] })
  }
  return groups.map((group, index) => ({ ...group, source: tail.slice(group.start, groups[index + 1]?.start) }))
}

/** Whether all groups before the one at `index` are closed. */
function boundaryIsClosed(groups: readonly Group[], index: number, tail: string): boolean {
  const previous = groups[index - 1]?.nodes.at(-1)
  const next = groups[index]
  const node = next?.nodes[0]
  return previous !== undefined && node !== undefined && isClosed(previous, { node, start: next?.start ?? 0 }, tail)
}

/** Moves `blocks` to the settled ones, and tells everyone who mentions what they define. */
function settle(before: MarkdownDocument, blocks: readonly Block[], open: readonly Block[] = []): MarkdownDocument {
  const known = learn(
    before.known,
    blocks.flatMap(({ nodes }) => nodes),
  )
  const settled = known === before.known ? before.settled : before.settled.map((block) => relinked(block, known))
  return {
    text: before.text,
    settled: [...settled, ...blocks.map((block) => linked(block, known))],
    settledTo: open[0]?.key ?? before.text.length,
    known,
    outline: open[0]?.outline ?? blocks.reduce((outline, { nodes }) => outlineAfter(nodes, outline), before.outline),
    open,
  }
}

/**
 * Read again by itself if it may use a definition: the tail that it was read in knew more, or less, than is settled
 * now.
 */
function linked(block: Block, known: Known): Block {
  if (!block.source.includes(']')) return { ...block, known: NOTHING_KNOWN }
  const mine = mentioned(block.source, known)
  return { ...block, nodes: nodesOf(block.source, mine, block.room), known: mine }
}

function relinked(block: Block, known: Known): Block {
  const mine = mentioned(block.source, known)
  const same = mine.links.size === block.known.links.size && mine.notes.size === block.known.notes.size
  return same ? block : linked(block, known)
}
