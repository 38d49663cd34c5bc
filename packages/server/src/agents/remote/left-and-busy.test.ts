/** A remote agent that keeps running after it was left is asked to stop, and one that is still busy is waited for. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '@ag-ui/core'
import { type busyEvent, isBusy, nextWait, saysBusy } from '@holdfast/core/remote'
import { createManualClock, type ManualClock } from '@holdfast/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { testContext } from '../testing/agent-context.ts'
import { createRemoteAgent, type RemoteAgentOptions } from './remote-agent.ts'

const sse = (...events: object[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const STARTED = { type: 'RUN_STARTED', threadId: 't', runId: 'r' }
const TEXT = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hi.' }
const FINISHED = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' }

type Answer = (response: ServerResponse, asked: Asked) => void
interface Asked {
  readonly path: string
  readonly body: { readonly threadId?: string; readonly messages?: readonly unknown[] }
}

const stream =
  (...events: object[]) =>
  (response: ServerResponse) =>
    void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(sse(...events))
const silent =
  (...events: object[]) =>
  (response: ServerResponse) =>
    void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(sse(...events))
const refuse = (status: number, body: string) => (response: ServerResponse) => void response.writeHead(status).end(body)

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** The last answer to runs is given again and again; `stops` answers everything else. */
async function endpoint(runs: readonly Answer[], options: { readonly path?: string; readonly stops?: Answer } = {}) {
  const { path = '/agent', stops = refuse(200, '{"stopped":true}') } = options
  const asked: Asked[] = []
  const left = [...runs]
  const server = createServer(async (request: IncomingMessage, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const one = { path: request.url ?? '', body: JSON.parse(Buffer.concat(pieces).toString()) as Asked['body'] }
    asked.push(one)
    const answer = one.path === path ? (left.length > 1 ? left.shift() : left[0]) : stops
    answer?.(response, one)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: `${origin}${path}`, origin, asked, paths: () => asked.map((one) => one.path) }
}

function ask(url: string, options: Partial<RemoteAgentOptions> = {}, clock: ManualClock = createManualClock()) {
  const agent = createRemoteAgent({ url, clock, random: () => 0, ...options })
  const stop = new AbortController()
  const events: Event[] = []
  const input = { threadId: 't', runId: 'r', messages: [], tools: [], context: [] }
  const context = testContext({ signal: stop.signal })
  const run = async () => {
    for await (const event of agent.run(input, context)) events.push(event)
    return 'returned'
  }
  const end = run().catch((error: unknown) => error)
  const waits = () => events.filter(({ type }) => type === 'CUSTOM') as ReturnType<typeof busyEvent>[]
  /** Time passes whenever the agent waits for it. */
  const whileItWaits = async () => {
    let isOver = false
    void end.then(() => (isOver = true))
    while (!isOver) {
      await new Promise(setImmediate)
      if (waits().length > 0) clock.advance(500)
    }
    return end
  }
  return { agent, clock, stop, events, end, waits, whileItWaits }
}

describe('left before its end', () => {
  it.each([
    ['/agent', '/agent/stop/room%2Ft'],
    ['/agent/', '/agent/stop/room%2Ft'],
    ['/agui/demo', '/agui/demo/stop/room%2Ft'],
    ['/api/agent/demo/run', '/api/agent/demo/stop/room%2Ft'],
    ['/agent?key=1', '/agent/stop/room%2Ft?key=1'],
  ])('at %s it is asked to stop at %s, in the shape of a run without messages', async (path, stopPath) => {
    const { url, asked, paths } = await endpoint([silent(STARTED, TEXT)], { path })
    const { stop, events, end } = ask(url)
    await vi.waitFor(() => expect(events).toHaveLength(2))
    stop.abort(new DOMException('Cancelled.', 'AbortError'))
    expect(await end).toMatchObject({ name: 'AbortError' })
    await vi.waitFor(() => expect(paths()).toEqual([path, stopPath]))
    expect(asked[1]?.body).toMatchObject({ threadId: 'room/t', runId: 'r', messages: [] })
  })

  it('also before it has begun to answer, and where it falls silent', async () => {
    const { url, paths } = await endpoint([() => {}])
    const never = ask(url)
    await vi.waitFor(() => expect(paths()).toHaveLength(1))
    never.clock.advance(120_000)
    expect(await never.end).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(paths()).toHaveLength(2))
  })

  it('where its stop is configured, or nowhere', async () => {
    const { url, origin, paths } = await endpoint([silent(STARTED, TEXT)])
    for (const stopUrl of [`${origin}/halt?thread={threadId}`, false] as const) {
      const { stop, events, end } = ask(url, { stopUrl })
      await vi.waitFor(() => expect(events).toHaveLength(2))
      stop.abort()
      await end
    }
    await vi.waitFor(() => expect(paths()).toEqual(['/agent', '/halt?thread=room%2Ft', '/agent']))
    expect(() => ask(url, { stopUrl: 'file:///x' })).toThrow('http or https')
  })

  it('is not told so again after it has no such route, and nothing fails', async () => {
    const { url, paths } = await endpoint([silent(STARTED, TEXT)], { stops: refuse(404, 'no') })
    const agent = createRemoteAgent({ url, clock: createManualClock() })
    for (let n = 0; n < 2; n++) {
      const stop = new AbortController()
      const context = testContext({ signal: stop.signal })
      const hear = async () => {
        for await (const _ of agent.run({ threadId: 't', runId: 'r', messages: [], tools: [], context: [] }, context))
          stop.abort(new Error('left'))
      }
      await expect(hear()).rejects.toThrow('left')
      await vi.waitFor(() => expect(paths().filter((path) => path !== '/agent')).toHaveLength(1))
    }
    expect(paths()).toHaveLength(3)
  })

  it('is asked for the next run only after its stop has arrived: a late one would stop the wrong run', async () => {
    let answerStop = () => {}
    const slow: Answer = (response) => {
      answerStop = () => response.end('{}')
    }
    const { url, paths } = await endpoint([silent(STARTED, TEXT), stream(STARTED, TEXT, FINISHED)], { stops: slow })
    const { agent, stop, events, end } = ask(url)
    await vi.waitFor(() => expect(events).toHaveLength(2))
    stop.abort()
    await end
    await vi.waitFor(() => expect(paths()).toHaveLength(2))
    const context = testContext()
    const next = agent.run({ threadId: 't', runId: 'r2', messages: [], tools: [], context: [] }, context)
    const first = next[Symbol.asyncIterator]().next()
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(paths()).toHaveLength(2)
    answerStop()
    expect(await first).toMatchObject({ value: { type: 'RUN_STARTED' } })
  })

  it('gets no stop request after its own end', async () => {
    for (const last of [FINISHED, { type: 'RUN_ERROR', message: 'No.' }]) {
      const { url, paths } = await endpoint([stream(STARTED, TEXT, last)])
      expect(await ask(url).end).toBe('returned')
      expect(paths()).toEqual(['/agent'])
    }
  })
})

describe('still busy', () => {
  const busy = { type: 'RUN_ERROR', message: 'Another run is already in progress on thread "t".', code: 'THREAD_BUSY' }

  it.each<[string, Answer]>([
    ['409', refuse(409, '')],
    ['423', refuse(423, '')],
    ['500 that says so', refuse(500, '{"error":"Thread already running"}')],
    ['an error that says so', stream(STARTED, busy)],
    ['an error that says so after a state', stream(STARTED, { type: 'STATE_SNAPSHOT', snapshot: {} }, busy)],
  ])('is waited for, visibly, and its run is stopped: %s', async (_, answer) => {
    const { url, paths } = await endpoint([answer, answer, stream(STARTED, TEXT, FINISHED)])
    const { whileItWaits, events, waits } = ask(url)
    expect(await whileItWaits()).toBe('returned')
    expect(events.filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT')).toHaveLength(1)
    expect(waits()).toMatchObject([
      { name: 'holdfast.waiting', value: { reason: 'busy', attempt: 2, maxAttempts: 10 } },
      { value: { attempt: 3 } },
    ])
    expect(paths()).toEqual(['/agent', '/agent/stop/room%2Ft', '/agent', '/agent'])
  })

  it('for ever is a failure that says what to do, after a bounded number of times', async () => {
    const { url, paths } = await endpoint([refuse(409, '')])
    const { whileItWaits } = ask(url, { maxAttempts: 3 })
    expect(await whileItWaits()).toMatchObject({
      code: 'agent_error',
      message: expect.stringMatching(/still busy.*try again/),
    })
    expect(paths().filter((path) => path === '/agent')).toHaveLength(3)
  })

  it('stops no run of another client, if the thread’s id is not only ours', async () => {
    const { url, paths } = await endpoint([refuse(409, ''), stream(STARTED, TEXT, FINISHED)])
    expect(await ask(url, { threadIdOf: () => 'shared' }).whileItWaits()).toBe('returned')
    expect(paths()).toEqual(['/agent', '/agent'])
  })

  it('is no reason to ask again once it has said a word', async () => {
    const { url, paths } = await endpoint([stream(STARTED, TEXT, busy)])
    const { end, events } = ask(url)
    expect(await end).toBe('returned')
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR' })
    expect(paths()).toEqual(['/agent'])
  })

  it('ends with the run’s cancel', async () => {
    const { url } = await endpoint([refuse(409, '')])
    const { stop, waits, end } = ask(url)
    await vi.waitFor(() => expect(waits()).toHaveLength(1))
    stop.abort(new DOMException('Cancelled.', 'AbortError'))
    expect(await end).toMatchObject({ name: 'AbortError' })
  })

  it.each([
    'Thread already running',
    'Agent is already running. Call abortRun() first or create a new instance.',
    'Agent is already processing a request. Concurrent invocations are not supported.',
    'Another run is already in progress on thread "t".',
    'Thread is already running a task. Wait for it to finish or choose a different multitask strategy.',
    'thread_busy',
    'The session is still busy.',
    'A previous run of this conversation has to finish first',
    "Can't add messages to thread_1 while a run run_2 is active.",
  ])('is what this says: %s', (words) => {
    expect(saysBusy(words)).toBe(true)
  })

  it.each([
    'No run of that name.',
    'The tool is busy.',
    'Out of credit.',
    'I am still thinking about it.',
    'Already done.',
  ])('is not what this says: %s', (words) => {
    expect(saysBusy(words)).toBe(false)
  })

  it('waits with growing delays that end', () => {
    expect(isBusy(429, 'already running')).toBe(false)
    expect(isBusy(200, 'already running')).toBe(false)
    const limits = { maxAttempts: 5, maxWaitMs: 5_000 }
    const waits = [1, 2, 3, 4, 5].map((attempt) => nextWait(attempt, 0, 1, limits))
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, undefined])
    expect(nextWait(4, 1_001, 1, limits)).toBeUndefined()
  })
})
