/** One tool call: its name, its input and its result. */
import { memo, type ReactNode } from 'react'
import { Icon, type IconName } from '../design/icon.tsx'
import { layOut } from './lay-out.ts'
import type { ToolState } from './rows.ts'

const STATES: Record<ToolState['type'], { readonly icon: IconName; readonly word: string; readonly status: string }> = {
  asks: { icon: 'question', word: 'Needs you', status: 'needs_you' },
  running: { icon: 'working', word: 'Running', status: 'working' },
  result: { icon: 'done', word: 'Done', status: 'idle' },
  error: { icon: 'alert', word: 'Failed', status: 'failed' },
  unanswered: { icon: 'stopped', word: 'Not finished', status: 'idle' },
}

interface ToolCardProps {
  readonly name: string
  readonly input: string
  readonly state: ToolState
  /** The sub-agents that it has started. */
  readonly children?: ReactNode
}

export const ToolCard = memo(function ToolCard({ name, input, state, children }: ToolCardProps) {
  const { icon, word, status } = STATES[state.type]
  const card = (
    <details className="fold" open={state.type === 'asks' || undefined}>
      <summary>
        <span className="fold-name">{name}</span>
        {state.type === 'running' && state.progress !== undefined && (
          <span className="fold-progress" dir="auto">
            {state.progress}
          </span>
        )}
        <span className="mark" data-status={status}>
          <Icon name={icon} turning={state.type === 'running'} />
          {word}
        </span>
      </summary>
      <div className="fold-body">
        <span className="fold-label">Input</span>
        <pre className="code">{readable(input)}</pre>
        {state.type === 'asks' && (
          <button type="button" className="button" onClick={(event) => goToQuestion(event.currentTarget, state)}>
            Answer
          </button>
        )}
        {state.type === 'error' && (
          <>
            <span className="fold-label">Error</span>
            <pre className="code">{state.message}</pre>
          </>
        )}
        {(state.type === 'result' || state.type === 'error') && state.text !== '' && (
          <>
            <span className="fold-label">Result</span>
            <pre className="code">{readable(state.text)}</pre>
          </>
        )}
      </div>
    </details>
  )
  if (!children) return card
  return (
    <div className="card">
      {card}
      {children}
    </div>
  )
})

/** The question itself is shown where its answer is written. */
function goToQuestion(from: HTMLElement, { interruptId }: Extract<ToolState, { type: 'asks' }>): void {
  const pane: ParentNode = from.closest('[data-pane]') ?? document
  const questions = pane.querySelectorAll<HTMLElement>('[data-question]')
  const question = [...questions].find(({ dataset }) => dataset.question === interruptId)
  question?.scrollIntoView({ block: 'nearest' })
  question?.focus({ preventScroll: true })
}

function readable(text: string): string {
  return text === '' ? '–' : layOut(text)
}
