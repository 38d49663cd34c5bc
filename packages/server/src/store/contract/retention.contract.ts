/** Contract: retention. What is trimmed changes no view, no list and no later start. */
import type { ThreadView } from '@holdfast/core'
import { expect, it } from 'vitest'
import {
  ALICE,
  asking,
  ending,
  FAILED,
  type InWorld,
  LEASE_MS,
  OTHER_ROOM,
  SUCCEEDED,
  said,
  saying,
  THREAD,
  type World,
} from './world.ts'

const DAY = 86_400_000
const RANGE = { maxBytes: 1_000_000, maxRecords: 10_000 }

async function viewOf(world: World, key = THREAD): Promise<ThreadView> {
  const answer = await world.store.threads.snapshot(ALICE, key)
  if (answer.type !== 'snapshot') throw new Error(answer.type)
  return answer.view
}

/** All of what a person sees of the thread, but for where its log begins. */
async function seen(world: World, key = THREAD) {
  const { firstSeq: _, ...view } = await viewOf(world, key)
  return {
    view,
    runs: await world.store.runs.list(ALICE, key, { limit: 200 }),
    threads: await world.store.threads.list(ALICE, key.roomId, { limit: 10 }),
    found: await world.store.threads.list(ALICE, key.roomId, { limit: 10, q: 'answer' }),
    timeline: await world.store.runs.timeline(ALICE, { limit: 50 }),
  }
}

/** A whole sweep of what ended more than a day ago. Answers how many records were trimmed. */
async function sweep(world: World, endedBefore: number): Promise<number> {
  let trimmed = 0
  let after: number | undefined
  for (let piece = 0; piece < 1_000; piece++) {
    const swept = await world.store.retention.sweep({ endedBefore, ...(after !== undefined && { after }) })
    trimmed += swept.trimmed
    if (swept.next === undefined) return trimmed
    after = swept.next
  }
  throw new Error('The sweep does not end.')
}

/** The moment just after the end of this run. */
async function afterEnd(world: World, runId: string, key = THREAD): Promise<number> {
  const answer = await world.store.runs.get(ALICE, key, runId)
  if (answer.type !== 'run' || !('endedAt' in answer.run)) throw new Error('It has not ended.')
  return Date.parse(answer.run.endedAt) + 1
}

async function spanOf(world: World, runId: string, key = THREAD) {
  const answer = await world.store.runs.get(ALICE, key, runId)
  if (answer.type !== 'run') throw new Error(answer.type)
  return answer.span
}

/** Runs `r-1` to `r-n`, a day apart. */
async function daily(world: World, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await world.ended(`r-${n}`, n % 3 === 0 ? FAILED : SUCCEEDED)
    world.advance(DAY)
  }
}

export function retentionContract(inWorld: InWorld): void {
  it(
    'trims up to the end of the newest run that is old enough, and everything that is shown stays as it was',
    inWorld(async (world) => {
      await daily(world, 5)
      const before = await seen(world)
      const { lastSeq = 0 } = await spanOf(world, 'r-3')
      expect(await sweep(world, await afterEnd(world, 'r-3'))).toBe(lastSeq)
      expect(await seen(world)).toEqual(before)
      expect((await viewOf(world)).firstSeq).toBe(lastSeq + 1)
      await world.reopen()
      expect(await seen(world)).toEqual(before)
      expect((await viewOf(world)).firstSeq).toBe(lastSeq + 1)
      expect(await sweep(world, await afterEnd(world, 'r-3'))).toBe(0)
    }),
  )

  it(
    'a cursor before the beginning of the log is gone; from the last one that works on, the log reads as before',
    inWorld(async (world) => {
      await daily(world, 3)
      const whole = await world.store.log.read(ALICE, THREAD, { after: 0, ...RANGE })
      const { lastSeq = 0 } = await spanOf(world, 'r-2')
      const rest = await world.store.log.read(ALICE, THREAD, { after: lastSeq, ...RANGE })
      await sweep(world, await afterEnd(world, 'r-2'))
      for (const after of [0, 1, lastSeq - 1]) {
        const gone = await world.store.log.read(ALICE, THREAD, { after, ...RANGE })
        expect(gone).toEqual({ type: 'cursor_gone', firstSeq: lastSeq + 1 })
      }
      expect(await world.store.log.read(ALICE, THREAD, { after: lastSeq, ...RANGE })).toEqual(rest)
      const { head } = whole as { head: number }
      const atHead = await world.store.log.read(ALICE, THREAD, { after: head, ...RANGE })
      expect(atHead).toMatchObject({ type: 'chunk', lastSeq: head, head })
      const ahead = await world.store.log.read(ALICE, THREAD, { after: head + 1, ...RANGE })
      expect(ahead).toEqual({ type: 'cursor_ahead', head })
    }),
  )

  it(
    'a log that is trimmed whole keeps its position: the next run continues it, and no seq is used again',
    inWorld(async (world) => {
      await world.ended('r-1')
      const { lastSeq = 0 } = await spanOf(world, 'r-1')
      world.advance(DAY)
      expect(await sweep(world, await afterEnd(world, 'r-1'))).toBe(lastSeq)
      await world.reopen()
      await world.ended('r-2')
      expect(await spanOf(world, 'r-2')).toMatchObject({ firstSeq: lastSeq + 1 })
      const { messages, runs, firstSeq } = await viewOf(world)
      expect([messages.length, runs.length, firstSeq]).toEqual([4, 2, lastSeq + 1])
      const log = await world.store.log.read(ALICE, THREAD, { after: lastSeq, ...RANGE })
      expect(log).toMatchObject({ type: 'chunk', firstSeq: lastSeq + 1 })
      await world.reopen()
      expect((await viewOf(world)).messages).toEqual(messages)
    }),
  )

  it(
    'only at a boundary: a run that was accepted before the end of an old one keeps that one as well',
    inWorld(async (world) => {
      const first = await world.running('r-1')
      await world.store.runs.start(ALICE, THREAD, asking('r-2', { onBusy: 'enqueue' }))
      await world.store.work.end(first.lease, ending(first.lease, SUCCEEDED))
      const old = await afterEnd(world, 'r-1')
      world.advance(DAY)
      const [second] = await world.store.work.claim({ workerId: 'w', limit: 1, leaseMs: LEASE_MS })
      if (!second) throw new Error('Nothing to claim.')
      await world.store.work.end(second.lease, ending(second.lease, SUCCEEDED))
      expect(await sweep(world, old)).toBe(0)
      const { lastSeq } = await spanOf(world, 'r-2')
      expect(await sweep(world, await afterEnd(world, 'r-2'))).toBe(lastSeq)
    }),
  )

  it(
    'nothing is trimmed while something runs, waits or is asked in the thread, and nothing that is not old',
    inWorld(async (world) => {
      await daily(world, 1)
      const endedBefore = await afterEnd(world, 'r-1')
      const live = await world.running('r-2')
      expect(await sweep(world, endedBefore)).toBe(0)
      await world.store.runs.start(ALICE, THREAD, asking('r-3', { onBusy: 'enqueue' }))
      await world.store.work.end(live.lease, ending(live.lease, FAILED))
      expect(await sweep(world, endedBefore)).toBe(0)
      await world.store.runs.cancelRun(ALICE, THREAD, 'r-3')
      expect(await sweep(world, endedBefore - 1)).toBe(0)
      const asked = await world.running('r-4')
      const question = { id: 'q-1', reason: 'input' }
      await world.store.work.end(asked.lease, ending(asked.lease, { type: 'interrupted', interrupts: [question] }))
      expect(await sweep(world, endedBefore)).toBe(0)
      await world.store.runs.cancelThread(ALICE, THREAD)
      expect(await sweep(world, endedBefore)).toBeGreaterThan(0)
    }),
  )

  it(
    'trimmed messages are still answered, searched and compared: an id that says something else is refused',
    inWorld(async (world) => {
      await world.ended('r-1')
      world.advance(DAY)
      await sweep(world, await afterEnd(world, 'r-1'))
      const other = asking('r-2', { messages: [said('r-1-q', 'something else')] })
      const refused = await world.store.runs.start(ALICE, THREAD, other)
      expect(refused).toEqual({ type: 'message_id_reused', messageId: 'r-1-q' })
      expect(await world.store.runs.start(ALICE, THREAD, asking('r-1'))).toMatchObject({ type: 'same' })
      expect(await world.store.threads.list(ALICE, THREAD.roomId, { limit: 10, q: 'answer' })).toMatchObject({
        items: [THREAD],
      })
      const { input } = await world.running('r-3')
      expect(input.messages.map(({ id }) => id)).toEqual(['r-1-q', 'r-1-a', 'r-3-q'])
    }),
  )

  it(
    'a deleted thread stays deleted, and a new one of another room is not affected',
    inWorld(async (world) => {
      const other = { roomId: OTHER_ROOM.roomId, threadId: THREAD.threadId }
      await world.ended('r-1')
      await world.ended('r-1', SUCCEEDED, other)
      world.advance(DAY)
      await sweep(world, await afterEnd(world, 'r-1'))
      await world.store.threads.delete(ALICE, THREAD, false)
      expect(await sweep(world, Number.MAX_SAFE_INTEGER)).toBe(0)
      expect(await world.store.log.read(ALICE, THREAD, { after: 0, ...RANGE })).toMatchObject({ type: 'deleted' })
      expect((await viewOf(world, other)).messages).toHaveLength(2)
    }),
  )

  it(
    'whatever was written, a view is the same before and after, and the log after it continues both',
    inWorld(async (world) => {
      // Deterministic, and different in each round.
      let state = 7
      const dice = (sides: number) => {
        state = (state * 1_103_515_245 + 12_345) % 2 ** 31
        return state % sides
      }
      for (let n = 1; n <= 25; n++) {
        const { lease } = await world.running(`r-${n}`)
        for (let part = dice(4); part >= 0; part--) {
          await world.store.work.append(lease, saying(`r-${n}-${part}`, 'word '.repeat(1 + dice(60))))
        }
        await world.store.work.end(lease, ending(lease, dice(3) === 0 ? FAILED : SUCCEEDED))
        if (dice(5) === 0) await world.store.threads.change(ALICE, THREAD, { title: `Title ${n}` })
        world.advance(DAY)
        if (dice(3) > 0) continue
        const before = await seen(world)
        const { head } = (await world.store.log.read(ALICE, THREAD, { after: lease.epoch, ...RANGE })) as {
          head?: number
        }
        await sweep(world, await afterEnd(world, `r-${1 + dice(n)}`))
        expect(await seen(world)).toEqual(before)
        if (dice(2) === 0) await world.reopen()
        expect(await seen(world)).toEqual(before)
        const { seq } = await viewOf(world)
        if (head !== undefined) expect(seq).toBe(head)
      }
    }),
  )
}
