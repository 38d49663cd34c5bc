/** The queue of a thread: read, reorder, pause, send now, and edit a queued run. */

import type { QueueInfo, Run } from '@holdfast/core'
import type { Absent, NotQueued } from '../../store/port.ts'
import { QueueShape, RunShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { absent, messageIdReused, ProblemError } from '../problem-error.ts'
import { keyIn, reply } from '../reply.ts'
import { ChangeQueue, EditRun, json, RunParams, ThreadParams } from '../schemas.ts'

const QUEUE = '/v1/rooms/{roomId}/threads/{threadId}/queue'

export function queue(api: Api, { store }: Pick<Parts, 'store'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: QUEUE,
      operationId: 'getQueue',
      summary: 'The queued runs of a thread',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: ThreadParams },
      responses: { 200: answer('The queued runs, in the order in which they will start.', QueueShape) },
    }),
    async (c) => {
      const answer = await store.runs.queue(c.var.principal, c.req.valid('param'))
      if (answer.type !== 'queue') throw refusal(answer)
      return reply<QueueInfo>(answer.queue)
    },
  )

  api.openapi(
    operation({
      method: 'patch',
      path: QUEUE,
      operationId: 'changeQueue',
      summary: 'Reorder, pause, resume, send now',
      problems: ['not_found', 'deleted', 'not_queued'],
      request: { params: ThreadParams, body: { ...json(ChangeQueue), required: true } },
      responses: { 200: answer('The queue as it is now.', QueueShape) },
    }),
    async (c) => {
      const { order, paused, supersede } = c.req.valid('json')
      const change = {
        ...(order !== undefined && { order }),
        ...(paused !== undefined && { paused }),
        ...(supersede !== undefined && { supersede }),
      }
      const answer = await store.runs.changeQueue(c.var.principal, c.req.valid('param'), change)
      if (answer.type !== 'queue') throw refusal(answer)
      return reply<QueueInfo>(answer.queue)
    },
  )

  api.openapi(
    operation({
      method: 'patch',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs/{runId}',
      operationId: 'editRun',
      summary: 'Other words for a run that waits',
      problems: ['not_found', 'deleted', 'not_queued', 'message_id_reused'],
      request: { params: RunParams, body: { ...json(EditRun), required: true } },
      responses: { 200: answer('The run, with other words.', RunShape) },
    }),
    async (c) => {
      const params = c.req.valid('param')
      const { messages } = c.req.valid('json')
      const answer = await store.runs.edit(c.var.principal, keyIn(params), params.runId, messages)
      if (answer.type === 'message_id_reused') throw messageIdReused(answer)
      if (answer.type !== 'run') throw refusal(answer)
      return reply<Run>(answer.run)
    },
  )
}

function refusal(answer: NotQueued | Absent): ProblemError {
  if (answer.type !== 'not_queued') return absent(answer)
  const { runId } = answer
  return new ProblemError('not_queued', `Run “${runId}” is not queued, or no longer queued. Get the queue again.`, {
    runId,
  })
}
