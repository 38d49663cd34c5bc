import { expect, it } from 'vitest'
import { type Contender, inTurn, withPlaces } from './places.ts'

const of = (personId: string, agentId = 'demo') => ({ owner: { tenantId: 't', personId }, agentId })
const named = (name: string) => ({ ...of(name[0] ?? '', name.includes('!') ? 'model' : 'demo'), name })
const names = (runs: readonly { name: string }[]) => runs.map(({ name }) => name).join(' ')
const waiting = (...all: string[]) => all.map(named)

it('persons take turns, and of each the first accepted comes first', () => {
  expect(names(inTurn(waiting('a1', 'a2', 'a3', 'b1', 'c1', 'b2'), []))).toBe('a1 b1 c1 a2 b2 a3')
})

it('who has runs going on has had that many turns', () => {
  const live: Contender[] = [of('a'), of('a'), of('b')]
  expect(names(inTurn(waiting('a1', 'a2', 'b1', 'c1', 'c2', 'c3'), live))).toBe('c1 b1 c2 a1 c3 a2')
})

it('caps hold at their edge: exactly as many as may, of each person and of each agent', () => {
  const all = inTurn(waiting('a1', 'a2', 'a3', 'b1!', 'b2!', 'c1!'), [])
  expect(names(withPlaces(all, [], { perPerson: 1 }, 10))).toBe('a1 b1! c1!')
  expect(names(withPlaces(all, [], { perAgent: 2 }, 10))).toBe('a1 b1! c1! a2')
  expect(names(withPlaces(all, [of('a'), of('b')], { perPerson: 1 }, 10))).toBe('c1!')
  expect(names(withPlaces(all, [], {}, 4))).toBe('a1 b1! c1! a2')
  expect(names(withPlaces(all, [], {}, 10))).toHaveLength('a1 b1! c1! a2 b2! a3'.length)
})
