/** A call that may have happened: a person says what became of it, calls it again, or goes on without it. */
import { useState } from 'react'
import { Button } from '../design/button.tsx'
import { type Kind, readJson } from './question.ts'
import { QuestionCall } from './question-call.tsx'
import { TextAnswer } from './text-answer.tsx'

interface OutcomeAnswerProps {
  readonly kind: Extract<Kind, { type: 'outcome' }>
  readonly disabled: boolean
  send(payload: unknown): void
}

export function OutcomeAnswer({ kind, disabled, send }: OutcomeAnswerProps) {
  const [telling, setTelling] = useState(false)
  if (telling) {
    return (
      <TextAnswer
        label="What was its result?"
        done="It happened"
        disabled={disabled}
        send={(text) => send({ outcome: 'happened', result: resultOf(String(text)) })}
      >
        <Button disabled={disabled} onClick={() => send({ outcome: 'happened' })}>
          I don’t know the result
        </Button>
        <Button look="quiet" onClick={() => setTelling(false)}>
          Cancel
        </Button>
      </TextAnswer>
    )
  }
  return (
    <>
      <QuestionCall {...kind} />
      <div className="question-acts">
        <Button disabled={disabled} onClick={() => setTelling(true)}>
          It happened…
        </Button>
        <Button disabled={disabled} onClick={() => send({ outcome: 'again' })}>
          Call it again
        </Button>
        <Button disabled={disabled} onClick={() => send({ outcome: 'skip' })}>
          Skip it
        </Button>
      </div>
    </>
  )
}

/** JSON where it is some, else the words themselves. */
function resultOf(text: string): unknown {
  const read = readJson(text)
  return read.type === 'ok' ? read.value : text
}
