/**
 * Checks a person's answers to open questions before the start that brings them: their shape, the arguments that they
 * approve, and the asking agent's own rules. A refused answer leaves its question open. Whether a question is still
 * open is decided by the store, in the transaction of the start.
 */
import type { ResumeEntry } from '@ag-ui/core'
import type { Question } from '../store/port.ts'
import { refusalOfAnswer } from './agent-check.ts'
import type { AnswerSchemas } from './answer-schema.ts'
import type { Parts } from './env.ts'
import { ProblemError } from './problem-error.ts'

export interface AnswerCheckParts extends Pick<Parts, 'agents' | 'clock'> {
  readonly answerSchemas: AnswerSchemas
}

/** An answer to an open question; `index` is its place in `resume`. */
interface Answer extends Question {
  readonly index: number
  readonly payload: unknown
}

/** @throws ProblemError for the first answer that cannot be used */
export async function checkAnswers(
  { agents, clock, answerSchemas }: AnswerCheckParts,
  resume: readonly ResumeEntry[],
  questions: readonly Question[],
): Promise<void> {
  const asked = new Map(questions.map((question) => [question.interrupt.id, question]))
  const answers = resume.flatMap(({ interruptId, status, payload }, index): Answer[] => {
    const question = asked.get(interruptId)
    // An answer that withdraws its question has no payload to check.
    return question && status === 'resolved' ? [{ ...question, index, payload }] : []
  })
  await checkShapes(answerSchemas, answers)
  for (const answer of answers) checkArguments(answer)
  for (const answer of answers) {
    const agent = agents.get(answer.agentId)
    const refusal = agent && (await refusalOfAnswer(agent, answer, clock))
    if (refusal) throw refusal
  }
}

async function checkShapes(schemas: AnswerSchemas, answers: readonly Answer[]): Promise<void> {
  const all = await schemas.misfits(
    answers.map(({ interrupt, payload }) => ({ schema: interrupt.responseSchema, answer: payload })),
  )
  for (const [n, { index }] of answers.entries()) {
    const place = `resume.${index}.payload`
    const issues = (all[n] ?? []).map(({ path, message }) => ({
      path: path === '' ? place : `${place}.${path}`,
      message,
    }))
    // The most exact one: the library lists the outer values first.
    const worst = issues.at(-1)
    if (worst) throw new ProblemError('invalid', `Correct “${worst.path}” in the body: ${worst.message}`, { issues })
  }
}

/** What is approved must be what was shown. */
function checkArguments({ interrupt: { metadata }, payload }: Answer): void {
  const asked = metadata?.argumentsHash
  const approved = (payload as { readonly argumentsHash?: unknown } | null | undefined)?.argumentsHash
  if (typeof asked !== 'string' || approved === undefined || approved === asked) return
  const detail = 'These are not the arguments that the question shows. Get the snapshot, look at them again and answer.'
  throw new ProblemError('arguments_changed', detail)
}
