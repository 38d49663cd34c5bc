/** What all rows keep, in memory as in a database. */
import { emptyView, type ThreadKey, type ThreadView } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { CacheRows } from './port.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
/** The same thread id in another room. */
const B: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const C: ThreadKey = { roomId: 'R1', threadId: 'T2' }

/** A thread in which this many messages were said. */
export function conversation(key: ThreadKey, length: number): ThreadView {
  const at = '2026-01-01T00:00:00.000Z'
  const messages = Array.from({ length }, (_, n) => messageOf(n))
  const runs = messages.map((_, n) => ({
    runId: `run-${n}`,
    agentId: 'demo',
    status: 'succeeded' as const,
    outcome: { type: 'succeeded' as const },
    acceptedAt: at,
    endedAt: at,
  }))
  return { ...emptyView(key), messages, runs, seq: length }
}

function messageOf(n: number): ThreadView['messages'][number] {
  return { id: `m${n}`, role: 'user', content: `Message ${n}`, parentId: n === 0 ? null : `m${n - 1}` }
}

export interface RowsUnderTest {
  /** Another page: the same rows, for the same person unless told otherwise. At most `threads` and `lists` of them. */
  page(person?: string): Promise<CacheRows>
  stop(): Promise<void>
}

export const FEW = { threads: 3, characters: 1_000_000, lists: 3 }

export function rowsContract(name: string, setUp: () => Promise<RowsUnderTest>): void {
  const using = (body: (parts: RowsUnderTest) => Promise<void>) => async () => {
    const parts = await setUp()
    try {
      await body(parts)
    } finally {
      await parts.stop()
    }
  }

  describe(`rows: ${name}`, () => {
    it(
      'give back what was written last, to any page of the same person',
      using(async ({ page }) => {
        const [one, two] = [await page(), await page()]
        const first = conversation(A, 200)
        await one.writeThread(first, 1)
        expect(await two.readThread(A, 2)).toEqual(first)
        const second = { ...first, seq: first.seq + 1, messages: [...first.messages, messageOf(200)] }
        await one.writeThread(second, 3)
        expect(await two.readThread(A, 4)).toEqual(second)
        expect(await two.seqOf(A)).toBe(second.seq)
        const shorter = { ...second, seq: second.seq + 1, messages: second.messages.slice(0, 60), runs: [] }
        await one.writeThread(shorter, 5)
        expect(await two.readThread(A, 6)).toEqual(shorter)
      }),
    )

    it(
      'S000-68 have one of each room for the same thread id',
      using(async ({ page }) => {
        const rows = await page()
        await rows.writeThread(conversation(A, 2), 1)
        await rows.writeThread(conversation(B, 3), 1)
        expect(await rows.readThread(A, 2)).toEqual(conversation(A, 2))
        expect(await rows.readThread(B, 2)).toEqual(conversation(B, 3))
        await rows.drop({ roomId: 'R1' })
        expect(await rows.readThread(A, 3)).toBeUndefined()
        expect(await rows.seqOf(A)).toBe(0)
        expect(await rows.readThread(B, 3)).toEqual(conversation(B, 3))
      }),
    )

    it(
      'S002-6 keep the higher position, whichever page writes last, and whole: never half of one and half of the other',
      using(async ({ page }) => {
        const [one, two] = [await page(), await page()]
        const older = conversation(A, 100)
        const newer = { ...older, seq: older.seq + 5, messages: older.messages.slice(0, 70) }
        await one.writeThread(older, 1)
        await Promise.all([two.writeThread(newer, 2), one.writeThread({ ...older, seq: older.seq + 1 }, 2)])
        expect(await one.readThread(A, 3)).toEqual(newer)
        const newest = { ...older, seq: newer.seq + 1 }
        // Written by the page that had written a row that is gone: all of it is written again.
        await one.writeThread(newest, 4)
        expect(await two.readThread(A, 5)).toEqual(newest)
        await two.writeThread(newest, 6)
        expect(await one.readThread(A, 7)).toEqual(newest)
      }),
    )

    it(
      'are another person’s only for that person, and all gone after a wipe',
      using(async ({ page }) => {
        const [mine, theirs] = [await page('ada'), await page('ben')]
        await mine.writeThread(conversation(A, 1), 1)
        await mine.writeList('rooms', ['mine'], 1)
        expect(await theirs.readThread(A, 2)).toBeUndefined()
        expect(await theirs.readList('rooms')).toBeUndefined()
        await theirs.writeThread(conversation(A, 2), 1)
        expect(await mine.readThread(A, 2)).toEqual(conversation(A, 1))
        await theirs.wipe()
        expect(await mine.readThread(A, 3)).toBeUndefined()
        expect(await mine.readList('rooms')).toBeUndefined()
        await mine.writeThread(conversation(A, 1), 4)
        expect(await mine.readThread(A, 5)).toEqual(conversation(A, 1))
      }),
    )

    it(
      'drop one thread, also if there is none',
      using(async ({ page }) => {
        const rows = await page()
        await rows.writeThread(conversation(A, 1), 1)
        await rows.writeThread(conversation(C, 1), 1)
        await rows.drop(A)
        await rows.drop(B)
        expect(await rows.readThread(A, 2)).toBeUndefined()
        expect(await rows.readThread(C, 2)).toEqual(conversation(C, 1))
        // A lower position than before: the store was restored.
        await rows.writeThread({ ...conversation(A, 1), seq: 1 }, 3)
        expect(await rows.seqOf(A)).toBe(1)
      }),
    )

    it(
      'keep the threads and lists that were used last, as many as may be kept',
      using(async ({ page }) => {
        const rows = await page()
        const key = (n: number) => ({ roomId: 'R1', threadId: `T${n}` })
        for (let n = 1; n <= 3; n += 1) await rows.writeThread(conversation(key(n), 1), n)
        await rows.readThread(key(1), 10)
        await rows.readThread(key(2), 11)
        await rows.writeThread(conversation(key(4), 1), 12)
        const kept = await Promise.all([1, 2, 3, 4].map((n) => rows.seqOf(key(n))))
        expect(kept.map((seq) => seq > 0)).toEqual([true, true, false, true])
        for (let n = 1; n <= 4; n += 1) await rows.writeList(`threads/R${n}`, [n], n)
        const lists = await Promise.all([1, 2, 3, 4].map((n) => rows.readList(`threads/R${n}`)))
        expect(lists).toEqual([undefined, [2], [3], [4]])
      }),
    )
  })
}
