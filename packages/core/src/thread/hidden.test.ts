import { expect, it } from 'vitest'
import { hiddenIndex } from './hidden.ts'

it('an index is found on its own array, may be replaced, and shows on no comparison, copy or JSON', () => {
  const [places, lengths] = [
    hiddenIndex<readonly string[], Map<string, number>>(),
    hiddenIndex<readonly string[], number>(),
  ]
  const list = Object.freeze(['a', 'b'])
  expect(places.get(list)).toBeUndefined()
  const index = new Map([['b', 1]])
  for (const held of [new Map(), index]) {
    places.set(list, held)
    expect(places.get(list)).toBe(held)
  }
  expect(lengths.get(list)).toBeUndefined()
  expect(places.get([...list])).toBeUndefined()
  expect(list).toEqual(['a', 'b'])
  expect(Reflect.ownKeys(list)).toEqual(['0', '1', 'length'])
  expect(JSON.stringify(list)).toBe('["a","b"]')
})
