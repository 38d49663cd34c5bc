/** A remote AG-UI agent in a process of its own, well and badly behaved. */
import type { Event } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineLog, EngineLogEntry } from '../../engine/log.ts'
import { createTestServer, expectLegalEnd } from '../../engine/testing/test-server.ts'
import type { AguiRequest } from '../../testing/agui-endpoint.ts'
import { type Endpoint, spawnAguiEndpoint } from '../../testing/spawn-endpoint.ts'
import { AgentFailure } from '../failure.ts'
import { testContext } from '../testing/agent-context.ts'
import { createRemoteAgent, type RemoteAgentOptions } from './remote-agent.ts'

let endpoint: Endpoint<AguiRequest>
beforeAll(async () => {
  endpoint = await spawnAguiEndpoint()
})
afterAll(() => endpoint.close())

function ask(scenario: string, options: Partial<RemoteAgentOptions> = {}, tenantId = 'local') {
  const clock = createManualClock()
  const agent = createRemoteAgent({ url: endpoint.url, clock, ...options })
  const stop = new AbortController()
  const events: Event[] = []
  const messages = [
    { id: 'p', role: 'assistant' as const, content: 'Earlier.' },
    { id: 'q', role: 'user' as const, content: `#${scenario}` },
  ]
  const input = { threadId: 't', runId: `r-${scenario}`, messages, tools: [], context: [] }
  const end: Promise<unknown> = (async () => {
    for await (const event of agent.run(input, testContext({ signal: stop.signal, tenantId }))) events.push(event)
  })().then(
    () => 'returned',
    (error) => error,
  )
  const text = () => events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
  return { clock, stop, events, end, text, messages }
}

const requestOf = async (scenario: string) =>
  (await endpoint.requests()).findLast((request) => request.input.runId === `r-${scenario}`)
const hungUp = (scenario: string) =>
  vi.waitFor(async () => expect(await requestOf(scenario)).toMatchObject({ closedBy: 'asker' }))

it('gets the whole input, with the room in its threadId, and nothing that was not configured', async () => {
  const { end, messages, text, events } = ask('whole', { headers: { Authorization: 'Bearer own' } })
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
  // It answers in the words it was told; the run hears its own.
  for (const event of [events[0], events.at(-1)]) expect(event).toMatchObject({ threadId: 't', runId: 'r-whole' })
  expect(events.at(-1)?.type).toBe('RUN_FINISHED')
  const request = await requestOf('whole')
  expect(request?.input).toEqual({
    threadId: 'room/t',
    runId: 'r-whole',
    protocolVersion: '1.0',
    state: {},
    messages,
    tools: [],
    context: [],
    forwardedProps: {},
  })
  const { authorization, accept, 'content-type': type, cookie } = request?.headers ?? {}
  expect({ authorization, accept, type, cookie }).toEqual({
    authorization: 'Bearer own',
    accept: 'text/event-stream',
    type: 'application/json',
  })
})

it('may get the thread under another id', async () => {
  await ask('whole', { threadIdOf: ({ threadId }) => threadId }).end
  expect((await requestOf('whole'))?.input.threadId).toBe('t')
})

it('G8 names the threads of two tenants differently, since the endpoint may keep state for each', async () => {
  await ask('whole', {}, 'acme').end
  expect((await requestOf('whole'))?.input.threadId).toBe('acme/room/t')
})

it('puts together what arrives one byte at a time', async () => {
  const { end, text } = ask('byte-by-byte')
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
})

describe('says why it failed, and keeps what came', () => {
  it.each([
    ['ends', 'agent_incomplete', 'Hello, wörld 🦀!'],
    ['drops', 'agent_incomplete', 'Hello, wörld 🦀!'],
    ['nothing', 'agent_incomplete', ''],
    ['half-json', 'agent_protocol', 'Hello, wörld 🦀!'],
    ['html', 'agent_protocol', ''],
    ['page', 'agent_protocol', ''],
    ['json', 'agent_protocol', ''],
    ['completions', 'agent_protocol', ''],
    ['others', 'agent_protocol', ''],
    ['redirect', 'agent_error', ''],
    ['huge-line', 'limit_exceeded', 'Hello, wörld 🦀!'],
    ['huge-event', 'limit_exceeded', 'Hello, wörld 🦀!'],
    ['status-400', 'agent_error', ''],
    ['status-401', 'agent_error', ''],
    ['status-404', 'agent_error', ''],
    ['status-429', 'agent_error', ''],
    ['status-503', 'agent_error', ''],
  ])('%s is %s', async (scenario, code, said) => {
    const { end, text } = ask(scenario)
    const error = await end
    expect(error).toBeInstanceOf(AgentFailure)
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^[A-Z].*\.$/) })
    expect(text()).toBe(said)
    await vi.waitFor(async () => expect((await requestOf(scenario))?.closedBy).not.toBe('nobody'))
  })

  it('follows no redirect: the conversation goes to the configured address only', async () => {
    const count = async () => (await endpoint.requests()).length
    const before = await count()
    expect(await ask('redirect').end).toMatchObject({
      message: expect.stringContaining('redirects to another address'),
    })
    expect(await count()).toBe(before + 1)
  })

  it('an endpoint that is not there', async () => {
    const gone = await spawnAguiEndpoint()
    await gone.close()
    expect(await ask('whole', { url: gone.url }).end).toMatchObject({
      code: 'agent_error',
      message: expect.stringContaining('cannot be reached'),
    })
  })

  it('an address that cannot be one is refused before any run', () => {
    const clock = createManualClock()
    expect(() => createRemoteAgent({ url: 'file:///x', clock })).toThrow('http or https')
    expect(() => createRemoteAgent({ url: 'http://me:secret@x/', clock })).toThrow('headers')
  })
})

it('G6 an abort reaches the socket', async () => {
  const { end, stop, text } = ask('silent')
  await vi.waitFor(() => expect(text()).toBe('Hello, wörld 🦀!'))
  stop.abort(new DOMException('The run was cancelled.', 'AbortError'))
  expect(await end).toMatchObject({ name: 'AbortError' })
  await hungUp('silent')
})

it('S001-C8 gives up on one that does not begin, falls silent, or never ends, and hangs up', async () => {
  const first = ask('never-begins')
  await vi.waitFor(async () => expect(await requestOf('never-begins')).toBeDefined())
  first.clock.advance(120_000)
  expect(await first.end).toMatchObject({ code: 'timeout' })
  await hungUp('never-begins')
  const idle = ask('silent')
  await vi.waitFor(() => expect(idle.text()).not.toBe(''))
  idle.clock.advance(600_000)
  expect(await idle.end).toMatchObject({ code: 'timeout', message: expect.stringContaining('stopped in the middle') })
  const long = ask('goes-on', { totalMs: 10_000 })
  await vi.waitFor(() => expect(long.events.length).toBeGreaterThan(1))
  for (let n = 0; n < 20; n++) {
    long.clock.advance(500)
    await new Promise(setImmediate)
  }
  expect(await long.end).toMatchObject({ code: 'timeout', message: expect.stringContaining('longer') })
  await hungUp('goes-on')
  // Their stop requests end on their own.
  await vi.waitFor(() => expect([first, idle, long].map(({ clock }) => clock.waiting)).toEqual([0, 0, 0]))
})

it('reads no further than the end of the run', async () => {
  const { end, events } = ask('after-the-end')
  expect(await end).toBe('returned')
  expect(events.filter(({ type }) => type === 'RUN_FINISHED')).toHaveLength(1)
  await hungUp('after-the-end')
})

describe('under the real engine', () => {
  async function ended(scenario: string, log: EngineLog = () => {}) {
    const clock = { now: () => 0, schedule: () => () => {} }
    const server = await createTestServer({ agents: [createRemoteAgent({ url: endpoint.url, clock })], log })
    await server.engine.start()
    await server.ask(scenario, 'remote', undefined, undefined, `#${scenario}`)
    await vi.waitFor(async () => {
      await server.pass(20)
      expect(await server.run(scenario)).toHaveProperty('outcome')
    })
    return server
  }

  it('what is passed over is counted, and a stack trace is the operator’s to read', async () => {
    const entries: EngineLogEntry[] = []
    await ended('not-an-event', (entry) => entries.push(entry))
    const counted = entries.find(({ type }) => type === 'agent_passed_over')
    expect(counted).toMatchObject({ lease: { runId: 'not-an-event' }, events: new Map([['NONSENSE', 1]]) })
    const server = await ended('traces', (entry) => entries.push(entry))
    expectLegalEnd(await server.envelopes('traces'), { type: 'failed', code: 'agent_error', message: 'No ink.' })
    expect(JSON.stringify(await server.envelopes('traces'))).not.toContain('Traceback')
    expect(entries.at(-1)).toMatchObject({
      type: 'agent_words_cut',
      shown: 'No ink.',
      said: expect.stringContaining('File "/app/a.py"'),
    })
  })

  it.each([
    ['whole', { type: 'succeeded' }],
    ['fails', { type: 'failed', code: 'agent_error', message: 'Out of ink.' }],
    ['ends', { type: 'failed', code: 'agent_incomplete' }],
    ['drops', { type: 'failed', code: 'agent_incomplete' }],
    ['words', { type: 'succeeded' }],
    ['not-an-event', { type: 'succeeded' }],
    ['after-the-end', { type: 'succeeded' }],
  ])('%s ends the run once, legally, with what came', async (scenario, outcome) => {
    const server = await ended(scenario)
    expectLegalEnd(await server.envelopes(scenario), outcome)
    expect(await server.text(scenario)).toBe('Hello, wörld 🦀!')
  })
})
