/** Contract: rooms. */
import { expect, it } from 'vitest'
import { ALICE, BOB, EVE, EVES_ROOM, type InWorld, OTHER_ROOM, ROOM } from './world.ts'

export function roomsContract(inWorld: InWorld): void {
  it(
    'a retried creation is answered with the same room, and different content under its id with a conflict',
    inWorld(async ({ store }) => {
      const room = { roomId: 'new', title: 'New', agentId: 'demo' }
      expect(await store.rooms.create(ALICE, room)).toEqual({ type: 'created', room })
      expect(await store.rooms.create(BOB, room)).toEqual({ type: 'same', room })
      expect(await store.rooms.create(ALICE, { ...room, title: 'Other' })).toEqual({ type: 'conflict' })
      expect(await store.rooms.create(ALICE, { ...room, agentId: 'other' })).toEqual({ type: 'conflict' })
      expect(await store.rooms.get(ALICE, 'new')).toEqual({ type: 'room', room })
    }),
  )

  it(
    'a room is visible to its tenant and to nobody else (G8)',
    inWorld(async ({ store }) => {
      expect(await store.rooms.get(BOB, ROOM.roomId)).toEqual({ type: 'room', room: ROOM })
      expect(await store.rooms.get(EVE, ROOM.roomId)).toEqual({ type: 'not_found' })
      expect(await store.rooms.get(ALICE, 'no-such-room')).toEqual({ type: 'not_found' })
      expect(await store.rooms.list(EVE, { limit: 10 })).toEqual({ type: 'page', items: [EVES_ROOM] })
    }),
  )

  it(
    'rooms are listed in the order of their creation, page by page, each once',
    inWorld(async ({ store, advance }) => {
      const created = [ROOM, OTHER_ROOM]
      for (const roomId of ['e', 'd', 'c']) {
        advance(1)
        created.push({ roomId, title: roomId, agentId: 'demo' })
        await store.rooms.create(ALICE, { roomId, title: roomId, agentId: 'demo' })
      }
      const listed: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.rooms.list(BOB, { limit: 2, ...(before !== undefined && { before }) })
        if (page.type !== 'page') throw new Error(page.type)
        expect(page.items.length).toBeLessThanOrEqual(2)
        listed.push(...page.items.map((room) => room.roomId))
        expect(new Set(listed).size, 'each once').toBe(listed.length)
        before = page.next
        if (before === undefined) break
      }
      expect(listed).toEqual(created.map((room) => room.roomId))
    }),
  )

  it(
    'a cursor that no page returned is refused',
    inWorld(async ({ store }) => {
      const forged = ['threads/1/a', 'rooms/1/a/b', 'rooms/01/a', 'rooms/1e400/a', 'rooms/x/a', 'rooms/1/', 'rooms/1']
      const cursors = forged.map((text) => Buffer.from(text).toString('base64url'))
      for (const before of ['', 'x', '%%%', 'a'.repeat(5000), ...cursors, `${btoa('rooms/1/aa')}=`]) {
        expect(await store.rooms.list(ALICE, { limit: 2, before })).toEqual({ type: 'invalid_cursor' })
      }
    }),
  )
}
