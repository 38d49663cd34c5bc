/** What every LocalStore keeps. Does not know: what rows mean. */
import { describe, expect, it } from 'vitest'
import type { LocalStore, RoomRow } from './port.ts'

const log = (threadId: string, seq: number) => ({ roomId: 'r', threadId, seq, text: `${threadId} ${seq}` })
const room = (roomId: string, title = roomId): RoomRow => ({ roomId, title, createdAt: 1 })

/** `open` gives a store that holds what the one of the same name held, if it lasts. */
export function localStoreContract(name: string, open: (name: string) => Promise<LocalStore>): void {
  let stores = 0
  const fresh = () => open(`holdfast test ${name} ${++stores} ${Date.now()}`)

  describe(`a local store: ${name}`, () => {
    it('gives back what was put, replaces a row of the same key, and forgets what is removed', async () => {
      const store = await fresh()
      await store.write(async (at) => {
        at.put('rooms', room('a'))
        at.put('rooms', room('b'))
        at.put('rooms', room('a', 'again'))
      })
      expect(await store.read((at) => at.get('rooms', ['a']))).toMatchObject({ title: 'again' })
      await store.write(async (at) => at.remove('rooms', ['a']))
      expect(await store.read((at) => at.get('rooms', ['a']))).toBeUndefined()
      expect(await store.read((at) => at.list('rooms', []))).toMatchObject([{ roomId: 'b' }])
      store.close()
    })

    it('lists rows below a prefix in the order of their keys, from behind a position, so many', async () => {
      const store = await fresh()
      await store.write(async (at) => {
        for (const seq of [10, 2, 1, 11, 3]) at.put('log', log('t', seq))
        at.put('log', log('t2', 1))
        at.put('log', log('s', 7))
      })
      const seqs = async (...args: [prefix: readonly string[], options?: { after?: number; limit?: number }]) =>
        (await store.read((at) => at.list('log', ...args))).map(({ seq }) => seq)
      expect(await seqs(['r', 't'])).toEqual([1, 2, 3, 10, 11])
      expect(await seqs(['r', 't'], { after: 2 })).toEqual([3, 10, 11])
      expect(await seqs(['r', 't'], { after: 4, limit: 1 })).toEqual([10])
      expect(await seqs(['r', 't'], { after: 11 })).toEqual([])
      expect(await seqs(['r'])).toEqual([7, 1, 2, 3, 10, 11, 1])
      expect(await seqs(['x'])).toEqual([])
      expect((await store.read((at) => at.last('log', ['r', 't'])))?.seq).toBe(11)
      expect(await store.read((at) => at.last('log', ['r', 'nothing']))).toBeUndefined()
      store.close()
    })

    it('removes all rows below a prefix, or those up to a position', async () => {
      const store = await fresh()
      await store.write(async (at) => {
        for (const seq of [1, 2, 3]) at.put('log', log('t', seq))
        at.put('log', log('t2', 1))
      })
      await store.write(async (at) => at.remove('log', ['r', 't'], 2))
      expect(await store.read((at) => at.list('log', ['r']))).toMatchObject([{ seq: 3 }, { threadId: 't2' }])
      await store.write(async (at) => at.remove('log', ['r', 't']))
      expect(await store.read((at) => at.list('log', ['r']))).toMatchObject([{ threadId: 't2' }])
      store.close()
    })

    it('writes as a whole or not at all', async () => {
      const store = await fresh()
      await store.write(async (at) => at.put('rooms', room('a')))
      const broken = store.write(async (at) => {
        at.put('rooms', room('a', 'changed'))
        at.put('rooms', room('b'))
        at.remove('rooms', ['a'])
        at.put('log', log('t', 1))
        throw new Error('refused')
      })
      await expect(broken).rejects.toThrow('refused')
      expect(await store.read((at) => at.list('rooms', []))).toMatchObject([{ roomId: 'a', title: 'a' }])
      expect(await store.read((at) => at.list('log', []))).toEqual([])
      store.close()
    })

    it('writes one after another: a counter that is read and written by many at once misses none', async () => {
      const store = await fresh()
      await Promise.all(
        Array.from({ length: 50 }, () =>
          store.write(async (at) => {
            const n = ((await at.last('inbox', []))?.n ?? 0) + 1
            at.put('inbox', { n, entry: { roomId: 'r', at: '', type: 'RoomDeleted' } })
          }),
        ),
      )
      const rows = await store.read((at) => at.list('inbox', []))
      expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
      store.close()
    })
  })
}
