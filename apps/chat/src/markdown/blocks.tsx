/**
 * A message's markdown as memoised blocks. Owns which block is rendered again: those whose content changed, in a stream
 * the last one. Does not know: where the text comes from.
 */
import { memo, useId, useState } from 'react'
import type { Block } from './document.ts'
import type { Note, NoteCalls } from './notes.ts'
import { levelsOf, NO_OUTLINE } from './outline.ts'
import { createReader } from './reader.ts'
import { render, renderAll } from './render.tsx'

interface MarkdownBlocksProps {
  readonly text: string
  /** Whether more text may follow. */
  readonly streaming: boolean
}

export function MarkdownBlocks({ text, streaming }: MarkdownBlocksProps) {
  const [reader] = useState(createReader)
  const prefix = useId()
  const { blocks, openFrom, callsOf, notes } = reader.read(text, streaming)
  const runs = Array.from({ length: Math.ceil(blocks.length / RUN) }, (_, run) =>
    blocks.slice(run * RUN, (run + 1) * RUN).map((block, index) => ({
      block,
      calls: callsOf(block),
      open: run * RUN + index >= openFrom,
    })),
  )
  return (
    <>
      {runs.map((views, run) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block never changes its place
        <BlockRun key={run} views={views} prefix={prefix} />
      ))}
      {notes.length > 0 && <Notes notes={notes} prefix={prefix} />}
    </>
  )
}

/** Blocks are compared in groups of this size, so that a commit costs React one group, not the whole message. */
const RUN = 16

interface View {
  readonly block: Block
  readonly calls: NoteCalls
  readonly open: boolean
}

interface BlockRunProps {
  readonly views: readonly View[]
  readonly prefix: string
}

const BlockRun = memo(
  function BlockRun({ views, prefix }: BlockRunProps) {
    return views.map((view) => <BlockView key={view.block.key} {...view} prefix={prefix} />)
  },
  (before, after) =>
    before.prefix === after.prefix &&
    before.views.length === after.views.length &&
    before.views.every(({ block, calls, open }, index) => {
      const view = after.views[index]
      return view?.block === block && view.calls === calls && view.open === open
    }),
)

interface BlockViewProps extends View {
  readonly prefix: string
}

const BlockView = memo(function BlockView({ block, calls, prefix, open }: BlockViewProps) {
  const levels = levelsOf(block.nodes, block.outline)
  return renderAll(block.nodes, { known: block.known, calls, levels, prefix, open })
})

interface NotesProps {
  readonly notes: readonly Note[]
  readonly prefix: string
}

export const Notes = memo(function Notes({ notes, prefix }: NotesProps) {
  return (
    <section className="md-notes" aria-label="Footnotes">
      <ol>
        {notes.map(({ number, definition, known, calls }) => (
          <li key={number} id={`${prefix}note-${number}`}>
            {definition.children.map((child, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs of a footnote have no other name
              <div key={index}>
                {render(child, { known, calls, levels: levelsOf([child], NO_OUTLINE), prefix, open: false })}
              </div>
            ))}
            <a href={`#${prefix}call-${number}`} aria-label={`Back to the text of footnote ${number}`}>
              ↩
            </a>
          </li>
        ))}
      </ol>
    </section>
  )
})
