/** An answer in words, or as JSON. Enter sends words; JSON needs its lines. */
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { Button } from '../design/button.tsx'
import { isComposing } from '../design/composing.ts'
import { readJson } from './question.ts'

interface AnswerProps {
  readonly label: string
  readonly disabled: boolean
  /** What it holds at first. */
  readonly text?: string
  readonly done?: string
  /** Other ways, beside it. */
  readonly children?: ReactNode
  send(payload: unknown): void
}

export function TextAnswer({ label, disabled, text = '', done = 'Answer', children, send }: AnswerProps) {
  const [words, setWords] = useState(text)
  const empty = words.trim() === ''
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    if (!empty && !disabled) send(words)
  }
  return (
    <div className="question-write">
      <textarea
        className="field question-field"
        aria-label={label}
        placeholder={label}
        dir="auto"
        rows={Math.min(8, words.split('\n').length)}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="question-acts">
        <Button look="main" disabled={disabled || empty} onClick={() => send(words)}>
          {done}
        </Button>
        {children}
      </div>
    </div>
  )
}

export function JsonAnswer({ label, disabled, text = '', done = 'Answer', children, send }: AnswerProps) {
  const [words, setWords] = useState(text)
  const [trouble, setTrouble] = useState('')
  const error = useId()
  function submit(): void {
    const read = readJson(words)
    setTrouble(read.type === 'wrong' ? read.message : '')
    if (read.type === 'ok') send(read.value)
  }
  return (
    <div className="question-write">
      <textarea
        className="field question-field question-json"
        aria-label={label}
        aria-invalid={trouble !== '' || undefined}
        aria-describedby={error}
        placeholder={label}
        spellCheck={false}
        rows={Math.min(12, Math.max(2, words.split('\n').length))}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <p id={error} className="question-error" role="alert">
        {trouble}
      </p>
      <div className="question-acts">
        <Button look="main" disabled={disabled || words.trim() === ''} onClick={submit}>
          {done}
        </Button>
        {children}
      </div>
    </div>
  )
}
