/** Threads: list and search, create, snapshot, change, delete. */

import { type List, snapshotOf, type ThreadInfo, type ThreadSnapshot } from '@holdfast/core'
import { SnapshotShape, ThreadShape, ThreadsShape } from '../answers.ts'
import { threadInfo } from '../chosen-agent.ts'
import { deleted } from '../deleted.ts'
import type { Api, Parts } from '../env.ts'
import { jsonPieces } from '../json-pieces.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { answer, operation } from '../operation.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { reply, replyText } from '../reply.ts'
import { ChangeThread, CreateThread, DeleteQuery, json, RoomParams, ThreadListQuery, ThreadParams } from '../schemas.ts'

export function threads(
  api: Api,
  { store, agents, mintId, limits, heavy }: Pick<Parts, 'store' | 'agents' | 'mintId' | 'limits' | 'heavy'>,
): void {
  const infoOf = (thread: ThreadInfo) => threadInfo(agents, thread)
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads',
      operationId: 'listThreads',
      summary: 'Threads, newest activity first; also the search',
      problems: ['invalid', 'invalid_cursor', 'not_found', 'deleted'],
      request: { params: RoomParams, query: ThreadListQuery },
      responses: { 200: answer('A page of threads, newest activity first.', ThreadsShape) },
    }),
    async (c) => {
      const { q } = c.req.valid('query')
      const page = { ...pageRequest(c.req.valid('query'), limits), ...(q?.trim() && { q }) }
      return heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const answer = await store.threads.list(c.var.principal, c.req.valid('param').roomId, page)
        if (answer.type === 'invalid_cursor') throw foreignBefore()
        if (answer.type !== 'page') throw absent(answer)
        return reply<List<ThreadInfo>>(listOf({ ...answer, items: answer.items.map(infoOf) }))
      })
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads',
      operationId: 'createThread',
      summary: 'Create a thread; safe to retry',
      problems: ['not_found', 'deleted', 'thread_conflict'],
      request: { params: RoomParams, body: { ...json(CreateThread), required: true } },
      responses: { 201: answer('Created.', ThreadShape), 200: answer('It was there already, the same.', ThreadShape) },
    }),
    async (c) => {
      const { roomId } = c.req.valid('param')
      const { threadId = mintId(), title } = c.req.valid('json')
      const answer = await store.threads.create(c.var.principal, { roomId, threadId }, title)
      if (answer.type === 'conflict') {
        throw new ProblemError('thread_conflict', `Thread “${threadId}” already exists. Choose another id.`)
      }
      if (answer.type === 'not_found' || answer.type === 'deleted') {
        throw absent(answer)
      }
      return reply<ThreadInfo>(infoOf(answer.thread), answer.type === 'created' ? 201 : 200)
    },
  )

  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}',
      operationId: 'getThread',
      summary: 'A snapshot that the log continues',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: ThreadParams },
      responses: { 200: answer('The thread as it is now. Its log continues after `seq`.', SnapshotShape) },
    }),
    async (c) => {
      return heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const answer = await store.threads.snapshot(c.var.principal, c.req.valid('param'))
        if (answer.type !== 'snapshot') throw absent(answer)
        const snapshot: ThreadSnapshot = snapshotOf(infoOf(answer.thread), answer.view)
        return replyText(await heavy.bytesOf(jsonPieces(snapshot)))
      })
    },
  )

  api.openapi(
    operation({
      method: 'patch',
      path: '/v1/rooms/{roomId}/threads/{threadId}',
      operationId: 'changeThread',
      summary: 'Rename, mute or archive a thread',
      problems: ['not_found', 'deleted'],
      request: { params: ThreadParams, body: { ...json(ChangeThread), required: true } },
      responses: { 200: answer('The thread as it is now.', ThreadShape) },
    }),
    async (c) => {
      const { title, mutedUntil, archived } = c.req.valid('json')
      const change = {
        ...(title !== undefined && { title }),
        ...(mutedUntil !== undefined && { mutedUntil }),
        ...(archived !== undefined && { archived }),
      }
      const answer = await store.threads.change(c.var.principal, c.req.valid('param'), change)
      if (answer.type !== 'thread') throw absent(answer)
      return reply<ThreadInfo>(infoOf(answer.thread))
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: '/v1/rooms/{roomId}/threads/{threadId}',
      operationId: 'deleteThread',
      summary: 'Delete a thread',
      problems: ['not_found', 'deleted', 'run_active'],
      request: { params: ThreadParams, query: DeleteQuery },
      responses: { 204: { description: 'It is gone, even if it was gone before.' } },
    }),
    async (c) => deleted(await store.threads.delete(c.var.principal, c.req.valid('param'), c.req.valid('query').force)),
  )
}
