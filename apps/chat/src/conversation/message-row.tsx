/** One line of a conversation. What a person wrote is a text node; what an agent wrote is markdown, which knows no markup. */
import { memo, type ReactNode } from 'react'
import { StreamingMarkdown } from '../markdown/streaming-markdown.tsx'
import { Subagents } from '../subagents/lazy-subagents.tsx'
import { AnswerFoot } from './answer-foot.tsx'
import { BranchPicker } from './branch-picker.tsx'
import type { Branch } from './branches.ts'
import { NewLine } from './new-line.tsx'
import { OwnMessage } from './own-message.tsx'
import { BudgetLine, ProviderWait, QuietLine } from './quiet-line.tsx'
import { Reasoning } from './reasoning.tsx'
import { RestartLine } from './restart-line.tsx'
import type { Row } from './rows.ts'
import { type EndingActions, RunEnding } from './run-ending.tsx'
import { ToolCard } from './tool-card.tsx'

interface MessageRowProps {
  readonly row: Row
  /** What an agent is called. */
  readonly agentTitle: (agentId: string | undefined) => string
  /** Whether the name is shown: once per answer, not on each of its lines. */
  readonly named: boolean
  readonly actions: EndingActions
}

export function MessageRow({ row, agentTitle, named, actions }: MessageRowProps) {
  switch (row.type) {
    case 'user':
      return (
        <Utterance speaker="user" who="You" pending={row.pending} branch={row.branch} actions={actions}>
          <OwnMessage
            text={row.text}
            {...(actions.askAnew && !row.pending && !row.fixed && { ask: (text) => actions.askAnew?.(row.id, text) })}
          >
            <Text of="user" text={row.text} />
          </OwnMessage>
        </Utterance>
      )
    case 'new':
      return <NewLine />
    case 'notice':
      return (
        <Utterance speaker="notice" who="Note">
          <Text of="notice" text={row.text} />
        </Utterance>
      )
    case 'text':
    case 'reasoning':
    case 'tool':
    case 'activity':
      return (
        <Utterance
          speaker="assistant"
          who={named ? agentTitle(row.agentId) : undefined}
          branch={row.branch}
          actions={actions}
        >
          {row.type === 'text' && <Text of="assistant" text={row.text} writing={row.writing} />}
          {row.type === 'reasoning' && <Reasoning text={row.text} writing={row.writing} seconds={row.seconds} />}
          {row.type === 'activity' && <QuietLine icon="timeline">{row.text}</QuietLine>}
          {row.type === 'tool' && (
            <ToolCard name={row.name} input={row.input} state={row.state}>
              {row.agents && actions.threadKey && <Subagents threadKey={actions.threadKey} agents={row.agents} />}
            </ToolCard>
          )}
          {row.foot && <AnswerFoot foot={row.foot} {...actions} />}
        </Utterance>
      )
    case 'agents':
      return (
        <Utterance speaker="assistant" who={named ? agentTitle(row.agentId) : undefined}>
          {actions.threadKey && <Subagents threadKey={actions.threadKey} agents={row.agents} />}
        </Utterance>
      )
    case 'restart':
      return (
        <Utterance speaker="assistant" who={named ? agentTitle(row.agentId) : undefined}>
          <RestartLine restart={row} />
        </Utterance>
      )
    case 'budget':
      return (
        <Utterance speaker="assistant" who={undefined}>
          <BudgetLine {...row} />
        </Utterance>
      )
    case 'waiting':
      return (
        <Utterance speaker="assistant" who={undefined}>
          <ProviderWait {...row} />
        </Utterance>
      )
    case 'ending':
      return <RunEnding ending={row.ending} actions={actions} />
  }
}

type Speaker = 'user' | 'assistant' | 'notice'

interface UtteranceProps {
  readonly speaker: Speaker
  /** Absent on the later lines of an answer. */
  readonly who: string | undefined
  readonly pending?: boolean
  readonly branch?: Branch | undefined
  readonly actions?: EndingActions
  readonly children: ReactNode
}

function Utterance({ speaker, who, pending, branch, actions, children }: UtteranceProps) {
  const versions = branch && actions?.choose && <BranchPicker branch={branch} choose={actions.choose} />
  return (
    <article
      className="message"
      data-speaker={speaker}
      data-pending={pending || undefined}
      data-begins={who !== undefined && speaker === 'assistant' ? '' : undefined}
    >
      {(who !== undefined || (versions && speaker === 'assistant')) && (
        <div className="message-head">
          {who !== undefined && <h2 className="message-who">{who}</h2>}
          {speaker === 'assistant' && versions}
        </div>
      )}
      {children}
      {speaker !== 'assistant' && versions}
    </article>
  )
}

interface TextProps {
  readonly of: Speaker
  readonly text: string
  readonly writing?: boolean
}

const Text = memo(function Text({ of, text, writing }: TextProps) {
  return (
    <div className={writing ? 'message-text caret' : 'message-text'} dir="auto" data-testid={`${of}-text`}>
      {of === 'assistant' ? <StreamingMarkdown text={text} streaming={writing === true} /> : text}
    </div>
  )
})
