/** Rooms: list, create, read. */

import type { List, RoomInfo } from '@holdfast/core'
import { createRoute } from '@hono/zod-openapi'
import type { Room } from '../../store/port.ts'
import { may } from '../authorise.ts'
import type { Api, Parts } from '../env.ts'
import { notFound, ProblemError } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { CreateRoom, json, ListQuery, RoomParams } from '../schemas.ts'

const DEFAULT_LIMIT = 50

export function rooms(api: Api, { store, agents, mintId }: Pick<Parts, 'store' | 'agents' | 'mintId'>): void {
  api.openapi(
    createRoute({
      method: 'get',
      path: '/v1/rooms',
      middleware: may('rooms.list'),
      request: { query: ListQuery },
      responses: { 200: { description: 'A page of rooms.' } },
    }),
    async (c) => {
      const { limit = DEFAULT_LIMIT, before } = c.req.valid('query')
      const page = await store.rooms.list(c.var.principal, { limit, ...(before === undefined ? {} : { before }) })
      if (page.type === 'invalid_cursor') {
        throw new ProblemError('invalid_cursor', 'No page gave this `before`: begin again without it.')
      }
      const { items, next } = page
      return reply<List<RoomInfo>>({ items: items.map(infoOf), ...(next === undefined ? {} : { next }) })
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
      if (!agents.get(agentId)) {
        throw new ProblemError('unknown_agent', `There is no agent “${agentId}”: GET /v1/agents lists them.`)
      }
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
