/** The reference: the whole text read at once by the parser alone, drawn by the same table of elements. */
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import type { ReactNode } from 'react'
import { levelsOf, NO_OUTLINE } from '../outline.ts'
import { SYNTAX } from '../parse.ts'
import { learn, NOTHING_KNOWN, noteCalls } from '../references.ts'
import { renderAll } from '../render.tsx'

/** `prefix` as in a RenderContext. */
export function renderWhole(text: string, prefix: string): ReactNode {
  const root = fromMarkdown(text, SYNTAX)
  const known = learn(NOTHING_KNOWN, root.children)
  const order: string[] = []
  const callsOf = (nodes: readonly Nodes[]) =>
    new Map(
      noteCalls(nodes).map((call) => {
        const first = !order.includes(call.identifier)
        if (first) order.push(call.identifier)
        return [call, { number: order.indexOf(call.identifier) + 1, first }] as const
      }),
    )
  const body = renderAll(root.children, {
    known,
    calls: callsOf(root.children),
    levels: levelsOf(root.children, NO_OUTLINE),
    prefix,
    open: false,
  })
  const notes: ReactNode[] = []
  for (const id of order) {
    const children = known.notes.get(id)?.children ?? []
    const calls = callsOf(children)
    const number = order.indexOf(id) + 1
    notes.push(
      <li key={id} id={`${prefix}note-${number}`}>
        {children.map((child, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: drawn once
          <div key={index}>
            {renderAll([child], { known, calls, levels: levelsOf([child], NO_OUTLINE), prefix, open: false })}
          </div>
        ))}
        <a href={`#${prefix}call-${number}`} aria-label={`Back to the text of footnote ${number}`}>
          ↩
        </a>
      </li>,
    )
  }
  return (
    <>
      {body}
      {notes.length > 0 && (
        <section className="md-notes" aria-label="Footnotes">
          <ol>{notes}</ol>
        </section>
      )}
    </>
  )
}
