/** Starting a run: the durable accept. The engine learns of the run from the store, never from here. */

import type { ResumeEntry } from '@ag-ui/core'
import type { StartAccepted, ThreadKey } from '@holdfast/core'
import type { z } from '@hono/zod-openapi'
import { type AgentCatalogue, afterCrashOf } from '../../agents/port.ts'
import type { Principal } from '../../store/principal.ts'
import type { StartRequest } from '../../store/run-record.ts'
import { refusalOf } from '../agent-check.ts'
import { checkAnswers } from '../answer-check.ts'
import { createAnswerSchemas } from '../answer-schema.ts'
import { StartedShape } from '../answers.ts'
import { chosenAgent } from '../chosen-agent.ts'
import type { Api, Parts } from '../env.ts'
import { knownAgent } from '../known-agent.ts'
import { answer, operation } from '../operation.ts'
import { absent, messageIdReused, ProblemError, STORE_LOST } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { json, Start, ThreadParams } from '../schemas.ts'

type StartParts = Pick<Parts, 'store' | 'agents' | 'clock' | 'phase'>

export function start(api: Api, { store, agents, clock, phase }: StartParts): void {
  const answerSchemas = createAnswerSchemas()

  /** The open questions that the start answers, if it answers any. */
  async function questionsFor(principal: Principal, key: ThreadKey, resume: readonly ResumeEntry[]) {
    if (resume.length === 0) return []
    const ids = resume.map(({ interruptId }) => interruptId)
    const found = await store.runs.questions(principal, key, ids)
    return found.type === 'questions' ? found.questions : []
  }

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs',
      operationId: 'startRun',
      summary: 'Start a run; safe to retry',
      problems: [
        'not_found',
        'deleted',
        'run_id_reused',
        'message_id_reused',
        'run_active',
        'needs_answer',
        'interrupt_closed',
        'interrupt_answered',
        'interrupt_expired',
        'arguments_changed',
        'unknown_agent',
        'unknown_parent',
        'nothing_to_answer',
        'not_supported',
        'queue_full',
      ],
      request: { params: ThreadParams, body: { ...json(Start), required: true } },
      responses: { 202: answer('Accepted durably. A retry returns the same run.', StartedShape) },
    }),
    async (c) => {
      if (phase() === 'draining') {
        const detail = 'The server is stopping and starts nothing new. Send it again in a moment.'
        throw new ProblemError('draining', detail, {}, { 'Retry-After': '5' })
      }
      if (phase() === 'lost') throw new ProblemError('storage_lost', STORE_LOST, {}, { 'Retry-After': '5' })
      const key = c.req.valid('param')
      const body = c.req.valid('json')
      const answered = answeredIn(body)
      const asked = { runId: body.runId, ...(answered !== undefined && { answered }) }
      const who = await store.runs.whoAnswers(c.var.principal, key, asked)
      if (who.type !== 'agents') throw absent(who)
      const questions = who.accepted === undefined ? await questionsFor(c.var.principal, key, body.resume) : []
      // An answer goes to the agent that asked, whichever one the thread has chosen since.
      const agentId = body.agentId ?? who.accepted ?? chosenAgent(agents, [questions[0]?.agentId, ...who.candidates])
      const request = requestOf(body, agentId)
      // An accepted run stays accepted, even if its agent is no longer set up.
      if (who.accepted === undefined) {
        await refuseByAgent(agents, request, clock)
        await checkAnswers({ agents, clock, answerSchemas }, body.resume, questions)
      }
      const afterCrash = afterCrashOf(agents.get(agentId), request)
      const answer = await store.runs.start(c.var.principal, key, request, afterCrash)
      switch (answer.type) {
        case 'accepted':
        case 'same':
          return reply<StartAccepted>({ run: answer.run }, 202)
        case 'run_id_reused':
          throw new ProblemError('run_id_reused', 'This runId was used for another request. Mint a new one.')
        case 'message_id_reused':
          throw messageIdReused(answer)
        case 'run_active': {
          const detail = 'A run is live in this thread. Wait for it to end, stop it, or queue this message.'
          throw new ProblemError('run_active', detail, { runId: answer.runId })
        }
        case 'needs_answer': {
          const { interruptIds } = answer
          const detail = 'This thread waits for answers. Answer all its questions, or queue this message.'
          throw new ProblemError('needs_answer', detail, { interruptIds })
        }
        case 'interrupt_closed':
          throw new ProblemError('interrupt_closed', 'This thread never asked this question. Get the snapshot.')
        case 'interrupt_answered':
          throw new ProblemError('interrupt_answered', 'This question was already answered, or withdrawn by a stop.')
        case 'interrupt_expired':
          throw new ProblemError('interrupt_expired', 'This question has expired. Ask again.')
        case 'queue_full':
          throw new ProblemError('queue_full', 'Too many runs are queued in this thread. Let some of them end first.')
        case 'unknown_parent':
          throw new ProblemError(
            'unknown_parent',
            'The thread has no message with this parentId. Name one that it has.',
          )
        case 'nothing_to_answer':
          throw new ProblemError('nothing_to_answer', 'There is no message to answer. Send one in `messages`.')
        case 'not_found':
        case 'deleted':
          throw absent(answer)
      }
    },
  )
}

type StartInput = z.infer<typeof Start>

async function refuseByAgent(
  agents: AgentCatalogue,
  { agentId, forwardedProps }: StartRequest,
  clock: Parts['clock'],
): Promise<void> {
  const refusal = await refusalOf(knownAgent(agents, agentId), forwardedProps, clock)
  if (refusal) throw refusal
}

/** The message that a start without new messages answers. */
function answeredIn({ messages, parentId }: StartInput): string | undefined {
  return messages.length === 0 ? (parentId ?? undefined) : undefined
}

/** The request after parsing and defaults. A start is a retry exactly if this is deeply equal. */
function requestOf(body: StartInput, agentId: string): StartRequest {
  const { runId, messages, parentId, onBusy, tools, context, state, resume, forwardedProps } = body
  return {
    runId,
    messages,
    ...(parentId === undefined ? {} : { parentId }),
    agentId,
    ...(body.agentId === undefined && { agentFrom: 'room' as const }),
    onBusy,
    tools,
    context,
    ...(state === undefined ? {} : { state }),
    ...(resume.length === 0 ? {} : { resume }),
    ...(forwardedProps === undefined ? {} : { forwardedProps }),
  }
}
