/** One tool call: its name, its input and its result. */
import { memo } from 'react'
import { Icon, type IconName } from '../design/icon.tsx'
import { layOut } from './lay-out.ts'
import type { ToolState } from './rows.ts'

const STATES: Record<ToolState['type'], { readonly icon: IconName; readonly word: string; readonly status: string }> = {
  running: { icon: 'working', word: 'Running', status: 'working' },
  result: { icon: 'done', word: 'Done', status: 'idle' },
  error: { icon: 'alert', word: 'Failed', status: 'failed' },
  unanswered: { icon: 'stopped', word: 'Not finished', status: 'idle' },
}

interface ToolCardProps {
  readonly name: string
  readonly input: string
  readonly state: ToolState
}

export const ToolCard = memo(function ToolCard({ name, input, state }: ToolCardProps) {
  const { icon, word, status } = STATES[state.type]
  return (
    <details className="fold">
      <summary>
        <span className="fold-name">{name}</span>
        <span className="mark" data-status={status}>
          <Icon name={icon} turning={state.type === 'running'} />
          {word}
        </span>
      </summary>
      <div className="fold-body">
        <span className="fold-label">Input</span>
        <pre className="code">{readable(input)}</pre>
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
})

function readable(text: string): string {
  return text === '' ? '–' : layOut(text)
}
