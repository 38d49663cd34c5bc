/** The device cache on rows that refuse, hang or lie: no read fails, and no row is believed. */
import type { ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createDeviceCache } from './device-cache.ts'
import { createMemoryDevice, createMemoryRows } from './memory-rows.ts'
import { CacheError, type CacheRows, type CacheTrouble, FORMAT } from './port.ts'
import { conversation, FEW, rowsContract } from './rows.contract.ts'
import { cacheOn, createDevice, settle } from './testing/device.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }

rowsContract('in memory', async () => {
  const device = createMemoryDevice()
  return {
    page: async (person = 'local') => createMemoryRows({ person, device, limits: FEW }),
    stop: async () => {},
  }
})

function setUp(open: (lost: (trouble: CacheTrouble) => void) => Promise<CacheRows>) {
  const environment = createManualEnvironment()
  const troubles: CacheTrouble[] = []
  const cache = createDeviceCache({ open, person: 'local', environment, fellBack: (each) => void troubles.push(each) })
  return { cache, environment, troubles }
}

const never = <T>() => new Promise<T>(() => {})

describe('a device that keeps nothing', () => {
  it.each<CacheTrouble>(['unavailable', 'full', 'blocked', 'newer', 'silent'])(
    '(%s) is noted once, and rows are kept in memory from then on',
    async (trouble) => {
      const { cache, troubles } = setUp(() => Promise.reject(new CacheError(trouble)))
      expect(await cache.read(A)).toBeUndefined()
      cache.note(A, () => conversation(A, 2), true)
      cache.writeList('rooms', { items: [] })
      await settle()
      expect(await cache.read(A)).toEqual(conversation(A, 2))
      expect(await cache.readList('rooms')).toEqual({ items: [] })
      expect(troubles).toEqual([trouble])
    },
  )

  it('hangs when it is opened: the first read waits a moment, and no other does', async () => {
    const { cache, environment, troubles } = setUp(() => never())
    const read = cache.read(A)
    environment.clock.advance(1_499)
    await settle()
    expect(troubles).toEqual([])
    environment.clock.advance(1)
    expect(await read).toBeUndefined()
    expect(troubles).toEqual(['silent'])
    expect(await cache.read(B)).toBeUndefined()
    expect(environment.clock.waiting).toBe(0)
  })

  it.each(['readThread', 'writeThread', 'readList', 'writeList', 'drop', 'wipe'] as const)(
    'hangs later, in %s: the answer does not come, and the rest works',
    async (verb) => {
      const device = createDevice()
      Object.assign(device.rows, { [verb]: () => never() })
      const { cache, environment, troubles } = cacheOn(device)
      const asked = [cache.read(A), cache.readList('rooms')]
      cache.note(A, () => conversation(A, 1), true)
      cache.writeList('rooms', { items: [] })
      cache.forget(B)
      const wiped = cache.wipe()
      await settle()
      environment.clock.advance(20_000)
      await settle()
      await Promise.all([...asked, wiped])
      expect(troubles).toEqual(['silent'])
      cache.note(A, () => conversation(A, 2), true)
      await settle()
      expect(await cache.read(A)).toEqual(conversation(A, 2))
    },
  )

  it('is full while it is written: what was to be written is in memory, and nothing is thrown', async () => {
    const device = createDevice()
    const close = vi.spyOn(device.rows, 'close')
    const { cache, troubles } = cacheOn(device)
    await cache.read(A)
    Object.assign(device.rows, { writeThread: () => Promise.reject(new CacheError('full')) })
    cache.note(A, () => conversation(A, 2), true)
    await settle()
    expect(await cache.read(A)).toEqual(conversation(A, 2))
    expect(troubles).toEqual(['full'])
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('is taken by a newer build while the page is open', async () => {
    let lose = (_: CacheTrouble) => {}
    const device = createDevice()
    const { cache, troubles } = setUp(async (lost) => {
      lose = lost
      return device.rows
    })
    await device.put(conversation(A, 1))
    expect(await cache.read(A)).toEqual(conversation(A, 1))
    lose('newer')
    expect(await cache.read(A)).toBeUndefined()
    expect(troubles).toEqual(['newer'])
    // The newer build's rows are left alone.
    cache.note(A, () => conversation(A, 3), true)
    await settle()
    expect((await device.row(A))?.seq).toBe(1)
  })
})

describe('the rows of another build', () => {
  it('that is newer are neither read nor overwritten nor dropped', async () => {
    const device = createDevice()
    const newer = { format: FORMAT + 1, at: 0, value: { something: 'else' } }
    device.memory.threads.set('local/R1/T1', newer)
    device.memory.lists.set('local/rooms', newer)
    const { cache } = cacheOn(device)
    expect(await cache.read(A)).toBeUndefined()
    expect(await cache.readList('rooms')).toBeUndefined()
    cache.note(A, () => conversation(A, 1), true)
    cache.writeList('rooms', { items: [] })
    cache.forget(A)
    await settle()
    expect(device.memory.threads.get('local/R1/T1')).toBe(newer)
    expect(device.memory.lists.get('local/rooms')).toBe(newer)
  })

  it('that is older are replaced', async () => {
    const device = createDevice()
    device.memory.threads.set('local/R1/T1', { format: FORMAT - 1, at: 0, value: { seq: 1_000 } })
    const { cache } = cacheOn(device)
    expect(await cache.read(A)).toBeUndefined()
    cache.note(A, () => conversation(A, 1), true)
    await settle()
    expect(await cache.read(A)).toEqual(conversation(A, 1))
  })
})
