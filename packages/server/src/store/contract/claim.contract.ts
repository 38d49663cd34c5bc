/** Contract: claiming queued runs. */
import { expect, it } from 'vitest'
import { expectSound } from './invariants.ts'
import {
  ALICE,
  ALICES_THREAD,
  asking,
  BOB,
  type InWorld,
  LEASE_MS,
  OTHER_ROOM,
  ROOM,
  SUCCEEDED,
  said,
  THREAD,
  typesOf,
} from './world.ts'

export function claimContract(inWorld: InWorld): void {
  const request = { workerId: 'worker-1', limit: 10, leaseMs: LEASE_MS }

  it(
    'a claim gives the agent its whole input, and nothing of the message tree',
    inWorld(async (world) => {
      const { store } = world
      await world.ended('r-1')
      const tools = [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }]
      const context = [{ description: 'where', value: 'here' }]
      const more = { tools, context, state: { count: 1 }, forwardedProps: { script: { tokens: 3 } } }
      await store.runs.start(BOB, THREAD, asking('r-2', more))
      const [claim, ...others] = await store.work.claim(request)
      expect(others).toEqual([])
      expect(claim).toEqual({
        lease: { ...ALICES_THREAD, runId: 'r-2', epoch: 1 },
        run: expect.objectContaining({ runId: 'r-2', status: 'running', parentId: 'r-2-q' }),
        agentId: 'demo',
        owner: BOB,
        input: {
          threadId: THREAD.threadId,
          runId: 'r-2',
          messages: [said('r-1-q'), { id: 'r-1-a', role: 'assistant', content: 'An answer.' }, said('r-2-q')],
          ...more,
        },
      })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a claim writes running and RUN_STARTED with the new messages, never with the forwarded properties',
    inWorld(async (world) => {
      await world.running('r-1', THREAD, { forwardedProps: { secret: 'sesame' } })
      const envelopes = await world.log()
      expect(typesOf(envelopes)).toEqual(['run.accepted', 'run.status', 'RUN_STARTED'])
      expect(envelopes[2]?.event).toMatchObject({
        threadId: THREAD.threadId,
        runId: 'r-1',
        input: { messages: [said('r-1-q')] },
        metadata: { holdfast: { parentId: null } },
      })
      expect(JSON.stringify(envelopes)).not.toContain('sesame')
      const snapshot = await world.store.threads.snapshot(ALICE, THREAD)
      expect(snapshot).toMatchObject({ thread: { status: 'working' }, view: { queue: [] } })
    }),
  )

  it(
    'a claim takes the oldest runs first, no more than requested, each once',
    inWorld(async ({ store, advance }) => {
      const key = (threadId: string) => ({ roomId: ROOM.roomId, threadId })
      for (const [index, threadId] of ['z', 'm', 'a', 'k'].entries()) {
        advance(index % 2)
        await store.runs.start(ALICE, key(threadId), asking(`r-${threadId}`))
      }
      const taken: string[][] = []
      for (let round = 0; round < 3; round++) {
        const claims = await store.work.claim({ ...request, limit: 3 })
        taken.push(claims.map((claim) => claim.lease.threadId))
      }
      expect(taken).toEqual([['z', 'm', 'a'], ['k'], []])
    }),
  )

  it(
    'each run goes to one of many workers (I1)',
    inWorld(async (world) => {
      const { store } = world
      const keys = ['a', 'b', 'c', 'd', 'e'].map((threadId) => ({ roomId: ROOM.roomId, threadId }))
      for (const key of keys) await store.runs.start(ALICE, key, asking('r-1'))
      const workers = Array.from({ length: 8 }, (_, index) => `worker-${index}`)
      const claims = await Promise.all(workers.map((workerId) => store.work.claim({ ...request, workerId, limit: 2 })))
      const taken = claims.flat().map((claim) => claim.lease.threadId)
      expect(taken.toSorted()).toEqual(keys.map((key) => key.threadId))
      for (const key of keys) await expectSound(world, key)
    }),
  )

  it(
    'threads run side by side, even with the same ids in two rooms',
    inWorld(async ({ store }) => {
      const twin = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      await store.runs.start(ALICE, THREAD, asking('r-1'))
      await store.runs.start(ALICE, twin, asking('r-1'))
      const claims = await store.work.claim(request)
      expect(claims.map((claim) => claim.lease.roomId)).toEqual([ROOM.roomId, OTHER_ROOM.roomId])
    }),
  )

  it(
    'the thread’s messages stay as they were if an agent changes its input',
    inWorld(async (world) => {
      const more = {
        tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
        forwardedProps: { nested: { deep: ['words'] } },
        state: { nested: ['words'] },
      }
      const parts = [said('r-1-q'), { ...said('r-1-p'), content: [{ type: 'text' as const, text: 'part' }] }]
      await world.ended('r-1', SUCCEEDED, THREAD, { messages: parts })
      const claim = await world.running('r-2', THREAD, more)
      const before = await world.store.threads.snapshot(ALICE, THREAD)
      forge(claim.input)
      expect(await world.store.threads.snapshot(ALICE, THREAD)).toEqual(before)
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-2', more))).toMatchObject({ type: 'same' })
      await expectSound(world, THREAD)
    }),
  )

  it(
    'a run continues from the thread’s state unless its start brings one',
    inWorld(async (world) => {
      const { store } = world
      const first = await world.running('r-1')
      await store.work.append(first.lease, [JSON.stringify({ type: 'STATE_SNAPSHOT', snapshot: { n: 1 } })])
      await store.work.settleOrphans('all')
      expect((await world.running('r-2')).input.state).toEqual({ n: 1 })
      await store.work.settleOrphans('all')
      expect((await world.running('r-3', THREAD, { state: { n: 9 } })).input.state).toEqual({ n: 9 })
    }),
  )
}

/** Overwrites every string in the value, at any depth. */
function forge(value: object): void {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) forge(inner)
    else Object.assign(value, { [name]: 'forged' })
  }
}
