import { expect, it } from 'vitest'
import { type Contender, inTurn, withPlaces } from './places.ts'

const of = (personId: string, agentId = 'demo') => ({ owner: { tenantId: 't', personId }, agentId })
const named = (name: string) => ({ ...of(name[0] ?? '', name.includes('!') ? 'model' : 'demo'), name })
const names = (runs: readonly { name: string }[]) => runs.map(({ name }) => name).join(' ')
const waiting = (...all: string[]) => all.map(named)

it('people take turns, and each person’s runs start in the order of acceptance', () => {
  expect(names(inTurn(waiting('a1', 'a2', 'a3', 'b1', 'c1', 'b2'), []))).toBe('a1 b1 c1 a2 b2 a3')
})

it('live runs count as turns that a person has had', () => {
  const live: Contender[] = [of('a'), of('a'), of('b')]
  expect(names(inTurn(waiting('a1', 'a2', 'b1', 'c1', 'c2', 'c3'), live))).toBe('c1 b1 c2 a1 c3 a2')
})

it('caps allow exactly as many runs of each person and of each agent as they say', () => {
  const all = inTurn(waiting('a1', 'a2', 'a3', 'b1!', 'b2!', 'c1!'), [])
  expect(names(withPlaces(all, [], { perPerson: 1 }, 10))).toBe('a1 b1! c1!')
  expect(names(withPlaces(all, [], { perAgent: 2 }, 10))).toBe('a1 b1! c1! a2')
  expect(names(withPlaces(all, [of('a'), of('b')], { perPerson: 1 }, 10))).toBe('c1!')
  expect(names(withPlaces(all, [], {}, 4))).toBe('a1 b1! c1! a2')
  expect(names(withPlaces(all, [], {}, 10))).toHaveLength('a1 b1! c1! a2 b2! a3'.length)
})
