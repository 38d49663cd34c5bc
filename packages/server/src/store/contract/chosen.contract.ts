/** Contract: the agent that was chosen for a thread. */
import { expect, it } from 'vitest'
import { ALICE, asking, EVE, type InWorld, ROOM, SUCCEEDED, THREAD, type World } from './world.ts'

const OTHER_THREAD = { ...THREAD, threadId: 'thread-2' }
const UNNAMED = { agentFrom: 'room' } as const

const who = async ({ store }: World, key = THREAD, answered?: string) =>
  store.runs.whoAnswers(ALICE, key, { runId: 'new', ...(answered !== undefined && { answered }) })

async function lineOf({ store }: World, threadId: string) {
  const page = await store.threads.list(ALICE, ROOM.roomId, { limit: 10 })
  return page.type === 'page' ? page.items.find((thread) => thread.threadId === threadId)?.agentId : page.type
}

export function chosenContract(inWorld: InWorld): void {
  it(
    'a thread keeps the agent that a start named for it, also after a restart, and no other thread gets it',
    inWorld(async (world) => {
      await world.ended('r-1', SUCCEEDED, THREAD, UNNAMED)
      await world.ended('r-1', SUCCEEDED, OTHER_THREAD, { agentId: 'poet' })
      await world.ended('r-2', SUCCEEDED, OTHER_THREAD, { ...UNNAMED, agentId: 'poet' })
      await world.reopen()
      expect(await who(world)).toEqual({ type: 'agents', candidates: ['demo'] })
      expect(await who(world, OTHER_THREAD)).toEqual({ type: 'agents', candidates: ['poet', 'demo'] })
      expect([await lineOf(world, 'thread-1'), await lineOf(world, 'thread-2')]).toEqual(['demo', 'poet'])
      // A thread that has chosen no agent follows its room.
      await world.store.rooms.change(ALICE, ROOM.roomId, { agentId: 'critic' })
      expect([await lineOf(world, 'thread-1'), await lineOf(world, 'thread-2')]).toEqual(['critic', 'poet'])
      expect(await world.store.threads.snapshot(ALICE, OTHER_THREAD)).toMatchObject({ thread: { agentId: 'poet' } })
    }),
  )

  it(
    'the store knows which agent answered a message that is asked again, and which one wrote a message to continue',
    inWorld(async (world) => {
      await world.ended('r-1', SUCCEEDED, THREAD, { agentId: 'poet' })
      await world.ended('r-2', SUCCEEDED, THREAD, { agentId: 'critic' })
      expect(await who(world, THREAD, 'r-1-q')).toEqual({ type: 'agents', candidates: ['poet', 'critic', 'demo'] })
      expect(await who(world, THREAD, 'r-1-a')).toEqual({ type: 'agents', candidates: ['poet', 'critic', 'demo'] })
      expect(await who(world, THREAD, 'nothing')).toEqual({ type: 'agents', candidates: ['critic', 'demo'] })
    }),
  )

  it(
    'the store knows the agent of an accepted start, and tells nobody who may not see the thread',
    inWorld(async ({ store }) => {
      await store.runs.start(ALICE, THREAD, asking('r-1', { agentId: 'poet' }))
      const asked = { runId: 'r-1' }
      expect(await store.runs.whoAnswers(ALICE, THREAD, asked)).toMatchObject({ accepted: 'poet' })
      expect(await store.runs.whoAnswers(EVE, THREAD, asked)).toEqual({ type: 'not_found' })
      expect(await store.runs.whoAnswers(ALICE, { ...THREAD, roomId: 'nowhere' }, asked)).toEqual({ type: 'not_found' })
      await store.threads.delete(ALICE, THREAD, true)
      expect(await store.runs.whoAnswers(ALICE, THREAD, asked)).toEqual({ type: 'deleted' })
    }),
  )

  it(
    'a room may name no agent: in a retried creation the default stands for it',
    inWorld(async (world) => {
      const room = { roomId: 'plain', title: 'Plain' }
      expect(await world.store.rooms.create(ALICE, room, 'demo')).toEqual({ type: 'created', room })
      await world.reopen()
      expect(await world.store.rooms.create(ALICE, { ...room, agentId: 'demo' }, 'demo')).toEqual({
        type: 'same',
        room,
      })
      expect(await world.store.rooms.create(ALICE, room, 'model')).toEqual({ type: 'same', room })
      expect(await world.store.rooms.create(ALICE, { ...room, agentId: 'poet' }, 'demo')).toEqual({ type: 'conflict' })
      const key = { roomId: 'plain', threadId: 't' }
      expect(await who(world, key)).toEqual({ type: 'agents', candidates: [] })
      await world.store.threads.create(ALICE, key, 'Tea')
      expect(await world.store.threads.snapshot(ALICE, key)).not.toHaveProperty('thread.agentId')
      expect(await world.store.rooms.change(ALICE, 'plain', { agentId: 'poet' })).toMatchObject({
        room: { agentId: 'poet' },
      })
      expect(await world.store.rooms.create(ALICE, room, 'demo')).toMatchObject({ type: 'same' })
    }),
  )
}
