/** Promises about whom a thread belongs to: the agent that was chosen in it. */
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
    'keeps the agent that a start named for its thread, and for no other, also after a restart',
    inWorld(async (world) => {
      await world.ended('r-1', SUCCEEDED, THREAD, UNNAMED)
      await world.ended('r-1', SUCCEEDED, OTHER_THREAD, { agentId: 'poet' })
      await world.ended('r-2', SUCCEEDED, OTHER_THREAD, { ...UNNAMED, agentId: 'poet' })
      await world.reopen()
      expect(await who(world)).toEqual({ type: 'agents', candidates: ['demo'] })
      expect(await who(world, OTHER_THREAD)).toEqual({ type: 'agents', candidates: ['poet', 'demo'] })
      expect([await lineOf(world, 'thread-1'), await lineOf(world, 'thread-2')]).toEqual(['demo', 'poet'])
      // One that has chosen none goes with its room.
      await world.store.rooms.change(ALICE, ROOM.roomId, { agentId: 'critic' })
      expect([await lineOf(world, 'thread-1'), await lineOf(world, 'thread-2')]).toEqual(['critic', 'poet'])
      expect(await world.store.threads.snapshot(ALICE, OTHER_THREAD)).toMatchObject({ thread: { agentId: 'poet' } })
    }),
  )

  it(
    'knows who has answered a message that is asked again, and who wrote one that is gone on with',
    inWorld(async (world) => {
      await world.ended('r-1', SUCCEEDED, THREAD, { agentId: 'poet' })
      await world.ended('r-2', SUCCEEDED, THREAD, { agentId: 'critic' })
      expect(await who(world, THREAD, 'r-1-q')).toEqual({ type: 'agents', candidates: ['poet', 'critic', 'demo'] })
      expect(await who(world, THREAD, 'r-1-a')).toEqual({ type: 'agents', candidates: ['poet', 'critic', 'demo'] })
      expect(await who(world, THREAD, 'nothing')).toEqual({ type: 'agents', candidates: ['critic', 'demo'] })
    }),
  )

  it(
    'knows the agent of a start that was accepted, and nothing for those who may not see it',
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
    'has rooms that name no agent: a retried creation is compared with what the default stands for',
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
