import { paths } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent } from '../agents/port.ts'
import { createHouse, expectProblem, KEY } from './testing/house.ts'

const START = { runId: 'r1', messages: [{ id: 'q', role: 'user', content: 'Hello' }] }

/** A house with one agent, whose check answers this. */
async function houseOf(check: () => unknown) {
  const agent: Agent = { id: 'odd', title: 'Odd', async *run() {}, check: check as NonNullable<Agent['check']> }
  return createHouse({ agents: createCatalogue([agent], 'odd') })
}

describe('what an agent says of a start', () => {
  it.each([
    ['nothing', () => undefined],
    ['yes in another way', () => true],
    ['a type that there is not', () => ({ type: 'maybe', message: 'x' })],
    ['a problem of somebody else', () => ({ type: 'not_found', message: 'x' })],
    ['a name of every object', () => ({ type: 'constructor' })],
    ['a promise', () => Promise.resolve({ type: 'ok' })],
    ['a list', () => ['ok']],
  ])('is never taken for a yes where it is none of the answers: %s', async (_, check) => {
    const house = await houseOf(check)
    await expectProblem(await house.ask(paths.runs(KEY), START), 500, 'internal')
    expect(house.faults).toMatchObject([{ message: expect.stringContaining('"odd"') }])
    await expectProblem(await house.ask(paths.thread(KEY)), 404, 'not_found')
  })

  it('is a refusal in its own words, or in ours where it has none', async () => {
    for (const [message, detail] of [
      ['Only on Mondays.', 'Only on Mondays.'],
      [undefined, 'The agent “odd” cannot do this, and does not say why.'],
      [{ length: 7 }, 'The agent “odd” cannot do this, and does not say why.'],
      ['x'.repeat(5_000), 'x'.repeat(1_000)],
    ]) {
      const house = await houseOf(() => ({ type: 'invalid', message }))
      const problem = await expectProblem(await house.ask(paths.runs(KEY), START), 422, 'invalid')
      expect(problem.detail).toBe(detail)
      expect(house.faults).toEqual([])
    }
  })
})
