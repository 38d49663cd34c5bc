import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyString, type ThreadKey } from './thread-key.ts'
import { createThreadMap } from './thread-map.ts'

const key = fc.record({ roomId: fc.constantFrom('a', 'b', 'a.b'), threadId: fc.constantFrom('a', 'b', 'b.a') })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
)

it('S000-12 behaves like a map by key string, in content and order, for any sets, replacements and deletions', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), key, (steps, asked) => {
      const map = createThreadMap<number>()
      const model = new Map<string, { key: ThreadKey; value: number }>()
      for (const one of steps) {
        if (one.type === 'set') {
          map.set(one.key, one.value)
          model.set(keyString(one.key), one)
        } else if (one.type === 'delete') {
          map.delete(one.key)
          model.delete(keyString(one.key))
        } else {
          map.clear()
          model.clear()
        }
      }
      const known = model.get(keyString(asked))
      expect([map.size, map.has(asked), map.get(asked)]).toEqual([model.size, known !== undefined, known?.value])
      const expected = [...model.values()].map(({ key: { roomId, threadId }, value }) => ({
        key: { roomId, threadId },
        value,
      }))
      expect([...map.entries()]).toEqual(expected)
    }),
  )
})
