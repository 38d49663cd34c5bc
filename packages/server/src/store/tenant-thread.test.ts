import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTenantThreadMap, roomName, runName, runOf, type TenantThread, threadName } from './tenant-thread.ts'

/** Names that are easily confused. A tenant's id may contain a slash. */
const thread = fc.record({
  tenantId: fc.constantFrom('a', 'b', 'a/a', 'a/b'),
  roomId: fc.constantFrom('a', 'b', 'a.b'),
  threadId: fc.constantFrom('a', 'b', 'b.a'),
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), thread, value: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), thread }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
)

it('S000-12 the names of two rooms, threads or runs are equal exactly if their tenants and ids are', () => {
  fc.assert(
    fc.property(thread, thread, fc.constantFrom('a', 'b'), fc.constantFrom('a', 'b'), (a, b, runA, runB) => {
      const sameRoom = a.tenantId === b.tenantId && a.roomId === b.roomId
      const same = sameRoom && a.threadId === b.threadId
      expect(roomName(a) === roomName(b)).toBe(sameRoom)
      expect(threadName(a) === threadName(b)).toBe(same)
      expect(runName(runOf(a, a, runA)) === runName(runOf(b, b, runB))).toBe(same && runA === runB)
    }),
  )
})

it('S000-12 a map of threads holds the same entries, in the same order, as a map by their names', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), thread, (steps, asked) => {
      const map = createTenantThreadMap<number>()
      const model = new Map<string, { thread: TenantThread; value: number }>()
      for (const one of steps) {
        if (one.type === 'set') {
          map.set(one.thread, one.value)
          model.set(threadName(one.thread), { thread: one.thread, value: one.value })
        } else if (one.type === 'delete') {
          map.delete(one.thread)
          model.delete(threadName(one.thread))
        } else {
          map.clear()
          model.clear()
        }
      }
      const known = model.get(threadName(asked))
      expect([map.size, map.has(asked), map.get(asked)]).toEqual([model.size, known !== undefined, known?.value])
      expect([...map.entries()]).toEqual([...model.values()])
    }),
  )
})
