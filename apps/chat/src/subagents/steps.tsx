/** The steps of one sub-agent, oldest first. Its end is shown as it grows, unless a reader has scrolled up. */
import type { SubagentStep } from '@holdfast/core'
import { memo, useLayoutEffect, useRef } from 'react'
import { layOut } from '../conversation/lay-out.ts'
import { Icon } from '../design/icon.tsx'
import { STEP_LOOKS } from './states.ts'

/** How near the end counts as being there (px). */
const NEAR = 24

export function Steps({ steps, name }: { readonly steps: readonly SubagentStep[]; readonly name: string }) {
  const list = useRef<HTMLOListElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what makes the list longer
  useLayoutEffect(() => {
    const box = list.current
    if (box && atEnd.current) box.scrollTop = box.scrollHeight
  }, [steps])
  if (steps.length === 0) return null
  return (
    <ol
      ref={list}
      className="steps"
      aria-label={`Steps of ${name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR
      }}
    >
      {steps.map((step) => (
        <StepLine key={step.n} step={step} />
      ))}
    </ol>
  )
}

const StepLine = memo(function StepLine({
  step: { n, kind, title, text, status, input },
}: {
  readonly step: SubagentStep
}) {
  const look = kind === 'tool' && status ? STEP_LOOKS[status] : undefined
  return (
    <li className="step" data-kind={kind} value={n}>
      {(title !== undefined || kind === 'reasoning') && (
        <p className="step-head">
          <span className="step-title" dir="auto">
            {title ?? 'Reasoning'}
          </span>
          {look && (
            <span className="mark" data-status={look.status}>
              <Icon name={look.icon} turning={status === 'running'} />
              {look.word}
            </span>
          )}
        </p>
      )}
      {input !== undefined && input !== '' && <pre className="code">{layOut(input)}</pre>}
      {text !== undefined && text !== '' && (
        <div className={kind === 'tool' ? 'code' : 'step-text'} dir="auto">
          {text}
        </div>
      )}
    </li>
  )
})
