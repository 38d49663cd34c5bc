/** Read marks of the person who asks: of a thread, of a room, of everything. */

import type { RoomActivity, ThreadInfo } from '@holdfast/core'
import { ActivityShape, ThreadShape } from '../answers.ts'
import { threadInfo } from '../chosen-agent.ts'
import type { Api, Parts } from '../env.ts'
import { answer, operation } from '../operation.ts'
import { absent } from '../problem-error.ts'
import { keyIn, nothing, reply } from '../reply.ts'
import { json, Nothing, Read, RoomParams, ThreadParams } from '../schemas.ts'

export function marks(api: Api, { store, agents }: Pick<Parts, 'store' | 'agents'>): void {
  api.openapi(
    operation({
      method: 'put',
      path: '/v1/rooms/{roomId}/threads/{threadId}/read',
      operationId: 'readThread',
      summary: 'Move the read mark of a thread',
      problems: ['not_found', 'deleted'],
      request: { params: ThreadParams, body: { ...json(Read), required: true } },
      responses: { 200: answer('The thread as it is now for this person.', ThreadShape) },
    }),
    async (c) => {
      const answer = await store.marks.read(c.var.principal, keyIn(c.req.valid('param')), c.req.valid('json').seq)
      if (answer.type !== 'thread') throw absent(answer)
      return reply<ThreadInfo>(threadInfo(agents, answer.thread))
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms/{roomId}/threads/{threadId}/unread',
      operationId: 'markThreadUnread',
      summary: 'Mark a thread as unread',
      problems: ['not_found', 'deleted'],
      request: { params: ThreadParams, body: json(Nothing) },
      responses: { 200: answer('The thread as it is now for this person.', ThreadShape) },
    }),
    async (c) => {
      const answer = await store.marks.unread(c.var.principal, keyIn(c.req.valid('param')))
      if (answer.type !== 'thread') throw absent(answer)
      return reply<ThreadInfo>(threadInfo(agents, answer.thread))
    },
  )

  api.openapi(
    operation({
      method: 'put',
      path: '/v1/rooms/{roomId}/read',
      operationId: 'readRoom',
      summary: 'Mark every thread of a room as read',
      problems: ['not_found', 'deleted'],
      request: { params: RoomParams, body: json(Nothing) },
      responses: { 200: answer('What goes on in the room; nothing in it is unread.', ActivityShape) },
    }),
    async (c) => {
      const answer = await store.marks.readRoom(c.var.principal, c.req.valid('param').roomId)
      if (answer.type !== 'activity') throw absent(answer)
      return reply<RoomActivity>(answer.activity)
    },
  )

  api.openapi(
    operation({
      method: 'put',
      path: '/v1/read',
      operationId: 'readEverything',
      summary: 'Mark every thread of every room as read',
      problems: [],
      request: { body: json(Nothing) },
      responses: { 204: { description: 'Nothing is unread for this person.' } },
    }),
    async (c) => {
      await store.marks.readAll(c.var.principal)
      return nothing()
    },
  )
}
