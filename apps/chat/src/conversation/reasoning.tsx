/**
 * What an agent thought, folded away. How long it took is known to who saw it end; the log's view keeps only the words,
 * so that an old thought is just "Thoughts".
 */
import { memo, useEffect, useRef, useState } from 'react'

/** By message id, for as long as the page lives. */
const durations = new Map<string, number>()

interface ReasoningProps {
  readonly id: string
  readonly text: string
  /** While it is being written: since when. */
  readonly since: string | undefined
}

export const Reasoning = memo(function Reasoning({ id, text, since }: ReasoningProps) {
  const [seconds, setSeconds] = useState(() => durations.get(id))
  const began = useRef<string>(undefined)
  useEffect(() => {
    if (since !== undefined) {
      began.current = since
      return
    }
    if (began.current === undefined || durations.has(id)) return
    const took = Math.max(1, Math.round((Date.now() - Date.parse(began.current)) / 1000))
    durations.set(id, took)
    setSeconds(took)
  }, [id, since])
  return (
    <details className="fold" data-look="bare">
      <summary>
        <span className="fold-name">{since !== undefined ? 'Thinking…' : titleOf(seconds)}</span>
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
