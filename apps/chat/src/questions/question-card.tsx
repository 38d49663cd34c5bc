/** One question: what is asked, until when, and the ways to answer it. */
import { useId, useState } from 'react'
import { Button } from '../design/button.tsx'
import { Icon } from '../design/icon.tsx'
import { lasting } from '../design/lasting.ts'
import { useNow } from '../design/use-now.ts'
import { ApprovalAnswer } from './approval-answer.tsx'
import { FormAnswer } from './form-answer.tsx'
import { OutcomeAnswer } from './outcome-answer.tsx'
import { type Answer, chosen as chosenOf, type Question, resolved, skipped } from './question.ts'
import { JsonAnswer, TextAnswer } from './text-answer.tsx'

interface QuestionCardProps {
  readonly question: Question
  /** Its answer is on its way. */
  readonly sending: boolean
  /** Its answer, which is sent together with others. */
  readonly chosen: Answer | undefined
  readonly box: boolean
  answer(answer: Answer): void
  change(): void
}

export function QuestionCard({ question, sending, chosen, box, answer, change }: QuestionCardProps) {
  const { id, text, kind, expiresAt } = question
  const name = useId()
  const now = useNow(expiresAt !== undefined)
  const expired = expiresAt !== undefined && now >= expiresAt
  const disabled = sending || expired
  return (
    <article className="question" aria-labelledby={name} data-question={id} tabIndex={-1}>
      <p id={name} className="question-text" dir="auto">
        {text}
      </p>
      {expiresAt !== undefined && (
        <p className="question-expiry" data-expired={expired || undefined}>
          <Icon name="queued" />
          {expired ? 'Expired' : `Expires in ${lasting(expiresAt - now)}`}
        </p>
      )}
      {chosen ? (
        <p className="question-acts">
          <span className="mark">
            <Icon name="done" />
            {wordsOf(chosen)}
          </span>
          {!disabled && (
            <Button look="quiet" onClick={change}>
              Change
            </Button>
          )}
        </p>
      ) : (
        <Ways question={question} disabled={disabled} box={box} answer={answer} />
      )}
      {sending && (
        <p className="question-sending" role="status">
          Sending your answer…
        </p>
      )}
      {kind.type === 'json' && (
        <details className="fold">
          <summary>
            <span className="fold-name">What the agent expects</span>
          </summary>
          <div className="fold-body">
            <pre className="code">{kind.schema}</pre>
          </div>
        </details>
      )}
    </article>
  )
}

function wordsOf({ status, payload }: Answer): string {
  if (status === 'cancelled') return 'Skipped'
  if (typeof payload === 'string') return payload
  const { approved } = (payload ?? {}) as { approved?: unknown }
  if (typeof approved === 'boolean') return approved ? 'Approved' : 'Denied'
  return 'Answered'
}

type WaysProps = Pick<QuestionCardProps, 'question' | 'box' | 'answer'> & { readonly disabled: boolean }

function Ways({ question, disabled, box, answer }: WaysProps) {
  const { kind } = question
  const [writing, setWriting] = useState(!box)
  const skip = (
    <Button look="quiet" disabled={disabled} onClick={() => answer(skipped(question))}>
      Skip
    </Button>
  )
  const send = (payload: unknown) => answer(resolved(question, payload))
  switch (kind.type) {
    case 'approval':
      return <ApprovalAnswer question={question} kind={kind} disabled={disabled} answer={answer} />
    case 'outcome':
      return <OutcomeAnswer kind={kind} disabled={disabled} send={send} />
    case 'choices':
      return (
        <div className="question-acts">
          {kind.choices.map((choice) => (
            <Button
              key={JSON.stringify(choice.value)}
              disabled={disabled}
              onClick={() => answer(chosenOf(question, choice))}
            >
              <span dir="auto">{choice.label}</span>
            </Button>
          ))}
          {skip}
        </div>
      )
    case 'form':
      return (
        <FormAnswer parts={kind.parts} disabled={disabled} send={send}>
          {skip}
        </FormAnswer>
      )
    case 'json':
      return (
        <JsonAnswer label="Answer as JSON" disabled={disabled} send={send}>
          {skip}
        </JsonAnswer>
      )
    case 'text':
      if (writing) {
        return (
          <TextAnswer label="Your answer" disabled={disabled} send={send}>
            {skip}
          </TextAnswer>
        )
      }
      return (
        <p className="question-acts">
          <span className="question-hint">Your next message is the answer.</span>
          <Button look="quiet" disabled={disabled} onClick={() => setWriting(true)}>
            Answer here
          </Button>
          {skip}
        </p>
      )
  }
}
