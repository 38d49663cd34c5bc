/**
 * What is defined in one block and used in another: link definitions and footnotes. Owns how a block learns what it
 * uses. Does not know: which blocks are open.
 */
import type { Definition, FootnoteDefinition, FootnoteReference, Nodes, RootContent } from 'mdast'

export interface Known {
  /** By identifier; the first of the text counts. */
  readonly links: ReadonlyMap<string, Definition>
  readonly notes: ReadonlyMap<string, FootnoteDefinition>
}

export const NOTHING_KNOWN: Known = { links: new Map(), notes: new Map() }

/** `known`, and what `nodes` define in addition; the same object if they define nothing new. */
export function learn(known: Known, nodes: readonly RootContent[]): Known {
  let links: Map<string, Definition> | undefined
  let notes: Map<string, FootnoteDefinition> | undefined
  for (const node of nodes) {
    walk(node, (inner) => {
      if (inner.type === 'definition' && !(links ?? known.links).has(inner.identifier)) {
        links ??= new Map(known.links)
        links.set(inner.identifier, inner)
      }
      if (inner.type === 'footnoteDefinition' && !(notes ?? known.notes).has(inner.identifier)) {
        notes ??= new Map(known.notes)
        notes.set(inner.identifier, inner)
      }
      return true
    })
  }
  return links || notes ? { links: links ?? known.links, notes: notes ?? known.notes } : known
}

/** The part of `known` that `source` may mention: rather too much than too little. */
export function mentioned(source: string, known: Known): Known {
  if ((known.links.size === 0 && known.notes.size === 0) || !source.includes(']')) return NOTHING_KNOWN
  const squashed = squash(source)
  const links = [...known.links].filter(([id]) => squashed.includes(`[${squash(id)}]`))
  const notes = [...known.notes].filter(([id]) => squashed.includes(`[^${squash(id)}]`))
  return links.length + notes.length === 0 ? NOTHING_KNOWN : { links: new Map(links), notes: new Map(notes) }
}

/** Without the characters that may separate the words of a label, and without case. */
function squash(text: string): string {
  return text
    .replace(/[\s>]+/g, '')
    .toLowerCase()
    .toUpperCase()
}

/**
 * Markdown that makes the parser recognise uses of `known`. The line at its end closes anything that could continue; a
 * byte order mark is no longer at the start.
 */
export function preamble(known: Known): string {
  const notes = [...known.notes.keys()].map((id) => `[^${id}]: .\n\n`)
  const links = [...known.links.keys()].map((id) => `[${id}]: #\n\n`)
  return notes.length + links.length === 0 ? '\n' : `${notes.join('')}${links.join('')}***\n\n`
}

/** The footnote marks in the order of the text; those within a footnote are read where it is shown. */
export function noteCalls(nodes: readonly Nodes[]): FootnoteReference[] {
  const found: FootnoteReference[] = []
  for (const node of nodes) {
    walk(node, (inner) => {
      if (inner.type === 'footnoteReference') found.push(inner)
      return inner.type !== 'footnoteDefinition'
    })
  }
  return found
}

function walk(node: Nodes, enter: (node: Nodes) => boolean): void {
  if (enter(node) && 'children' in node) for (const child of node.children) walk(child, enter)
}
