/** Runs of a thread: all of them, one of them. */

import type { List, Run } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { may } from '../may.ts'
import { notFound } from '../problem-error.ts'
import { keyIn, reply } from '../reply.ts'
import { RunParams, ThreadParams } from '../schemas.ts'

export function runs(api: Api, { store }: Pick<Parts, 'store'>): void {
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
      if (answer.type === 'not_found') throw notFound()
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
      if (answer.type === 'not_found') throw notFound()
      return reply<Run>(answer.run)
    },
  )
}
