/** Rooms: list, create, read, change, delete. */

import { DEFAULT_ROOM_ID, type List, type RoomInfo } from '@holdfast/core'
import type { SeenRoom } from '../../store/port.ts'
import { RoomShape, RoomsShape } from '../answers.ts'
import { roomInfo } from '../chosen-agent.ts'
import { deleted } from '../deleted.ts'
import type { Api, Parts } from '../env.ts'
import { knownAgent } from '../known-agent.ts'
import { foreignBefore, listOf, pageRequest } from '../list.ts'
import { answer, operation } from '../operation.ts'
import { absent, ProblemError } from '../problem-error.ts'
import { reply } from '../reply.ts'
import { ChangeRoom, CreateRoom, DeleteQuery, json, ListQuery, RoomParams } from '../schemas.ts'

export function rooms(
  api: Api,
  { store, agents, mintId, limits }: Pick<Parts, 'store' | 'agents' | 'mintId' | 'limits'>,
): void {
  const infoOf = (room: SeenRoom) => roomInfo(agents, room)
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms',
      operationId: 'listRooms',
      summary: 'Rooms, in the order of their creation',
      problems: ['invalid', 'invalid_cursor', 'not_found'],
      request: { query: ListQuery },
      responses: { 200: answer('A page of rooms.', RoomsShape) },
    }),
    async (c) => {
      const answer = await store.rooms.list(c.var.principal, pageRequest(c.req.valid('query'), limits))
      if (answer.type === 'invalid_cursor') throw foreignBefore()
      return reply<List<RoomInfo>>(listOf({ ...answer, items: answer.items.map(infoOf) }))
    },
  )

  api.openapi(
    operation({
      method: 'post',
      path: '/v1/rooms',
      operationId: 'createRoom',
      summary: 'Create a room; safe to retry',
      problems: ['not_found', 'unknown_agent', 'room_conflict', 'deleted'],
      request: { body: { ...json(CreateRoom), required: true } },
      responses: { 201: answer('Created.', RoomShape), 200: answer('It was there already, the same.', RoomShape) },
    }),
    async (c) => {
      const { roomId = mintId(), title, agentId } = c.req.valid('json')
      if (agentId !== undefined) knownAgent(agents, agentId)
      const room = { roomId, title, ...(agentId !== undefined && { agentId }) }
      const answer = await store.rooms.create(c.var.principal, room, agents.defaultId)
      if (answer.type === 'deleted') throw absent(answer)
      if (answer.type === 'conflict') {
        throw new ProblemError('room_conflict', `Room “${roomId}” already exists. Choose another id.`)
      }
      return reply<RoomInfo>(infoOf(answer.room), answer.type === 'created' ? 201 : 200)
    },
  )

  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}',
      operationId: 'getRoom',
      summary: 'A room',
      problems: ['invalid', 'not_found', 'deleted'],
      request: { params: RoomParams },
      responses: { 200: answer('The room.', RoomShape) },
    }),
    async (c) => {
      const answer = await store.rooms.get(c.var.principal, c.req.valid('param').roomId)
      if (answer.type !== 'room') throw absent(answer)
      return reply<RoomInfo>(infoOf(answer.room))
    },
  )

  api.openapi(
    operation({
      method: 'patch',
      path: '/v1/rooms/{roomId}',
      operationId: 'changeRoom',
      summary: 'Rename or mute a room, or choose its agent',
      problems: ['not_found', 'deleted', 'unknown_agent'],
      request: { params: RoomParams, body: { ...json(ChangeRoom), required: true } },
      responses: { 200: answer('The room as it is now.', RoomShape) },
    }),
    async (c) => {
      const { title, agentId, mutedUntil } = c.req.valid('json')
      if (agentId !== undefined) knownAgent(agents, agentId)
      const change = {
        ...(title !== undefined && { title }),
        ...(agentId !== undefined && { agentId }),
        ...(mutedUntil !== undefined && { mutedUntil }),
      }
      const answer = await store.rooms.change(c.var.principal, c.req.valid('param').roomId, change)
      if (answer.type !== 'room') throw absent(answer)
      return reply<RoomInfo>(infoOf(answer.room))
    },
  )

  api.openapi(
    operation({
      method: 'delete',
      path: '/v1/rooms/{roomId}',
      operationId: 'deleteRoom',
      summary: 'Delete a room with all its threads',
      problems: ['not_found', 'run_active', 'default_room'],
      request: { params: RoomParams, query: DeleteQuery },
      responses: { 204: { description: 'It is gone with all its threads, even if it was gone before.' } },
    }),
    async (c) => {
      const { roomId } = c.req.valid('param')
      const found = await store.rooms.get(c.var.principal, roomId)
      if (found.type === 'room' && roomId === DEFAULT_ROOM_ID) {
        throw new ProblemError('default_room', 'The default room cannot be deleted. Delete its threads instead.')
      }
      return deleted(await store.rooms.delete(c.var.principal, roomId, c.req.valid('query').force))
    },
  )
}
