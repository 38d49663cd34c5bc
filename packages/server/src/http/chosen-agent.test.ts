import { paths, type Run, type ThreadInfo, type ThreadSnapshot } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent } from '../agents/port.ts'
import { createTestServer, expectProblem, KEY, type TestServer } from './testing/test-server.ts'

const agent = (id: string, more: Partial<Agent> = {}): Agent => ({ id, title: id, async *run() {}, ...more })
const OTHER = { ...KEY, threadId: 't2' }

/** A server with these agents, the first of them the default. */
function serverOf(ids: readonly string[], more?: Partial<Agent>) {
  return createTestServer({
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

/** Starts a run, lets it end, and returns which agent answered. */
async function ask(server: TestServer, runId: string, more: object = {}, key = KEY): Promise<string> {
  const messages = [{ id: `${runId}-q`, role: 'user', content: 'Hello' }]
  const { run } = await json<{ run: Run }>(await server.ask(paths.runs(key), { runId, messages, ...more }))
  await server.finish(await server.claim())
  return run.agentId
}

const line = async (server: TestServer, key = KEY) =>
  (await json<ThreadSnapshot>(await server.ask(paths.thread(key)))).thread

it('a start without an agent uses the last one chosen in its thread, else the room’s, else the default', async () => {
  const server = await serverOf(['demo', 'poet', 'critic'])
  await server.ask(paths.room('default'), { agentId: 'critic' }, { method: 'PATCH' })
  expect(await ask(server, 'r1')).toBe('critic')
  expect(await ask(server, 'r2', { agentId: 'poet' })).toBe('poet')
  expect(await ask(server, 'r1', {}, OTHER)).toBe('critic')
  expect(await ask(server, 'r3')).toBe('poet')
  expect([(await line(server)).agentId, (await line(server, OTHER)).agentId]).toEqual(['poet', 'critic'])
  const { items } = await json<{ items: ThreadInfo[] }>(await server.ask(paths.threads('default')))
  expect(Object.fromEntries(items.map(({ threadId, agentId }) => [threadId, agentId]))).toEqual({
    t1: 'poet',
    t2: 'critic',
  })
  // A retry keeps the agent that answered, unless it names another.
  expect(await ask(server, 'r4', { messages: [], parentId: 'r1-q' })).toBe('critic')
  expect(await ask(server, 'r5', { messages: [], parentId: 'r1-q', agentId: 'demo' })).toBe('demo')
  expect(await ask(server, 'r6')).toBe('demo')
})

it('an agent that is no longer set up is replaced by the next one that is, and the thread says so', async () => {
  const catalogues = [['demo', 'poet'], ['demo']].map((ids) =>
    createCatalogue(
      ids.map((id) => agent(id)),
      'demo',
    ),
  )
  let [agents] = catalogues
  const server = await createTestServer({
    agents: {
      get: (id) => agents?.get(id),
      list: () => agents?.list() ?? [],
      defaultId: 'demo',
    },
  })
  expect(await ask(server, 'r1', { agentId: 'poet' })).toBe('poet')
  expect(await line(server)).not.toHaveProperty('unavailableAgentId')
  await server.ask('/v1/rooms', { roomId: 'r', title: 'R', agentId: 'poet' })
  agents = catalogues[1]
  expect(await line(server)).toMatchObject({ agentId: 'demo', unavailableAgentId: 'poet' })
  expect(await json(await server.ask(paths.room('r')))).toMatchObject({ agentId: 'demo' })
  expect(await ask(server, 'r2')).toBe('demo')
  // An accepted start is answered again, even if its agent is no longer set up.
  const again = { runId: 'r1', messages: [{ id: 'r1-q', role: 'user', content: 'Hello' }], agentId: 'poet' }
  expect((await server.ask(paths.runs(KEY), again)).status).toBe(202)
  await expectProblem(await server.ask(paths.runs(KEY), { ...again, runId: 'r9' }), 422, 'unknown_agent')
  agents = catalogues[0]
  expect(await line(server)).toMatchObject({ agentId: 'poet' })
})

it('a retried start is the same run, even if its thread has another agent by now', async () => {
  const server = await serverOf(['demo', 'poet'])
  const body = { runId: 'r1', messages: [{ id: 'r1-q', role: 'user', content: 'Hello' }] }
  expect(await ask(server, 'r1')).toBe('demo')
  expect(await ask(server, 'r2', { agentId: 'poet' })).toBe('poet')
  expect(await json(await server.ask(paths.runs(KEY), body))).toMatchObject({ run: { runId: 'r1', agentId: 'demo' } })
  await expectProblem(await server.ask(paths.runs(KEY), { ...body, agentId: 'poet' }), 409, 'run_id_reused')
})

it('a room without an agent follows the default, even when the default changes', async () => {
  let defaultId = 'demo'
  const all = createCatalogue([agent('demo'), agent('model')], 'demo')
  const server = await createTestServer({
    agents: {
      get: all.get,
      list: all.list,
      get defaultId() {
        return defaultId
      },
    },
  })
  const room = { roomId: 'r', title: 'R' }
  expect(await json(await server.ask('/v1/rooms', room))).toMatchObject({ agentId: 'demo' })
  const key = { roomId: 'r', threadId: 't' }
  expect(await ask(server, 'r1', {}, key)).toBe('demo')
  defaultId = 'model'
  expect(await ask(server, 'r2', {}, key)).toBe('model')
  expect(await json(await server.ask(paths.room('r')))).toMatchObject({ agentId: 'model' })
  expect((await server.ask('/v1/rooms', room)).status).toBe(200)
})
