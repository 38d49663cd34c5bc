/**
 * Which heading of a text stands below which. Owns the level at which each is drawn: it begins below the page's own, never
 * jumps, and depends on nothing that comes later, so that what is drawn keeps it while the text grows.
 * Does not know: how a heading looks.
 */
import type { Heading, Nodes } from 'mdast'

/** The depths of the headings that are open, each deeper than the one before. */
export type Outline = readonly number[]

export const NO_OUTLINE: Outline = []

/** The page's own headings end here: who speaks. */
const PAGE = 2
const DEEPEST = 6

const NO_LEVELS: ReadonlyMap<Heading, number> = new Map()

/** What is open behind these nodes; the very same where none of them is a heading. */
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

/** In the order of the text. A footnote's are its own: it is drawn elsewhere. */
function headingsOf(nodes: readonly Nodes[]): readonly Heading[] {
  return nodes.flatMap((node) => {
    if (node.type === 'heading') return [node]
    return node.type === 'blockquote' || node.type === 'list' || node.type === 'listItem'
      ? headingsOf(node.children)
      : []
  })
}
