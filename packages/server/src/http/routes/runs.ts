/** Runs: of a thread, one of them, and those of everything the person may see. */

import type { List, Run, RunInThread } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { may } from '../may.ts'
import { absent } from '../problem-error.ts'
import { keyIn, reply } from '../reply.ts'
import { RunParams, ThreadParams, TimelineQuery } from '../schemas.ts'

export function runs(api: Api, { store, limits }: Pick<Parts, 'store' | 'limits'>): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs',
      middleware: may('runs.read'),
      request: { params: ThreadParams },
      responses: { 200: { description: 'The runs, in the order of their acceptance.' } },
    }),
    async (c) => {
      const answer = await store.runs.list(c.var.principal, c.req.valid('param'))
      if (answer.type !== 'runs') throw absent(answer)
      return reply<List<Run>>({ items: answer.items })
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs/{runId}',
      middleware: may('runs.read'),
      request: { params: RunParams },
      responses: { 200: { description: 'The run.' } },
    }),
    async (c) => {
      const params = c.req.valid('param')
      const answer = await store.runs.get(c.var.principal, keyIn(params), params.runId)
      if (answer.type !== 'run') throw absent(answer)
      return reply<Run>(answer.run)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/runs',
      middleware: may('runs.list'),
      request: { query: TimelineQuery },
      responses: { 200: { description: 'A page of runs of all threads, newest acceptance first.' } },
    }),
    async (c) => {
      const query = c.req.valid('query')
      const { since, until } = query
      const times = { ...(since !== undefined && { since }), ...(until !== undefined && { until }) }
      const answer = await store.runs.timeline(c.var.principal, { ...pageRequest(query, limits), ...times })
      if (answer.type === 'invalid_cursor') throw foreignBefore()
      return reply<List<RunInThread>>(listOf(answer))
    },
  )
}
