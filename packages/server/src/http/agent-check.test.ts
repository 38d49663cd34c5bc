import { paths } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent } from '../agents/port.ts'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

const START = { runId: 'r1', messages: [{ id: 'q', role: 'user', content: 'Hello' }] }

/** A server with one agent, whose check returns this. */
async function serverOf(check: () => unknown) {
  const agent: Agent = { id: 'odd', title: 'Odd', async *run() {}, check: check as NonNullable<Agent['check']> }
  return createTestServer({ agents: createCatalogue([agent], 'odd') })
}

describe('an agent’s check of a start', () => {
  it.each([
    ['nothing', () => undefined],
    ['yes in another way', () => true],
    ['a type that there is not', () => ({ type: 'maybe', message: 'x' })],
    ['a problem with another type', () => ({ type: 'not_found', message: 'x' })],
    ['a name of every object', () => ({ type: 'constructor' })],
    ['a promise of nothing', () => Promise.resolve()],
    ['a list', () => ['ok']],
  ])('is never taken for a yes where it is none of the answers: %s', async (_, check) => {
    const server = await serverOf(check)
    await expectProblem(await server.ask(paths.runs(KEY), START), 500, 'internal')
    expect(server.faults).toMatchObject([{ message: expect.stringContaining('"odd"') }])
    await expectProblem(await server.ask(paths.thread(KEY)), 404, 'not_found')
  })

  it('refuses in its own words, or in ours if it has none', async () => {
    for (const [message, detail] of [
      ['Only on Mondays.', 'Only on Mondays.'],
      [undefined, 'The agent “odd” cannot do this, and gave no reason.'],
      [{ length: 7 }, 'The agent “odd” cannot do this, and gave no reason.'],
      ['x'.repeat(5_000), 'x'.repeat(1_000)],
    ]) {
      const server = await serverOf(() => ({ type: 'invalid', message }))
      const problem = await expectProblem(await server.ask(paths.runs(KEY), START), 422, 'invalid')
      expect(problem.detail).toBe(detail)
      expect(server.faults).toEqual([])
    }
  })
})
