import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createGather } from './gather.ts'
import type { Batch, Call } from './messages.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

const LEASE = { tenantId: 'tenant', roomId: 'room', threadId: 'thread', runId: 'run', epoch: 1 }
const call = (id: number): Call => ({ id, op: 'rooms.get', args: [{ tenantId: 't', personId: 'p' }, 'room'] })

function create() {
  const batches: Batch[] = []
  const gather = createGather({ windowMs: 2, maxUnits: 100, post: (batch) => void batches.push(batch) })
  return { batches, gather }
}

it('the first call after a quiet time is sent in the same turn, and later ones as one batch per window', () => {
  const { batches, gather } = create()
  gather.call(call(1))
  expect(batches).toHaveLength(0)
  vi.advanceTimersByTime(0)
  expect(batches.map(({ calls }) => calls.map(({ id }) => id))).toEqual([[1]])

  gather.call(call(2))
  vi.advanceTimersByTime(1)
  gather.call(call(3))
  expect(batches).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(batches[1]?.calls.map(({ id }) => id)).toEqual([2, 3])
  expect(vi.getTimerCount()).toBe(0)
})

it('reads are sent together at the end of the turn and wait for no window', () => {
  const { batches, gather } = create()
  gather.call(call(1))
  vi.advanceTimersByTime(0)
  gather.call(call(2))
  gather.read(call(3))
  gather.read(call(4))
  vi.advanceTimersByTime(0)
  gather.read(call(5))
  gather.close()
  expect(batches.map(({ calls, close }) => [calls.map(({ id }) => id), close])).toEqual([
    [[1], undefined],
    [[3, 4], undefined],
    [[5], undefined],
    [[2], true],
  ])
  expect(vi.getTimerCount()).toBe(0)
})

it('a batch that has grown large is sent at once', () => {
  const { batches, gather } = create()
  gather.append(1, LEASE, ['x'.repeat(60)])
  expect(batches).toHaveLength(0)
  gather.append(2, LEASE, ['y'.repeat(60), 'z'])
  expect(batches[0]?.appends).toMatchObject({ ids: [1, 2], counts: [1, 2], lengths: [60, 60, 1] })
  expect(vi.getTimerCount()).toBe(0)
})

it('calls and appends keep their order', () => {
  const { batches, gather } = create()
  gather.append(1, LEASE, ['a'])
  gather.call(call(2))
  gather.append(3, LEASE, ['b'])
  gather.close()
  expect(batches).toMatchObject([
    { close: true, calls: [{ id: 2 }], appends: { ids: [1, 3], behind: [0, 1], text: 'ab' } },
  ])
  expect(vi.getTimerCount()).toBe(0)
})
