import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPending } from './pending.ts'

it('each call is returned once, by its own number, in whatever order they are taken, and the rest is cleared in order', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('add' as const), count: fc.integer({ min: 1, max: 700 }) }) },
    // Mostly the oldest, as answers arrive.
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('take' as const),
        count: fc.integer({ min: 1, max: 900 }),
        behind: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const pending = createPending<string>()
      const model = new Map<number, string>()
      let added = 0
      for (const one of steps) {
        if (one.type === 'add') {
          for (let n = 0; n < one.count; n++) {
            const name = `call ${++added}`
            const id = pending.add(name)
            expect(model.has(id)).toBe(false)
            model.set(id, name)
          }
        } else if (one.type === 'take') {
          for (const id of [...model.keys()].slice(one.behind, one.behind + one.count)) {
            expect(pending.take(id)).toBe(model.get(id))
            model.delete(id)
            expect(pending.take(id)).toBeUndefined()
          }
        } else {
          expect(pending.clear()).toEqual([...model.values()])
          model.clear()
        }
      }
      expect(pending.clear()).toEqual([...model.values()])
    }),
  )
})

it('an unknown number returns nothing', () => {
  const pending = createPending<string>()
  const id = pending.add('call')
  expect([pending.take(id + 1), pending.take(0), pending.take(-5)]).toEqual([undefined, undefined, undefined])
  expect(pending.take(id)).toBe('call')
})
