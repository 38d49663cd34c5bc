import { expect, it } from 'vitest'
import { createCatalogue } from './catalogue.ts'
import type { Agent } from './port.ts'

const agent = (id: string): Agent => ({ id, title: id, async *run() {} })

it('returns agents by id, in the given order', () => {
  const [a, b] = [agent('a'), agent('b')]
  const catalogue = createCatalogue([a, b], 'b')
  expect(catalogue.get('a')).toBe(a)
  expect(catalogue.get('c')).toBeUndefined()
  expect(catalogue.list()).toEqual([a, b])
  expect(catalogue.defaultId).toBe('b')
})

it('refuses an invalid catalogue at start-up', () => {
  expect(() => createCatalogue([agent('a'), agent('a')], 'a')).toThrow('Two agents have the id "a"')
  expect(() => createCatalogue([agent('a')], 'b')).toThrow('default agent "b"')
  expect(() => createCatalogue([agent('a b')], 'a b')).toThrow('is not 1–128')
})
