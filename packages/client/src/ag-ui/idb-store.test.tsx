/** The local store in a real browser's IndexedDB, with two pages that have it open at once. */
import { describe, expect, it } from 'vitest'
import { openIdbStore } from './idb-store.ts'
import { localStoreContract } from './local-store.contract.ts'
import type { RoomRow } from './port.ts'

localStoreContract('IndexedDB', openIdbStore)

const room = (roomId: string): RoomRow => ({ roomId, title: roomId, createdAt: 1 })

describe('a database', () => {
  it('is one for all who open it, and outlives them', async () => {
    const name = `holdfast test shared ${Date.now()}`
    const [one, other] = [await openIdbStore(name), await openIdbStore(name)]
    expect([one.lasting, other.lasting]).toEqual([true, true])
    await one.write(async (at) => at.put('rooms', room('a')))
    expect(await other.read((at) => at.get('rooms', ['a']))).toMatchObject({ roomId: 'a' })
    one.close()
    other.close()
    const later = await openIdbStore(name)
    expect(await later.read((at) => at.list('rooms', []))).toHaveLength(1)
    later.close()
  })

  it('that was closed, or that a newer page needs, says so', async () => {
    const name = `holdfast test newer ${Date.now()}`
    const old = await openIdbStore(name)
    const newer = Promise.withResolvers<IDBDatabase>()
    const request = indexedDB.open(name, 99)
    request.onsuccess = () => newer.resolve(request.result)
    ;(await newer.promise).close()
    await expect(old.read((at) => at.list('rooms', []))).rejects.toMatchObject({
      fault: { problem: { code: 'storage_lost' } },
    })
    await expect(openIdbStore(name)).rejects.toThrow()
  })

  it('refuses a row that cannot be stored, and keeps nothing of its transaction', async () => {
    const store = await openIdbStore(`holdfast test refuse ${Date.now()}`)
    const broken = store.write(async (at) => {
      at.put('rooms', room('a'))
      at.put('rooms', { ...room('b'), title: (() => {}) as unknown as string })
    })
    await expect(broken).rejects.toMatchObject({ fault: { type: 'problem' } })
    expect(await store.read((at) => at.list('rooms', []))).toEqual([])
    store.close()
  })
})
