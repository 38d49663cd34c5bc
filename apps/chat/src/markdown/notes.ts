/**
 * Footnotes of a whole text: numbered by where they are first called, those called within footnotes after them (the order
 * of GFM). Owns the numbers. Does not know: which blocks are open; a block's calls keep their identity with its numbers.
 */
import type { FootnoteDefinition, FootnoteReference, Nodes } from 'mdast'
import type { Block } from './document.ts'
import { type Known, noteCalls } from './references.ts'

export interface NoteCall {
  readonly number: number
  /** Whether the footnote leads back to this call. */
  readonly first: boolean
}

export type NoteCalls = ReadonlyMap<FootnoteReference, NoteCall>

export interface Note {
  readonly number: number
  readonly definition: FootnoteDefinition
  readonly known: Known
  readonly calls: NoteCalls
}

export interface Numbering {
  readonly calls: ReadonlyMap<Block, NoteCalls>
  readonly notes: readonly Note[]
}

export const NO_CALLS: NoteCalls = new Map()
export const NO_NUMBERING: Numbering = { calls: new Map(), notes: [] }

export function numberNotes(blocks: readonly Block[], before: Numbering): Numbering {
  const candidates = blocks.filter(({ source }) => source.includes('[^'))
  const definitions = definitionsOf(candidates)
  if (definitions.size === 0) return NO_NUMBERING

  const order = new Map<string, number>()
  const callsOf = (nodes: readonly Nodes[]): NoteCalls => {
    const calls = new Map<FootnoteReference, NoteCall>()
    for (const call of noteCalls(nodes)) {
      if (!definitions.has(call.identifier)) continue
      const known = order.get(call.identifier)
      if (known === undefined) order.set(call.identifier, order.size + 1)
      calls.set(call, { number: known ?? order.size, first: known === undefined })
    }
    return calls
  }
  const calls = new Map(candidates.map((block) => [block, kept(callsOf(block.nodes), before.calls.get(block))]))
  const notes: Note[] = []
  // The order grows while the notes are read: a note first referenced in a note follows those referenced in the text.
  for (const [identifier, number] of order) {
    const found = definitions.get(identifier)
    if (found === undefined) continue
    const earlier = before.notes.find(({ definition }) => definition === found.definition)
    const note = { number, ...found, calls: kept(callsOf(found.definition.children), earlier?.calls) }
    notes.push(earlier && earlier.number === number && earlier.calls === note.calls ? earlier : note)
  }
  const unchanged = notes.length === before.notes.length && notes.every((note, index) => note === before.notes[index])
  return { calls, notes: unchanged ? before.notes : notes }
}

function definitionsOf(blocks: readonly Block[]): Map<string, { definition: FootnoteDefinition; known: Known }> {
  const found = new Map<string, { definition: FootnoteDefinition; known: Known }>()
  const search = (node: Nodes, known: Known): void => {
    if (node.type === 'footnoteDefinition' && !found.has(node.identifier)) {
      found.set(node.identifier, { definition: node, known })
    }
    if ('children' in node) for (const child of node.children) search(child, known)
  }
  for (const { nodes, known } of blocks) for (const node of nodes) search(node, known)
  return found
}

function kept(calls: NoteCalls, before: NoteCalls | undefined): NoteCalls {
  if (calls.size === 0) return NO_CALLS
  if (before?.size !== calls.size) return calls
  for (const [node, { number, first }] of calls) {
    const earlier = before.get(node)
    if (earlier?.number !== number || earlier.first !== first) return calls
  }
  return before
}
