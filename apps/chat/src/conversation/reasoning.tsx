/** An agent's reasoning, folded, with its duration from the log, so that every reader sees the same. */
import { memo } from 'react'
import { Icon } from '../design/icon.tsx'

interface ReasoningProps {
  readonly text: string
  readonly writing: boolean
  /** Undefined while it is written, and in logs from before durations were recorded. */
  readonly seconds: number | undefined
}

export const Reasoning = memo(function Reasoning({ text, writing, seconds }: ReasoningProps) {
  return (
    <details className="fold" data-look="bare">
      <summary>
        {writing && (
          <span className="mark" data-status="working">
            <Icon name="working" turning />
          </span>
        )}
        <span className="fold-name">{writing ? 'Thinking…' : titleOf(seconds)}</span>
      </summary>
      <div className="fold-body" dir="auto">
        {text}
      </div>
    </details>
  )
})

function titleOf(seconds: number | undefined): string {
  if (seconds === undefined) return 'Thoughts'
  if (seconds < 60) return `Thought for ${seconds} s`
  return `Thought for ${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
