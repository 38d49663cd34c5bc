/**
 * The lines of a conversation. Of a long one only those near the visible ones are in the page (virtua).
 *
 * Owns: which further lines are in the page. Does not know: where the reader is, what scrolls.
 *
 * The newest lines are always in the page: opening a thread or jumping to its end shows them in the same frame, and the
 * browser's own search finds everything in a short thread.
 */
import {
  type ComponentProps,
  type CSSProperties,
  memo,
  type ReactElement,
  type ReactNode,
  type Ref,
  type RefObject,
  useMemo,
} from 'react'
import { type CacheSnapshot, Virtualizer, type VirtualizerHandle } from 'virtua'
import { MessageRow } from './message-row.tsx'
import type { Row } from './rows.ts'
import { linesOf, type Span, useHeld } from './use-held.ts'

const NEWEST = 100
/** How far beyond the visible part (px). */
const BEYOND = 600
/** The room above the first line (px), as in conversation.css. */
export const ABOVE = 36

interface LinesProps extends Pick<ComponentProps<typeof MessageRow>, 'agentTitle' | 'actions'> {
  readonly rows: readonly Row[]
  readonly handle: Ref<VirtualizerHandle>
  readonly scroller: RefObject<HTMLElement | null>
  readonly sizes: CacheSnapshot | undefined
  /** Where the reader starts, if not at the end. */
  readonly begin: Span | undefined
  /** Lines have another height than was thought. */
  onResize(): void
}

export function Lines({ rows, handle, scroller, sizes, begin, onResize, agentTitle, actions }: LinesProps) {
  const held = useHeld(scroller)
  const lineOf = useLines(agentTitle, actions)
  const newest: Span = [rows.length - NEWEST, rows.length - 1]
  return (
    <Virtualizer
      ref={handle}
      scrollRef={scroller}
      startMargin={ABOVE}
      bufferSize={BEYOND}
      item={Place}
      data={rows}
      onResize={onResize}
      keepMounted={linesOf([newest, ...held, ...(begin ? [begin] : [])], rows.length)}
      {...(sizes && { cache: sizes })}
    >
      {(row, at) => lineOf(row, beginsAnswer(rows[at - 1]))}
    </Virtualizer>
  )
}

const Line = memo(MessageRow)

/** The same row returns the same element, so scrolling renders only rows that come into view. */
function useLines(agentTitle: LinesProps['agentTitle'], actions: LinesProps['actions']) {
  return useMemo(() => {
    const made = new WeakMap<Row, { readonly named: boolean; readonly line: ReactElement }>()
    return (row: Row, named: boolean): ReactElement => {
      const before = made.get(row)
      if (before?.named === named) return before.line
      const line = <Line key={row.id} row={row} agentTitle={agentTitle} named={named} actions={actions} />
      made.set(row, { named, line })
      return line
    }
  }, [agentTitle, actions])
}

interface PlaceProps {
  readonly index: number
  readonly style: CSSProperties
  readonly children: ReactNode
  readonly ref?: Ref<HTMLDivElement>
}

function Place({ index, style, children, ref }: PlaceProps) {
  return (
    <div ref={ref} style={style} data-line={index}>
      {children}
    </div>
  )
}

function beginsAnswer(before: Row | undefined): boolean {
  const { type } = before ?? { type: 'new' }
  return type === 'new' || type === 'user' || type === 'ending' || type === 'notice'
}
