/** Contract: reading a log. */
import { expect, it } from 'vitest'
import type { Claim } from '../port.ts'
import { expectSound } from './invariants.ts'
import { ALICE, BOB, envelopesIn, type InWorld, ROOM, saying, THREAD } from './world.ts'

export function logContract(inWorld: InWorld): void {
  it(
    'a read returns at least one record, however small the budget',
    inWorld(async (world) => {
      await world.ended('r-1')
      const whole = await world.log()
      for (const budget of [
        { maxBytes: 1, maxRecords: 100 },
        { maxBytes: 0, maxRecords: 100 },
      ]) {
        const chunk = await world.store.log.read(ALICE, THREAD, { after: 2, ...budget })
        expect(chunk).toMatchObject({ type: 'chunk', firstSeq: 3, lastSeq: 3, head: whole.length })
        expect(chunk.type === 'chunk' && envelopesIn(chunk.frames)).toEqual([whole[2]])
      }
    }),
  )

  it(
    'a read returns as many whole records as fit, by bytes and by number',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      for (let n = 0; n < 40; n++) await world.store.work.append(lease, saying(`m-${n}`, `${'é'.repeat(n * 7)}`))
      const whole = await world.log()
      for (const maxBytes of [200, 500, 1_000, 5_000, 1_000_000]) {
        for (const maxRecords of [1, 3, 50, 1_000]) {
          for (const after of [0, 1, 17, whole.length - 1]) {
            const chunk = await world.store.log.read(BOB, THREAD, { after, maxBytes, maxRecords })
            if (chunk.type !== 'chunk') throw new Error(chunk.type)
            const records = envelopesIn(chunk.frames)
            expect(records).toEqual(whole.slice(after, chunk.lastSeq))
            expect(chunk).toMatchObject({ firstSeq: after + 1, head: whole.length })
            expect(records.length).toBeLessThanOrEqual(maxRecords)
            if (records.length > 1) expect(chunk.frames.byteLength).toBeLessThanOrEqual(maxBytes)
          }
        }
      }
    }),
  )

  it(
    'a read at the head returns nothing, and a cursor from the future is refused',
    inWorld(async (world) => {
      await world.running('r-1')
      const budget = { maxBytes: 1_000, maxRecords: 10 }
      const atHead = await world.store.log.read(ALICE, THREAD, { after: 3, ...budget })
      expect(atHead).toMatchObject({ type: 'chunk', lastSeq: 3, head: 3 })
      expect(atHead.type === 'chunk' && atHead.frames.byteLength).toBe(0)
      for (const after of [4, 5, 2 ** 40]) {
        const ahead = await world.store.log.read(ALICE, THREAD, { after, ...budget })
        expect(ahead).toEqual({ type: 'cursor_ahead', head: 3 })
      }
    }),
  )

  it(
    'the log of a thread without messages can be read',
    inWorld(async ({ store }) => {
      await store.threads.create(ALICE, THREAD, 'Empty')
      const range = { after: 0, maxBytes: 1_000, maxRecords: 10 }
      const chunk = await store.log.read(ALICE, THREAD, range)
      expect(chunk).toMatchObject({ type: 'chunk', lastSeq: 0, head: 0 })
      expect(await store.log.read(ALICE, THREAD, { ...range, after: 1 })).toEqual({ type: 'cursor_ahead', head: 0 })
    }),
  )

  it(
    'each log is complete and in order while many threads are written at once (G2)',
    inWorld(async (world) => {
      const keys = ['a', 'b', 'c', 'd'].map((threadId) => ({ roomId: ROOM.roomId, threadId }))
      const claims: Claim[] = []
      for (const key of keys) claims.push(await world.running('r-1', key))
      await Promise.all(
        Array.from({ length: 200 }, (_, n) => {
          const { lease } = claims[n % claims.length] as Claim
          return world.store.work.append(lease, saying(`m-${n}`, `token-${lease.threadId}-${n}`))
        }),
      )
      for (const key of keys) {
        const text = JSON.stringify(await world.log(key))
        for (let n = 0; n < 200; n++) {
          const owner = keys[n % keys.length]?.threadId
          expect(text.includes(`"token-${owner}-${n}"`)).toBe(owner === key.threadId)
        }
        await expectSound(world, key)
      }
    }),
  )

  it(
    'records are dated by a clock that never runs backwards',
    inWorld(async (world) => {
      const { lease } = await world.running('r-1')
      for (const ms of [5, -3_600_000, 1, 7_200_000]) {
        world.advance(ms)
        await world.store.work.append(lease, saying(`m-${ms}`, 'x'))
      }
      await expectSound(world, THREAD)
    }),
  )
}
