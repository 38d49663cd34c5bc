/**
 * The conversation as it stands: the path to its head, what is on its way, how runs ended.
 *
 * Owns: the log's markup and its scrolling. Does not know: where the state comes from.
 */
import type { ThreadState } from '@holdfast/client'
import { pathTo } from '@holdfast/core'
import { useEffect, useMemo } from 'react'
import { Icon } from '../design/icon.tsx'
import { MessageRow } from './message-row.tsx'
import { headOf, type Row, rowsOf } from './rows.ts'
import type { EndingActions } from './run-ending.tsx'
import { Speaker } from './speaker.tsx'
import { useFresh } from './use-fresh.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

interface ConversationProps {
  readonly state: ThreadState
  readonly agentTitle: (agentId: string | undefined) => string
  readonly actions: EndingActions
}

export function Conversation({ state, agentTitle, actions }: ConversationProps) {
  const { content, pending, activity } = state
  const rows = useMemo(() => shown(content, pending), [content, pending])
  const { scroller, content: inner, atEnd, toEnd } = useStickToEnd()
  const fresh = useFresh(rows.length, atEnd)
  const sent = pending.at(-1)?.id
  // Whoever sends wants to see it go, wherever they were reading.
  useEffect(() => {
    if (sent !== undefined) toEnd()
  }, [sent, toEnd])
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <section ref={scroller} className="scroll" tabIndex={0} aria-label="Conversation">
        {/* Read by whoever wants to; the announcer says the changes, not the tokens. */}
        <div ref={inner} className="log" role="log" aria-live="off" data-testid="conversation">
          {rows.map((row, at) => (
            <MessageRow
              key={row.id}
              row={row}
              agentTitle={agentTitle}
              named={beginsAnswer(rows[at - 1])}
              actions={actions}
            />
          ))}
          {activity.type !== 'idle' && !isWriting(rows.at(-1)) && (
            <p className="waiting">
              <span className="mark" data-status="working">
                <Icon name="working" turning />
                {GOING_ON[activity.type]}
              </span>
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

const GOING_ON = { starting: 'Sending…', active: 'Working…', cancelling: 'Stopping…' } as const

function shown(content: ThreadState['content'], pending: ThreadState['pending']): Row[] {
  if (content.type !== 'ready') return rowsOf({ path: [], runs: [], open: [], queue: [], pending })
  const { view } = content
  return rowsOf({ ...view, path: pathTo(view.messages, headOf(view)), pending })
}

function beginsAnswer(before: Row | undefined): boolean {
  return before === undefined || before.type === 'user' || before.type === 'ending' || before.type === 'notice'
}

function isWriting(row: Row | undefined): boolean {
  return row?.type === 'text' && row.writing
}
