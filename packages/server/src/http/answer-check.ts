/**
 * Checks a person's answers to open questions before the start that brings them: their shape, the arguments that they
 * approve, and the asking agent's own rules. A refused answer leaves its question open. Whether a question is still
 * open is decided by the store, in the transaction of the start.
 */
import type { Interrupt, ResumeEntry } from '@ag-ui/core'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Question } from '../store/port.ts'
import { refusalOfAnswer } from './agent-check.ts'
import type { AnswerSchemas } from './answer-schema.ts'
import type { Parts } from './env.ts'
import { ProblemError } from './problem-error.ts'

export interface AnswerCheckParts extends Pick<Parts, 'agents' | 'clock'> {
  readonly answerSchemas: AnswerSchemas
}

/** @throws ProblemError for the first answer that cannot be used */
export async function checkAnswers(
  parts: AnswerCheckParts,
  resume: readonly ResumeEntry[],
  questions: readonly Question[],
): Promise<void> {
  for (const [index, { interruptId, status, payload }] of resume.entries()) {
    const question = questions.find(({ interrupt }) => interrupt.id === interruptId)
    // An answer that withdraws its question has no payload to check.
    if (!question || status !== 'resolved') continue
    await checkShape(parts, question.interrupt, payload, index)
    checkArguments(question.interrupt, payload)
    await checkWithAgent(parts, question, payload)
  }
}

async function checkShape(
  { answerSchemas }: AnswerCheckParts,
  { responseSchema }: Interrupt,
  payload: unknown,
  index: number,
): Promise<void> {
  const misfits = await answerSchemas.misfits(responseSchema, payload)
  if (misfits.length === 0) return
  const issues = misfits.map(({ path, message }) => ({
    path: `resume.${index}.payload${path === '' ? '' : `.${path}`}`,
    message,
  }))
  // The most exact one: the library lists the outer values first.
  const worst = issues.at(-1)
  throw new ProblemError('invalid', `Correct “${worst?.path}” in the body: ${worst?.message}`, { issues })
}

/** What is approved must be what was shown. */
function checkArguments({ metadata }: Interrupt, payload: unknown): void {
  const asked = metadata?.argumentsHash
  const approved = (payload as { readonly argumentsHash?: unknown } | null | undefined)?.argumentsHash
  if (typeof asked !== 'string' || approved === undefined || approved === asked) return
  const detail = 'These are not the arguments that the question shows. Get the snapshot, look at them again and answer.'
  throw new ProblemError('arguments_changed', detail)
}

async function checkWithAgent(
  { agents, clock }: { readonly agents: AgentCatalogue } & Pick<AnswerCheckParts, 'clock'>,
  { interrupt, agentId }: Question,
  payload: unknown,
): Promise<void> {
  const agent = agents.get(agentId)
  const refusal = agent && (await refusalOfAnswer(agent, { interrupt, payload }, clock))
  if (refusal) throw refusal
}
