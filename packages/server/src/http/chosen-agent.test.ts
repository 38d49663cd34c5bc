import { paths, type Run, type ThreadInfo, type ThreadSnapshot } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent } from '../agents/port.ts'
import { createHouse, expectProblem, type House, KEY } from './testing/house.ts'

const agent = (id: string, more: Partial<Agent> = {}): Agent => ({ id, title: id, async *run() {}, ...more })
const OTHER = { ...KEY, threadId: 't2' }

/** A house whose agents are these, the first of them by default. */
function houseOf(ids: readonly string[], more?: Partial<Agent>) {
  return createHouse({
    agents: createCatalogue(
      ids.map((id) => agent(id, more)),
      ids[0] ?? '',
    ),
  })
}

async function json<T>(response: Response): Promise<T> {
  expect(response.status).toBeLessThan(300)
  return (await response.json()) as T
}

/** Starts a run, lets it end, and says who answered. */
async function ask(house: House, runId: string, more: object = {}, key = KEY): Promise<string> {
  const messages = [{ id: `${runId}-q`, role: 'user', content: 'Hello' }]
  const { run } = await json<{ run: Run }>(await house.ask(paths.runs(key), { runId, messages, ...more }))
  await house.finish(await house.claim())
  return run.agentId
}

const line = async (house: House, key = KEY) => (await json<ThreadSnapshot>(await house.ask(paths.thread(key)))).thread

it('the agent belongs to the thread: who names none goes on with the last one chosen there, else the room’s, else the default', async () => {
  const house = await houseOf(['demo', 'poet', 'critic'])
  await house.ask(paths.room('default'), { agentId: 'critic' }, { method: 'PATCH' })
  expect(await ask(house, 'r1')).toBe('critic')
  expect(await ask(house, 'r2', { agentId: 'poet' })).toBe('poet')
  expect(await ask(house, 'r1', {}, OTHER)).toBe('critic')
  expect(await ask(house, 'r3')).toBe('poet')
  expect([(await line(house)).agentId, (await line(house, OTHER)).agentId]).toEqual(['poet', 'critic'])
  const { items } = await json<{ items: ThreadInfo[] }>(await house.ask(paths.threads('default')))
  expect(Object.fromEntries(items.map(({ threadId, agentId }) => [threadId, agentId]))).toEqual({
    t1: 'poet',
    t2: 'critic',
  })
  // A retry keeps the agent that answered, unless it names another.
  expect(await ask(house, 'r4', { messages: [], parentId: 'r1-q' })).toBe('critic')
  expect(await ask(house, 'r5', { messages: [], parentId: 'r1-q', agentId: 'demo' })).toBe('demo')
  expect(await ask(house, 'r6')).toBe('demo')
})

it('an agent that is not set up any more is replaced by the next that is, and the thread says so', async () => {
  const catalogues = [['demo', 'poet'], ['demo']].map((ids) =>
    createCatalogue(
      ids.map((id) => agent(id)),
      'demo',
    ),
  )
  let [agents] = catalogues
  const house = await createHouse({
    agents: {
      get: (id) => agents?.get(id),
      list: () => agents?.list() ?? [],
      defaultId: 'demo',
    },
  })
  expect(await ask(house, 'r1', { agentId: 'poet' })).toBe('poet')
  expect(await line(house)).not.toHaveProperty('unavailableAgentId')
  await house.ask('/v1/rooms', { roomId: 'r', title: 'R', agentId: 'poet' })
  agents = catalogues[1]
  expect(await line(house)).toMatchObject({ agentId: 'demo', unavailableAgentId: 'poet' })
  expect(await json(await house.ask(paths.room('r')))).toMatchObject({ agentId: 'demo' })
  expect(await ask(house, 'r2')).toBe('demo')
  // What was accepted is answered again, whatever has become of its agent.
  const again = { runId: 'r1', messages: [{ id: 'r1-q', role: 'user', content: 'Hello' }], agentId: 'poet' }
  expect((await house.ask(paths.runs(KEY), again)).status).toBe(202)
  await expectProblem(await house.ask(paths.runs(KEY), { ...again, runId: 'r9' }), 422, 'unknown_agent')
  agents = catalogues[0]
  expect(await line(house)).toMatchObject({ agentId: 'poet' })
})

it('a start that is retried is the same run, although its thread has another agent by now', async () => {
  const house = await houseOf(['demo', 'poet'])
  const body = { runId: 'r1', messages: [{ id: 'r1-q', role: 'user', content: 'Hello' }] }
  expect(await ask(house, 'r1')).toBe('demo')
  expect(await ask(house, 'r2', { agentId: 'poet' })).toBe('poet')
  expect(await json(await house.ask(paths.runs(KEY), body))).toMatchObject({ run: { runId: 'r1', agentId: 'demo' } })
  await expectProblem(await house.ask(paths.runs(KEY), { ...body, agentId: 'poet' }), 409, 'run_id_reused')
})

it('a room that names no agent follows the default, also when that becomes another', async () => {
  let defaultId = 'demo'
  const all = createCatalogue([agent('demo'), agent('model')], 'demo')
  const house = await createHouse({
    agents: {
      get: all.get,
      list: all.list,
      get defaultId() {
        return defaultId
      },
    },
  })
  const room = { roomId: 'r', title: 'R' }
  expect(await json(await house.ask('/v1/rooms', room))).toMatchObject({ agentId: 'demo' })
  const key = { roomId: 'r', threadId: 't' }
  expect(await ask(house, 'r1', {}, key)).toBe('demo')
  defaultId = 'model'
  expect(await ask(house, 'r2', {}, key)).toBe('model')
  expect(await json(await house.ask(paths.room('r')))).toMatchObject({ agentId: 'model' })
  expect((await house.ask('/v1/rooms', room)).status).toBe(200)
})
