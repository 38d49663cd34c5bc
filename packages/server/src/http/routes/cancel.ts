/** Cancelling: a durable request, by run id (even before the run exists) or for whatever run is live in a thread. */

import type { CancelRequested, CancelTooLate } from '@holdfast/core'
import type { CancelAnswer } from '../../store/port.ts'
import { CancelRequestedShape, CancelTooLateShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { keyIn, reply } from '../reply.ts'
import { Cancel, json, RunParams, ThreadParams } from '../schemas.ts'

const responses = {
  202: answer('The request is durable.', CancelRequestedShape),
  200: answer('Too late, or nothing is live.', CancelTooLateShape),
} as const

export function cancel(api: Api, { store }: Pick<Parts, 'store'>): void {
  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs/{runId}/cancel',
      operationId: 'cancelRun',
      summary: 'Cancel a run, also before it exists',
      problems: ['not_found', 'deleted', 'too_many_cancels'],
      request: { params: RunParams, body: { ...json(Cancel), required: true } },
      responses,
    }),
    async (c) => {
      const params = c.req.valid('param')
      const { reason } = c.req.valid('json')
      return answerOf(await store.runs.cancelRun(c.var.principal, keyIn(params), params.runId, reason))
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads/{threadId}/cancel',
      operationId: 'cancelThread',
      summary: 'Cancel whatever is live in a thread',
      problems: ['not_found', 'deleted'],
      request: { params: ThreadParams, body: { ...json(Cancel), required: true } },
      responses,
    }),
    async (c) =>
      answerOf(await store.runs.cancelThread(c.var.principal, c.req.valid('param'), c.req.valid('json').reason)),
  )
}

function answerOf(answer: CancelAnswer): Response {
  switch (answer.type) {
    case 'requested':
      return reply<CancelRequested>(answer.run ? { run: answer.run } : {}, 202)
    case 'already_terminal':
      return reply<CancelTooLate>({ alreadyTerminal: true, status: answer.status })
    case 'too_many':
      throw new ProblemError(
        'too_many_cancels',
        'Too many cancels of runs that do not exist yet are pending in this room. Try again in a minute.',
        {},
        { 'Retry-After': '60' },
      )
    case 'not_found':
    case 'deleted':
      throw absent(answer)
  }
}
