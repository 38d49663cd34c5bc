/** Threads: list, create, snapshot. */

import { type List, snapshotOf, type ThreadInfo, type ThreadSnapshot } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Api, Parts } from '../env.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { may } from '../may.ts'
import { notFound, ProblemError } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { CreateThread, json, ListQuery, RoomParams, ThreadParams } from '../schemas.ts'

export function threads(api: Api, { store, mintId, limits }: Pick<Parts, 'store' | 'mintId' | 'limits'>): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads',
      middleware: may('threads.list'),
      request: { params: RoomParams, query: ListQuery },
      responses: { 200: { description: 'A page of threads, newest activity first.' } },
    }),
    async (c) => {
      if (c.req.query('q') !== undefined) {
        throw new ProblemError('not_supported', 'Searching is not built yet: leave out `q`.')
      }
      const page = pageRequest(c.req.valid('query'), limits)
      const answer = await store.threads.list(c.var.principal, c.req.valid('param').roomId, page)
      if (answer.type === 'not_found') throw notFound()
      if (answer.type === 'invalid_cursor') throw foreignBefore()
      return reply<List<ThreadInfo>>(listOf(answer))
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads',
      middleware: may('threads.create'),
      request: { params: RoomParams, body: { ...json(CreateThread), required: true } },
      responses: { 201: { description: 'Created.' }, 200: { description: 'It was there already, the same.' } },
    }),
    async (c) => {
      const { roomId } = c.req.valid('param')
      const { threadId = mintId(), title } = c.req.valid('json')
      const answer = await store.threads.create(c.var.principal, { roomId, threadId }, title)
      if (answer.type === 'not_found') throw notFound(`There is no room “${roomId}”.`)
      if (answer.type === 'conflict') {
        throw new ProblemError('thread_conflict', `Thread “${threadId}” exists and is another: choose another id.`)
      }
      return reply<ThreadInfo>(answer.thread, answer.type === 'created' ? 201 : 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}',
      middleware: may('threads.read'),
      request: { params: ThreadParams },
      responses: { 200: { description: 'The thread as it is now; its log goes on after `seq`.' } },
    }),
    async (c) => {
      const answer = await store.threads.snapshot(c.var.principal, c.req.valid('param'))
      if (answer.type === 'not_found') throw notFound()
      return reply<ThreadSnapshot>(snapshotOf(answer.thread, answer.view))
    },
  )
}
