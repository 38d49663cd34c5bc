/** When what has changed is written, and that nothing is written or handed on after a sign-out. */
import type { ThreadKey, ThreadView } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { conversation } from './rows.contract.ts'
import { cacheOn, createDevice, settle } from './testing/device.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }

describe('notes', () => {
  it('of one thread are written together, half a second after the first', async () => {
    const device = createDevice()
    const { cache, environment } = cacheOn(device)
    for (let n = 1; n <= 3; n += 1) cache.note(A, () => conversation(A, n), false)
    environment.clock.advance(499)
    await settle()
    expect(device.calls).toEqual([])
    environment.clock.advance(1)
    await settle()
    expect(device.calls).toEqual(['writeThread'])
    expect((await device.row(A))?.seq).toBe(3)
    expect(environment.clock.waiting + environment.listeners).toBe(0)
  })

  it('that come during a write are written after it, at once where they must', async () => {
    const device = createDevice()
    const first = Promise.withResolvers<void>()
    const { writeThread } = device.rows
    const seqs: number[] = []
    Object.assign(device.rows, {
      async writeThread(view: ThreadView, at: number) {
        seqs.push(view.seq)
        if (seqs.length === 1) await first.promise
        await writeThread(view, at)
      },
    })
    const { cache } = cacheOn(device)
    cache.note(A, () => conversation(A, 1), true)
    await settle()
    cache.note(A, () => conversation(A, 2), true)
    cache.note(A, () => conversation(A, 3), true)
    expect((await cache.read(A))?.seq).toBe(3)
    await settle()
    expect(seqs).toEqual([1])
    first.resolve()
    await settle()
    expect(seqs).toEqual([1, 3])
  })

  it('of a thread that is forgotten are not written, nor any of a person who has signed out', async () => {
    const device = createDevice()
    const { cache, environment } = cacheOn(device)
    cache.note(A, () => conversation(A, 1), false)
    cache.note(B, () => conversation(B, 1), false)
    cache.forget(A)
    environment.clock.advance(500)
    await settle()
    expect([await device.row(A), (await device.row(B))?.seq]).toEqual([undefined, 1])
    cache.note(A, () => conversation(A, 1), false)
    await cache.wipe()
    environment.clock.advance(500)
    await settle()
    expect([await device.row(A), await device.row(B)]).toEqual([undefined, undefined])
  })

  it('of nothing, and of a thread that is gone, leave no row', async () => {
    const device = createDevice()
    const { cache } = cacheOn(device)
    for (const view of [undefined, conversation(A, 0), { ...conversation(A, 2), deleted: true }])
      cache.note(A, () => view, true)
    await settle()
    expect(device.calls).toEqual([])
  })
})

it('what is read when a person signs out is not handed on', async () => {
  const device = createDevice()
  await device.put(conversation(A, 1))
  const go = Promise.withResolvers<void>()
  const { readThread } = device.rows
  Object.assign(device.rows, {
    async readThread(key: ThreadKey, at: number) {
      const row = await readThread(key, at)
      await go.promise
      return row
    },
  })
  const { cache } = cacheOn(device)
  const read = cache.read(A)
  await settle()
  const wiped = cache.wipe()
  go.resolve()
  await wiped
  expect(await read).toBeUndefined()
})
