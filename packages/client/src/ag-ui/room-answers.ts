/** What a page without a server answers about agents and rooms. */
import { DEFAULT_ROOM_ID } from '@holdfast/core'
import type { Answers } from './answers.ts'
import { tell } from './commit.ts'
import { roomOf } from './facts.ts'
import { roomInfo } from './lists.ts'
import type { RoomRow } from './port.ts'
import { refusal } from './refusal.ts'
import { isBusy, removeThread } from './removal.ts'
import { defaultAgentId, liveRooms, liveThreads, read, type World, write } from './world.ts'

type RoomAnswers = Pick<Answers, 'agents' | 'rooms' | 'createRoom' | 'changeRoom' | 'deleteRoom'>

export function createRoomAnswers(world: World): Required<RoomAnswers> {
  return {
    async agents() {
      const agents = await world.agents()
      return {
        items: agents.map(({ agentId, title = agentId, description }) => ({
          agentId,
          title,
          ...(description !== undefined && { description }),
        })),
      }
    },
    async rooms() {
      const agentId = await defaultAgentId(world)
      return { items: (await read(world, liveRooms)).map((room) => roomInfo(room, agentId)) }
    },
    async createRoom({ roomId = world.mintId(), title, agentId }) {
      const usual = await defaultAgentId(world)
      return write(world, undefined, async (at, now) => {
        const held = await at.get('rooms', [roomId])
        if (held?.deleted) throw refusal('deleted')
        if (held && held.title !== title) throw refusal('room_conflict')
        const room = held ?? { roomId, title, ...(agentId !== undefined && { agentId }), createdAt: now }
        if (!held) {
          at.put('rooms', room)
          await tell(at, [roomChanged(room, now)])
        }
        return roomInfo(room, usual)
      })
    },
    async changeRoom(roomId, { title, agentId }) {
      const usual = await defaultAgentId(world)
      return write(world, undefined, async (at, now) => {
        const held = await roomOf(at, roomId)
        const room = { ...held, ...(title !== undefined && { title }), ...(agentId !== undefined && { agentId }) }
        at.put('rooms', room)
        await tell(at, [roomChanged(room, now)])
        return roomInfo(room, usual)
      })
    },
    deleteRoom: (roomId, { force = false } = {}) =>
      write(world, undefined, async (at, now) => {
        if (roomId === DEFAULT_ROOM_ID) throw refusal('default_room')
        const room = await at.get('rooms', [roomId])
        if (!room) throw refusal('not_found')
        if (room.deleted) return
        const rows = await liveThreads(at, [roomId])
        const busy = rows.find((row) => isBusy(row))
        if (busy && !force) throw refusal('run_active', busy.liveRunId === undefined ? {} : { runId: busy.liveRunId })
        for (const row of rows) await removeThread(at, now, row)
        at.put('rooms', { ...room, title: '', deleted: true })
        await tell(at, [{ roomId, at: new Date(now).toISOString(), type: 'RoomDeleted' }])
      }),
  }
}

function roomChanged({ roomId, title, agentId }: RoomRow, now: number) {
  const at = new Date(now).toISOString()
  return { roomId, at, type: 'RoomChanged', title, ...(agentId !== undefined && { agentId }) } as const
}
