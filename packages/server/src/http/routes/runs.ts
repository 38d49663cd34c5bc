/** Runs: those of a thread, one of them, and those of everything the person may see. */

import type { List, Run, RunInThread } from '@holdfast/core'
import { RunShape, RunsShape, TimelineShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { answer, operation } from '../operation.ts'
import { absent } from '../problem-error.ts'
import { keyIn, reply } from '../reply.ts'
import { ListQuery, RunParams, ThreadParams, TimelineQuery } from '../schemas.ts'

export function runs(api: Api, { store, limits, heavy }: Pick<Parts, 'store' | 'limits' | 'heavy'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs',
      operationId: 'listRuns',
      summary: 'The runs of a thread',
      problems: ['invalid', 'invalid_cursor', 'not_found', 'deleted'],
      request: { params: ThreadParams, query: ListQuery },
      responses: { 200: answer('A page of the runs, in order of acceptance.', RunsShape) },
    }),
    async (c) => {
      const page = pageRequest(c.req.valid('query'), limits)
      return heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const answer = await store.runs.list(c.var.principal, c.req.valid('param'), page)
        if (answer.type === 'invalid_cursor') throw foreignBefore()
        if (answer.type !== 'page') throw absent(answer)
        return reply<List<Run>>(listOf(answer))
      })
    },
  )

  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs/{runId}',
      operationId: 'getRun',
      summary: 'A run',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: RunParams },
      responses: { 200: answer('The run.', RunShape) },
    }),
    async (c) => {
      const params = c.req.valid('param')
      const answer = await store.runs.get(c.var.principal, keyIn(params), params.runId)
      if (answer.type !== 'run') throw absent(answer)
      return reply<Run>(answer.run)
    },
  )

  api.openapi(
    operation({
      method: 'get',
      path: '/v1/runs',
      operationId: 'listAllRuns',
      summary: 'Runs of all threads, newest first',
      problems: ['invalid', 'invalid_cursor', 'not_found'],
      request: { query: TimelineQuery },
      responses: { 200: answer('A page of runs of all threads, newest acceptance first.', TimelineShape) },
    }),
    async (c) => {
      const query = c.req.valid('query')
      const { since, until } = query
      const times = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) }
      return heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const answer = await store.runs.timeline(c.var.principal, { ...pageRequest(query, limits), ...times })
        if (answer.type === 'invalid_cursor') throw foreignBefore()
        return reply<List<RunInThread>>(listOf(answer))
      })
    },
  )
}
