/**
 * The nesting of a text's headings. Owns the level at which each is rendered: it starts below the page's own, never
 * skips a level, and does not depend on later text, so a rendered heading keeps its level while the text grows. Does
 * not know: how a heading looks.
 */
import type { Heading, Nodes } from 'mdast'

/** The depths of the headings that are open, each deeper than the one before. */
export type Outline = readonly number[]

export const NO_OUTLINE: Outline = []

/** The page's own headings end here: who speaks. */
const PAGE = 2
const DEEPEST = 6

const NO_LEVELS: ReadonlyMap<Heading, number> = new Map()

/** The headings open after these nodes; the same object if none of them is a heading. */
export function outlineAfter(nodes: readonly Nodes[], before: Outline): Outline {
  return headingsOf(nodes).reduce(under, before)
}

export function levelsOf(nodes: readonly Nodes[], before: Outline): ReadonlyMap<Heading, number> {
  const headings = headingsOf(nodes)
  if (headings.length === 0) return NO_LEVELS
  let outline = before
  return new Map(
    headings.map((heading) => {
      outline = under(outline, heading)
      return [heading, Math.min(PAGE + outline.length, DEEPEST)]
    }),
  )
}

function under(outline: Outline, { depth }: Heading): Outline {
  return [...outline.filter((open) => open < depth), depth]
}

/** In the order of the text. A footnote's headings are separate, because it is rendered elsewhere. */
function headingsOf(nodes: readonly Nodes[]): readonly Heading[] {
  return nodes.flatMap((node) => {
    if (node.type === 'heading') return [node]
    return node.type === 'blockquote' || node.type === 'list' || node.type === 'listItem'
      ? headingsOf(node.children)
      : []
  })
}
