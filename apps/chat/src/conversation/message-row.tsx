/** One line of a conversation. Text is always a text node: whatever it holds, it is only ever read. */
import { memo } from 'react'
import type { Row } from './rows.ts'
import { type EndingActions, RunEnding } from './run-ending.tsx'
import { ToolCard } from './tool-card.tsx'

interface MessageRowProps {
  readonly row: Row
  /** What an agent is called. */
  readonly agentTitle: (agentId: string | undefined) => string
  /** Whether the name stands above: not again on each line of one answer. */
  readonly named: boolean
  readonly actions: EndingActions
}

export function MessageRow({ row, agentTitle, named, actions }: MessageRowProps) {
  switch (row.type) {
    case 'user':
      return <Utterance kind="user" who="You" text={row.text} pending={row.pending} named />
    case 'text':
      return (
        <Utterance kind="assistant" who={agentTitle(row.agentId)} text={row.text} writing={row.writing} named={named} />
      )
    case 'notice':
      return <Utterance kind="notice" who="Note" text={row.text} named />
    case 'reasoning':
      return <Reasoning text={row.text} writing={row.writing} />
    case 'tool':
      return <ToolCard name={row.name} input={row.input} state={row.state} />
    case 'ending':
      return <RunEnding ending={row.ending} actions={actions} />
  }
}

interface UtteranceProps {
  readonly kind: 'user' | 'assistant' | 'notice'
  readonly who: string
  readonly text: string
  readonly named: boolean
  readonly pending?: boolean
  readonly writing?: boolean
}

const Utterance = memo(function Utterance({ kind, who, text, named, pending, writing }: UtteranceProps) {
  return (
    <article className="message" data-role={kind} data-pending={pending || undefined}>
      <h3 className={named ? 'message-who' : 'said'}>{who}</h3>
      <div className={writing ? 'message-text caret' : 'message-text'} dir="auto" data-testid={`${kind}-text`}>
        {text}
      </div>
    </article>
  )
})

const Reasoning = memo(function Reasoning({ text, writing }: { readonly text: string; readonly writing: boolean }) {
  return (
    <details className="fold">
      <summary>
        <span className="fold-name">{writing ? 'Thinking …' : 'Thoughts'}</span>
      </summary>
      <div className="fold-body" dir="auto">
        {text}
      </div>
    </details>
  )
})
