/** The tool calls and sub-agents of a run as nested bars, over the time of the run. */
import { Icon } from '../design/icon.tsx'
import { lasting } from '../design/lasting.ts'
import type { RunPart } from './run-parts.ts'

interface RunPartsViewProps {
  readonly parts: readonly RunPart[]
  readonly dropped: number
  /** Of the run, milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

const WORDS: Record<RunPart['status'], string> = {
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'stopped',
  unanswered: 'not finished',
}

/** Deeper ones would leave no space for their names. */
const DEEPEST = 6

export function RunPartsView({ parts, dropped, from, to }: RunPartsViewProps) {
  if (parts.length === 0) return null
  const percent = 100 / Math.max(1, to - from)
  return (
    <section className="run-parts" aria-label="Tools and sub-agents">
      {dropped > 0 && <p className="side-note">{`${dropped} earlier ones hidden.`}</p>}
      <ol>
        {parts.map((part) => {
          const end = part.to ?? to
          const left = Math.max(0, (part.from - from) * percent)
          const took = lasting(end - part.from)
          return (
            <li key={part.id}>
              <span className="run-part-name" style={{ paddingInlineStart: `${Math.min(part.depth, DEEPEST)}rem` }}>
                {part.kind === 'agent' && <Icon name="thread" />}
                <span className="run-part-words" dir="auto">
                  {part.name}
                </span>
              </span>
              <span className="run-part-track" aria-hidden="true">
                <span
                  className="run-part-bar"
                  data-kind={part.kind}
                  data-status={part.status}
                  style={{
                    left: `${left}%`,
                    width: `${Math.max(0, Math.min(100 - left, (end - part.from) * percent))}%`,
                  }}
                />
              </span>
              <span className="run-part-took">
                <span className="said">{WORDS[part.status]}, </span>
                {took}
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
