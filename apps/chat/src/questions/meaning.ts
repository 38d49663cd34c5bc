/**
 * What the message box sends while questions are open: one meaning at a time, which is shown before sending.
 *
 * Pure. Owns: the meanings (docs/decisions/0108). Does not know: the message box, requests.
 */
import type { Answers } from '@holdfast/client'
import { chosen, denied, type Question, resolved } from './question.ts'

export type Meaning =
  /** The text answers the question. */
  | {
      readonly type: 'answer'
      readonly answers: Answers
      readonly button: string
      readonly hint: string
      readonly placeholder: string
    }
  /** The text is a message that is sent once the questions are answered. */
  | { readonly type: 'later'; readonly button: string; readonly hint: string; readonly placeholder: string }

export function meaningOf(questions: readonly Question[], text: string): Meaning | undefined {
  const [question, ...others] = questions
  if (!question) return undefined
  if (others.length > 0) return later('Answer the questions above. Enter queues your message until then.')
  const { kind } = question
  const answer = text.trim()
  switch (kind.type) {
    case 'text':
      return {
        type: 'answer',
        answers: [resolved(question, text)],
        button: 'Answer',
        hint: 'Enter answers the question',
        placeholder: 'Answer the question',
      }
    case 'approval':
      if (!kind.note) break
      return {
        type: 'answer',
        answers: [denied(question, text)],
        button: 'Deny',
        hint:
          answer === '' ? 'What you type denies it and tells the agent why' : 'Enter denies it and tells the agent why',
        placeholder: 'Deny, and tell the agent why',
      }
    case 'choices': {
      const choice = kind.choices.find(({ label }) => label.toLowerCase() === answer.toLowerCase())
      if (!choice) break
      const hint = `Enter chooses “${choice.label}”`
      return { type: 'answer', answers: [chosen(question, choice)], button: 'Answer', hint, placeholder: hint }
    }
    case 'outcome':
    case 'form':
    case 'json':
      break
  }
  return later('Answer the question above. Enter queues your message until then.')
}

function later(hint: string): Meaning {
  return { type: 'later', button: 'Queue', hint, placeholder: 'Write the next message' }
}
