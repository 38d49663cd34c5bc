import { expect, it } from 'vitest'
import { createCatalogue } from './catalogue.ts'
import type { Agent } from './port.ts'

const agent = (id: string): Agent => ({ id, title: id, async *run() {} })

it('gives the agents by id, in the order they were named', () => {
  const [a, b] = [agent('a'), agent('b')]
  const catalogue = createCatalogue([a, b], 'b')
  expect(catalogue.get('a')).toBe(a)
  expect(catalogue.get('c')).toBeUndefined()
  expect(catalogue.list()).toEqual([a, b])
  expect(catalogue.defaultId).toBe('b')
})

it('refuses at start-up what it could not keep later', () => {
  expect(() => createCatalogue([agent('a'), agent('a')], 'a')).toThrow('Two agents have the id "a"')
  expect(() => createCatalogue([agent('a')], 'b')).toThrow('default agent "b"')
  expect(() => createCatalogue([agent('a b')], 'a b')).toThrow('is not 1–128')
})
