/** Approve a tool call, as it is or with other arguments; or deny it, and tell the agent why. */
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { type Answer, approved, denied, type Kind, type Question } from './question.ts'
import { QuestionCall } from './question-call.tsx'
import { JsonAnswer, TextAnswer } from './text-answer.tsx'

interface ApprovalAnswerProps {
  readonly question: Question
  readonly kind: Extract<Kind, { type: 'approval' }>
  readonly disabled: boolean
  answer(answer: Answer): void
}

export function ApprovalAnswer({ question, kind, disabled, answer }: ApprovalAnswerProps) {
  const [way, setWay] = useState<'ask' | 'edit' | 'deny'>('ask')
  const back = (
    <Button look="quiet" onClick={() => setWay('ask')}>
      Cancel
    </Button>
  )
  if (way === 'edit') {
    return (
      <JsonAnswer
        label="Arguments as JSON"
        text={kind.arguments ?? ''}
        done="Approve edited call"
        disabled={disabled}
        send={(edited) => answer(approved(question, edited))}
      >
        {back}
      </JsonAnswer>
    )
  }
  if (way === 'deny') {
    return (
      <TextAnswer
        label="Tell the agent why"
        done="Deny"
        disabled={disabled}
        send={(note) => answer(denied(question, String(note)))}
      >
        {back}
      </TextAnswer>
    )
  }
  return (
    <>
      <QuestionCall {...kind} />
      <div className="question-acts">
        <Button look="main" disabled={disabled} onClick={() => answer(approved(question))}>
          Approve
        </Button>
        <Button disabled={disabled} onClick={() => answer(denied(question))}>
          Deny
        </Button>
        {kind.arguments !== undefined && (
          <Button look="quiet" disabled={disabled} onClick={() => setWay('edit')}>
            Edit arguments
          </Button>
        )}
        {kind.note && (
          <Button look="quiet" disabled={disabled} onClick={() => setWay('deny')}>
            Deny with a note
          </Button>
        )}
      </div>
    </>
  )
}
