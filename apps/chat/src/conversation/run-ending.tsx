/** How a run ended, unless it succeeded: what happened and what the person can do. */
import type { ThreadKey } from '@holdfast/core'
import { Icon, type IconName } from '../design/icon.tsx'
import type { Ending } from './endings.ts'
import { keepFocusNear } from './keep-focus.ts'

export interface EndingActions {
  readonly threadKey?: ThreadKey
  /** Another answer to what this run answered, as a new version. */
  retry(runId: string): void
  continueFrom(messageId: string): void
  /** Shows the conversation as it went on from this message. */
  choose?(messageId: string): void
  /** Sends an edited version of this message. */
  askAnew?(messageId: string, text: string): void
  /** All words of a run's answer, as they were written. */
  wordsOf?(runId: string): string
}

export function RunEnding({ ending, actions }: { readonly ending: Ending; readonly actions: EndingActions }) {
  const { runId, outcome, retry, continueFrom } = ending
  const { icon, title, text } = wordsOf(ending)
  return (
    <div className="ending" data-end={outcome.type}>
      <p className="ending-text">
        <Icon name={icon} />
        <span dir="auto">
          <strong>{title}</strong>
          {text && ` ${text}`}
        </span>
      </p>
      {(retry || continueFrom !== undefined) && (
        <div className="ending-actions">
          {retry && (
            <button
              type="button"
              className="button"
              onClick={(event) => {
                keepFocusNear(event.currentTarget)
                actions.retry(runId)
              }}
            >
              <Icon name="retry" />
              Retry
            </button>
          )}
          {continueFrom !== undefined && (
            <button
              type="button"
              className="button"
              onClick={(event) => {
                keepFocusNear(event.currentTarget)
                actions.continueFrom(continueFrom)
              }}
            >
              <Icon name="onward" />
              Continue
            </button>
          )}
        </div>
      )}
    </div>
  )
}

const RESOLVED: Record<NonNullable<Ending['resolved']> | 'open', { readonly icon: IconName; readonly title: string }> =
  {
    open: { icon: 'question', title: 'Waiting for your answer' },
    answered: { icon: 'done', title: 'Answered' },
    cancelled: { icon: 'stopped', title: 'Question withdrawn' },
    expired: { icon: 'queued', title: 'Question expired' },
  }

function wordsOf({ outcome, resolved }: Ending): {
  readonly icon: IconName
  readonly title: string
  readonly text?: string
} {
  switch (outcome.type) {
    case 'failed':
      return { icon: 'alert', title: 'Failed.', text: outcome.message }
    case 'cancelled':
      return { icon: 'stopped', title: 'Stopped' }
    case 'interrupted':
      return RESOLVED[resolved ?? 'open']
    case 'superseded':
      return { icon: 'stopped', title: 'Stopped.', text: 'Replaced by a newer message.' }
  }
}
