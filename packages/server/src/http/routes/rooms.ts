/** Rooms: list, create, read, change, delete. */

import { DEFAULT_ROOM_ID, type List, type RoomInfo } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Room } from '../../store/port.ts'
import { deleted } from '../deleted.ts'
import type { Api, Parts } from '../env.ts'
import { knownAgent } from '../known-agent.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { may } from '../may.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { ChangeRoom, CreateRoom, DeleteQuery, json, ListQuery, RoomParams } from '../schemas.ts'

export function rooms(
  api: Api,
  { store, agents, mintId, limits }: Pick<Parts, 'store' | 'agents' | 'mintId' | 'limits'>,
): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms',
      middleware: may('rooms.list'),
      request: { query: ListQuery },
      responses: { 200: { description: 'A page of rooms.' } },
    }),
    async (c) => {
      const answer = await store.rooms.list(c.var.principal, pageRequest(c.req.valid('query'), limits))
      if (answer.type === 'invalid_cursor') throw foreignBefore()
      return reply<List<RoomInfo>>(listOf({ ...answer, items: answer.items.map(infoOf) }))
    },
  )

  api.openapi(
    createRoute({
      method: 'post',
      path: '/v1/rooms',
      middleware: may('rooms.create'),
      request: { body: { ...json(CreateRoom), required: true } },
      responses: { 201: { description: 'Created.' }, 200: { description: 'It was there already, the same.' } },
    }),
    async (c) => {
      const { roomId = mintId(), title, agentId = agents.defaultId } = c.req.valid('json')
      knownAgent(agents, agentId)
      const answer = await store.rooms.create(c.var.principal, { roomId, title, agentId })
      if (answer.type === 'deleted') throw absent(answer)
      if (answer.type === 'conflict') {
        throw new ProblemError('room_conflict', `Room “${roomId}” exists and is another: choose another id.`)
      }
      return reply<RoomInfo>(infoOf(answer.room), answer.type === 'created' ? 201 : 200)
    },
  )

  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms/{roomId}',
      middleware: may('rooms.read'),
      request: { params: RoomParams },
      responses: { 200: { description: 'The room.' } },
    }),
    async (c) => {
      const answer = await store.rooms.get(c.var.principal, c.req.valid('param').roomId)
      if (answer.type !== 'room') throw absent(answer)
      return reply<RoomInfo>(infoOf(answer.room))
    },
  )

  api.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/rooms/{roomId}',
      middleware: may('rooms.change'),
      request: { params: RoomParams, body: { ...json(ChangeRoom), required: true } },
      responses: { 200: { description: 'The room as it is now.' } },
    }),
    async (c) => {
      const { title, agentId } = c.req.valid('json')
      if (agentId !== undefined) knownAgent(agents, agentId)
      const change = { ...(title !== undefined && { title }), ...(agentId !== undefined && { agentId }) }
      const answer = await store.rooms.change(c.var.principal, c.req.valid('param').roomId, change)
      if (answer.type !== 'room') throw absent(answer)
      return reply<RoomInfo>(infoOf(answer.room))
    },
  )

  api.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/rooms/{roomId}',
      middleware: may('rooms.delete'),
      request: { params: RoomParams, query: DeleteQuery },
      responses: { 204: { description: 'It is gone, with all its threads; also when it was gone before.' } },
    }),
    async (c) => {
      const { roomId } = c.req.valid('param')
      const found = await store.rooms.get(c.var.principal, roomId)
      if (found.type === 'room' && roomId === DEFAULT_ROOM_ID) {
        throw new ProblemError('default_room', 'The default room stays: delete its threads instead.')
      }
      return deleted(await store.rooms.delete(c.var.principal, roomId, c.req.valid('query').force))
    },
  )
}

function infoOf({ roomId, title, agentId }: Room): RoomInfo {
  return { roomId, title, agentId }
}
