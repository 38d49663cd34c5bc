import type { Event } from '@ag-ui/core'
import { DEFAULT_RECORDER_LIMITS } from '@holdfast/core'
import { expect, it } from 'vitest'
import { AgentFailure } from '../agents/failure.ts'
import type { Agent } from '../agents/port.ts'
import { createPuppet, createTestServer, expectLegalEnd } from './testing/test-server.ts'
import { PAUSE_BYTES } from './writer.ts'

const agentOf = (run: () => unknown): Agent => ({ id: 'bad', title: 'bad', run: run as Agent['run'] })

it.each<[string, () => unknown, string]>([
  [
    'throws at once',
    () => {
      throw new Error('no')
    },
    'agent_error',
  ],
  ['is no iterable', () => 7, 'agent_error'],
  [
    'answers with no iterator result',
    () => ({ [Symbol.asyncIterator]: () => ({ next: async () => undefined }) }),
    'agent_error',
  ],
  [
    'answers with what cannot be read',
    () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({
          done: false,
          get value() {
            throw new Error('no')
          },
        }),
      }),
    }),
    'agent_error',
  ],
  [
    'throws what cannot be looked at',
    async function* () {
      throw new Proxy(new Error('no'), {
        getPrototypeOf() {
          throw new Error('nor this')
        },
      })
    },
    'agent_error',
  ],
  [
    'says an event that cannot be read',
    async function* () {
      yield {
        get type() {
          throw new Error('no')
        },
      }
    },
    'agent_protocol',
  ],
  ['says nothing', async function* () {}, 'agent_incomplete'],
  [
    'says null',
    async function* () {
      yield null
    },
    'agent_protocol',
  ],
  [
    'says what is no event',
    async function* () {
      yield { type: 'NOPE' }
    },
    'agent_protocol',
  ],
  [
    'continues what it has not begun',
    async function* () {
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'x', delta: 'y' }
    },
    'agent_protocol',
  ],
  [
    'goes on with the question',
    async function* () {
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a-q', delta: 'forged' }
    },
    'agent_protocol',
  ],
  [
    'says that it failed',
    async function* () {
      yield { type: 'RUN_ERROR', message: 'I cannot.' }
    },
    'agent_error',
  ],
  [
    'says too much at once',
    async function* () {
      yield { type: 'CUSTOM', name: 'x', value: 'x'.repeat(2 << 20) }
    },
    'limit_exceeded',
  ],
])('an agent that %s fails its run visibly and hurts nothing else', async (_, run, code) => {
  const server = await createTestServer({ agents: [agentOf(run)] })
  await server.engine.start()
  await server.ask('a', 'bad')
  await server.ask('b', 'demo', { tokens: 3, intervalMs: 10 })
  await server.pass(100)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code })
  expect(await server.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await server.text('b')).toBe('t0 t1 t2 ')
})

it.each<[string, () => unknown, unknown]>([
  ['a sentence', () => new AgentFailure('model_auth', 'No key.'), { code: 'model_auth', message: 'No key.' }],
  [
    'a page',
    () => new AgentFailure('agent_error', 'x'.repeat(1_999) + '😀'.repeat(9_000)),
    { code: 'agent_error', message: 'x'.repeat(1_999) },
  ],
  [
    'a code that there is not',
    () => new AgentFailure('constructor' as 'timeout', 'No.'),
    { code: 'agent_error', message: expect.stringContaining('failed unexpectedly') },
  ],
  [
    'words that no store takes',
    () => Object.assign(new AgentFailure('timeout', 'No.'), { message: { say: () => 'No.' } }),
    { code: 'agent_error', message: expect.stringContaining('failed unexpectedly') },
  ],
  [
    'a code that cannot be read',
    () =>
      Object.defineProperty(new AgentFailure('timeout', 'No.'), 'code', {
        get() {
          throw new Error('no')
        },
      }),
    { code: 'agent_error', message: expect.stringContaining('failed unexpectedly') },
  ],
])('an agent that fails with %s ends its run with a code of the list and one sentence', async (_, failure, end) => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.fail(failure())
  await server.settle()
  expect(await server.run('a')).toMatchObject({ status: 'failed', outcome: end })
  expectLegalEnd(await server.envelopes('a'), { type: 'failed' })
})

it('a thrown value that breaks the log breaks no run', async () => {
  const told: string[] = []
  const server = await createTestServer({
    log: (entry) => told.push(`${entry.type} ${'error' in entry && entry.error}`),
  })
  await server.engine.start()
  await server.ask('a')
  await server.ask('b')
  await server.settle()
  server.calls[1]?.context.signal.addEventListener('abort', () => {
    throw Object.create(null)
  })
  server.calls[0]?.fail(Object.create(null))
  await server.cancel('b')
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'agent_error' })
  expectLegalEnd(await server.envelopes('b'), { type: 'cancelled' })
  expect(told).toEqual(Array(2).fill(expect.stringContaining('agent_threw Error: ')))
})

it('events before an invalid one are kept, and the agent is stopped', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('good')
  server.calls[0]?.say({ type: 'TEXT_MESSAGE_END', messageId: 'other' })
  await server.settle()
  expect(await server.text('a')).toBe('good')
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'agent_protocol' })
})

it('an agent that ends its own run and continues is no longer listened to', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('all')
  server.calls[0]?.say({ type: 'RUN_FINISHED', threadId: 'forged', runId: 'forged' })
  server.calls[0]?.say({ type: 'CUSTOM', name: 'late', value: 1 })
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
  expect(JSON.stringify(await server.envelopes('a'))).not.toMatch(/forged|late/)
  expect(server.calls[0]?.context.signal.aborted).toBe(false)
  expect(server.calls[0]?.left).toBe(true)
})

it('a run ends at its declared limits', async () => {
  const server = await createTestServer({ limits: { ...DEFAULT_RECORDER_LIMITS, maxEvents: 10 } })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 100, flood: true })
  await server.pass(60)
  expect(await server.text('a')).toMatch(/^t0 t1 .*t\d $/)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'limit_exceeded' })
})

it('G10 a flooding agent is asked for no more than the store takes', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  let yielded = 0
  const delta = 'x'.repeat(1_000)
  async function* flood(): AsyncGenerator<Event> {
    yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
    for (; yielded < 2_000; yielded++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta } as Event
    yield { type: 'TEXT_MESSAGE_END', messageId: 'm' } as Event
  }
  const server = await createTestServer({
    agents: [agentOf(flood)],
    work: (work) => ({
      ...work,
      async append(lease, events) {
        await gate
        return work.append(lease, events)
      },
    }),
  })
  await server.engine.start()
  await server.ask('a', 'bad')
  await server.pass(1_000, 20)
  expect(yielded * delta.length).toBeLessThan(PAUSE_BYTES + 10 * delta.length)
  expect(yielded * delta.length).toBeGreaterThan(PAUSE_BYTES / 2)
  open()
  await server.pass(3_000, 20)
  expect(await server.text('a')).toHaveLength(2_000 * delta.length)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
})

it('G10 an agent that never waits does not block other runs', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('flood', 'demo', { tokens: 1_000_000, flood: true })
  await server.ask('a', 'demo', { tokens: 3, intervalMs: 10 })
  await server.pass(60)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await server.run('flood')).toMatchObject({ status: 'running' })
  await server.cancel('flood')
  await server.settle()
  expect(await server.run('flood')).toMatchObject({ status: 'cancelled' })
})

it('G10 an agent that sends empty events endlessly without waiting does not block the process', async () => {
  let yielded = 0
  async function* babble(): AsyncGenerator<Event> {
    yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
    for (; yielded < 300_000; yielded++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '' } as Event
  }
  const server = await createTestServer({ agents: [agentOf(babble)] })
  await server.engine.start()
  await server.ask('a', 'bad')
  await new Promise(setImmediate)
  expect(yielded).toBeLessThan(1_000)
  await server.cancel('a')
  await server.settle()
  expect(await server.run('a')).toMatchObject({ status: 'cancelled' })
})

it('an agent whose clean-up fails is still stopped properly', async () => {
  const puppet = createPuppet('rude')
  const rude: Agent = {
    ...puppet.agent,
    run: (input, context) => {
      const inner = puppet.agent.run(input, context)[Symbol.asyncIterator]()
      const fail = async () => {
        throw new Error('clean-up')
      }
      return { [Symbol.asyncIterator]: () => ({ next: () => inner.next(), return: fail }) }
    },
  }
  const server = await createTestServer({ agents: [rude] })
  await server.engine.start()
  await server.ask('a', 'rude')
  await server.settle()
  puppet.calls[0]?.text('x')
  await server.settle()
  await server.cancel('a')
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
})

it('I6 an agent that is stopped while others run is asked for no more', async () => {
  let asked = 0
  let beforeTheirTurn = () => {}
  const server = await createTestServer({
    agents: [
      agentOf(() => ({
        [Symbol.asyncIterator]: () => ({
          async next() {
            if (++asked === 16) beforeTheirTurn()
            return { done: false, value: { type: 'CUSTOM', name: 'x', value: asked } }
          },
        }),
      })),
    ],
    times: { maxSilenceMs: 1_000, maxRunMs: 1_000 },
  })
  beforeTheirTurn = () => process.nextTick(() => server.clock.advance(1_000))
  await server.engine.start()
  await server.ask('a', 'bad')
  await server.settle()
  expect(asked).toBe(16)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'timeout' })
})

it('an agent that answers under the id of the question gets its own message, and the question stays', async () => {
  const messageId = 'a-q'
  const run = async function* () {
    yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }
    yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'Mine.' }
    yield { type: 'TEXT_MESSAGE_END', messageId }
  }
  const server = await createTestServer({ agents: [agentOf(run)] })
  await server.engine.start()
  await server.ask('a', 'bad')
  await server.pass(100)
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
  const starts = (await server.envelopes('a')).filter(({ event }) => event.type === 'TEXT_MESSAGE_START')
  expect(starts).toMatchObject([{ runId: 'a', event: { messageId: 'a:a-q' } }])
})
