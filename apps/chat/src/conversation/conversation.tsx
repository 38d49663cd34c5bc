/**
 * The conversation: the path to its head, pending messages, how runs ended.
 *
 * Owns: the log's markup and its scrolling. Does not know: where the state comes from.
 */
import type { ThreadState } from '@holdfast/client'
import { pathTo } from '@holdfast/core'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { Icon } from '../design/icon.tsx'
import { type Connection, FINE } from '../frame/connection.ts'
import { GoingOn } from './going-on.tsx'
import { ABOVE, Lines } from './lines.tsx'
import { keepPlace, placeIn } from './places.ts'
import { headOf, type Row, rowsOf, withNewLine } from './rows.ts'
import type { EndingActions } from './run-ending.tsx'
import { sameRows } from './same-rows.ts'
import { Speaker } from './speaker.tsx'
import { useFresh } from './use-fresh.ts'
import type { Span } from './use-held.ts'
import type { Place } from './use-place.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

interface ConversationProps {
  readonly state: Pick<ThreadState, 'key' | 'content' | 'pending' | 'activity'>
  readonly agentTitle: (agentId: string | undefined) => string
  readonly actions: EndingActions
  /** The message whose way is shown, where that is not the newest. */
  readonly chosen?: string | undefined
  /** Of a run that is accepted and has not started. */
  readonly place?: Place | undefined
  readonly connection?: Connection
  /** The messages and calls that are new to the reader. */
  readonly fresh?: ReadonlySet<string>
}

const NOTHING: ReadonlySet<string> = new Set()

export function Conversation(props: ConversationProps) {
  const { state, agentTitle, actions, chosen, place: turn, connection = FINE, fresh: isNew = NOTHING } = props
  const { key, content, pending, activity } = state
  const rows = useRows(content, pending, chosen, isNew)
  const lines = useRef<VirtualizerHandle>(null)
  const [place] = useState(() => placeIn(key))
  const begin = rows.findIndex((row) => row.id === place?.top?.rowId)
  const { scroller, atEnd, toEnd, follow } = useStickToEnd({
    begin() {
      if (!place?.top || begin < 0 || !lines.current) return undefined
      return ABOVE + lines.current.getItemOffset(begin) + place.top.hidden
    },
    leave(top) {
      if (!lines.current) return
      const sizes = lines.current.cache
      const at = top === undefined ? -1 : lines.current.findItemIndex(top)
      const row = rows[at]
      const hidden = row && top !== undefined ? top - ABOVE - lines.current.getItemOffset(at) : 0
      keepPlace(key, { sizes, ...(row && { top: { rowId: row.id, hidden } }) })
    },
  })
  // Growing lines report themselves; this handles lines that are added or removed.
  const waits = activity.type !== 'idle' && !saysThatItGoesOn(rows.at(-1))
  // biome-ignore lint/correctness/useExhaustiveDependencies: what makes the conversation longer without a line that grows
  useLayoutEffect(follow, [follow, rows.length, waits])
  const fresh = useFresh(rows.length, atEnd)
  // Sending scrolls to the end in this tab, wherever the reader was. Sending in another tab moves nobody here.
  const sent = activity.type === 'starting' ? activity.runId : undefined
  useEffect(() => {
    if (sent !== undefined) toEnd()
  }, [sent, toEnd])
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <section ref={scroller} className="scroll" tabIndex={0} aria-label="Conversation">
        {/* The log is not announced as it grows; the announcer reports state changes instead of tokens. */}
        <div className="log" role="log" aria-live="off" data-testid="conversation">
          <Lines
            rows={rows}
            handle={lines}
            scroller={scroller}
            onResize={follow}
            sizes={place?.sizes}
            begin={begin < 0 ? undefined : aScreenFrom(begin)}
            agentTitle={agentTitle}
            actions={actions}
          />
          {waits && (
            <p className="waiting">
              <GoingOn activity={activity.type} connection={connection} place={turn} />
            </p>
          )}
        </div>
      </section>
      <Speaker rows={rows} />
      {!atEnd && (
        <button type="button" className="button latest" onClick={toEnd}>
          <Icon name="down" />
          Jump to latest{fresh > 0 && ` · ${fresh} new`}
        </button>
      )}
    </>
  )
}

/** About one screen of short lines. */
function aScreenFrom(at: number): Span {
  return [at, at + 24]
}

/** Unchanged rows keep their identity, so a new word renders one line. */
function useRows(
  content: ThreadState['content'],
  pending: ThreadState['pending'],
  chosen: string | undefined,
  fresh: ReadonlySet<string>,
): readonly Row[] {
  const before = useRef<readonly Row[]>([])
  const rows = useMemo(
    () => sameRows(before.current, withNewLine(shown(content, pending, chosen), fresh)),
    [content, pending, chosen, fresh],
  )
  useEffect(() => {
    before.current = rows
  }, [rows])
  return rows
}

function shown(content: ThreadState['content'], pending: ThreadState['pending'], chosen: string | undefined): Row[] {
  if (content.type !== 'ready') return rowsOf({ path: [], runs: [], open: [], pending })
  const { view } = content
  return rowsOf({ ...view, path: pathTo(view.messages, headOf(view, chosen, pending)), pending })
}

/** Words that grow, a thought, a tool, a wait for the provider: once is enough. */
function saysThatItGoesOn(row: Row | undefined): boolean {
  switch (row?.type) {
    case 'waiting':
      return true
    case 'text':
    case 'reasoning':
      return row.writing
    case 'tool':
      return row.state.type === 'running'
    default:
      return false
  }
}
