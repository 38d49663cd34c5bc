/** Sub-agents over HTTP: their durable steps, and stopping one. */
import type { Event } from '@ag-ui/core'
import { paths, type SubagentPage } from '@holdfast/core'
import { expect, it } from 'vitest'
import type { Lease } from '../../store/port.ts'
import { createTestServer, expectProblem, KEY, type TestServer } from '../testing/test-server.ts'

const OTHER = { ...KEY, threadId: 't2' }

/** An agent may choose any id. */
const ODD = 'odd/../ id?ü'

const started = (subagentRunId: string): Event[] => [
  { type: 'SUBAGENT_STARTED', subagentRunId, name: 'researcher', parentToolCallId: 'call-1' } as Event,
  { type: 'TEXT_MESSAGE_START', messageId: `m-${subagentRunId}`, role: 'assistant', subagentRunId } as Event,
  { type: 'TEXT_MESSAGE_CONTENT', messageId: `m-${subagentRunId}`, delta: 'Looking.', subagentRunId } as Event,
]

async function withChildren(ids: readonly string[], key = KEY, server?: TestServer) {
  const made = server ?? (await createTestServer())
  await made.start('r1', key)
  const lease = await made.claim()
  await append(made, lease, ids.flatMap(started))
  return { server: made, lease }
}

function append({ store }: TestServer, lease: Lease, events: readonly Event[]) {
  return store.work.append(
    lease,
    events.map((event) => JSON.stringify(event)),
  )
}

async function listed(server: TestServer, query = '', key = KEY) {
  const response = await server.ask(`${paths.subagents(key)}${query}`)
  expect(response.status).toBe(200)
  return ((await response.json()) as SubagentPage).items
}

it('S003-8 steps are stored while nobody watches, and every reader gets their events', async () => {
  const { server, lease } = await withChildren(['s1'])
  expect(await listed(server)).toMatchObject([{ steps: [{ n: 1, text: 'Looking.' }] }])
  const live = await server.ask(`${paths.log(KEY)}?live=sse`)
  await append(server, lease, [
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm-s1', delta: ' Found.', subagentRunId: 's1' } as Event,
  ])
  expect(await listed(server)).toMatchObject([{ steps: [{ n: 1, text: 'Looking. Found.' }] }])
  expect((await server.ask(`${paths.thread(KEY)}?force=true`, undefined, { method: 'DELETE' })).status).toBe(204)
  expect(await live.text()).toContain(' Found.')
})

it('S003-9 the route gives a thread’s own sub-agents, all of them or those of one tool call', async () => {
  const { server } = await withChildren(['s1', ODD])
  await withChildren(['s1'], OTHER, server)
  expect(await listed(server)).toMatchObject([
    {
      subagentRunId: 's1',
      runId: 'r1',
      jobId: 's1',
      parentToolCallId: 'call-1',
      name: 'researcher',
      status: 'running',
      droppedSteps: 0,
      steps: [{ n: 1, kind: 'text', text: 'Looking.' }],
    },
    { subagentRunId: ODD },
  ])
  expect(await listed(server, '?toolCallId=call-1')).toHaveLength(2)
  expect(await listed(server, '?toolCallId=call-2')).toEqual([])
  expect(await listed(server, '', OTHER)).toHaveLength(1)
  await expectProblem(await server.ask(`${paths.subagents(KEY)}?toolCallId=`), 422, 'invalid')
  await expectProblem(await server.ask(paths.subagents({ ...KEY, threadId: 'none' })), 404, 'not_found')
})

it('S003-5 a sub-agent is stopped by its id alone, under any id, and its run goes on', async () => {
  const { server, lease } = await withChildren(['s1', ODD])
  for (const id of [ODD, ODD]) {
    const asked = await server.ask(paths.cancelSubagent(KEY, id), {})
    expect([asked.status, await asked.json()]).toMatchObject([
      202,
      { subagent: { subagentRunId: ODD, stopping: true } },
    ])
  }
  expect(await append(server, lease, [])).toEqual({ type: 'running', stoppedChildren: [ODD] })
  const stopped = { type: 'SUBAGENT_ERROR', subagentRunId: ODD, message: 'Stopped.', code: 'cancelled' } as Event
  await append(server, lease, [stopped])
  const late = await server.ask(paths.cancelSubagent(KEY, ODD), {})
  expect([late.status, await late.json()]).toEqual([200, { alreadyTerminal: true, status: 'cancelled' }])
  expect(await (await server.ask(paths.run(KEY, 'r1'))).json()).toMatchObject({ status: 'running' })
  expect(await listed(server)).toMatchObject([{ status: 'running' }, { status: 'cancelled' }])
})

it('S003-C4 what does not exist is 404, and what was deleted is 410', async () => {
  const { server } = await withChildren(['s1'])
  await expectProblem(await server.ask(paths.cancelSubagent(KEY, 'nobody'), {}), 404, 'not_found')
  await expectProblem(await server.ask(paths.cancelSubagent(KEY, 'x'.repeat(257)), {}), 422, 'invalid')
  await expectProblem(await server.ask(paths.cancelSubagent(OTHER, 's1'), {}), 404, 'not_found')
  const gone = await server.ask(`${paths.thread(KEY)}?force=true`, undefined, { method: 'DELETE' })
  expect(gone.status).toBe(204)
  await expectProblem(await server.ask(paths.subagents(KEY)), 410, 'deleted')
  await expectProblem(await server.ask(paths.cancelSubagent(KEY, 's1'), {}), 410, 'deleted')
})
