/** Rooms: list, create, read. */

import type { List, RoomInfo } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Room } from '../../store/port.ts'
import type { Api, Parts } from '../env.ts'
import { knownAgent } from '../known-agent.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { may } from '../may.ts'
import { notFound, ProblemError } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { CreateRoom, json, ListQuery, RoomParams } from '../schemas.ts'

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
      if (answer.type === 'not_found') throw notFound()
      return reply<RoomInfo>(infoOf(answer.room))
    },
  )
}

function infoOf({ roomId, title, agentId }: Room): RoomInfo {
  return { roomId, title, agentId }
}
