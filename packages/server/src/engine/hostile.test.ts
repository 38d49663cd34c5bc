import type { Event } from '@ag-ui/core'
import { DEFAULT_RECORDER_LIMITS } from '@holdfast/core'
import { expect, it } from 'vitest'
import { AgentFailure } from '../agents/failure.ts'
import type { Agent } from '../agents/port.ts'
import { createHouse, createPuppet, expectLegalEnd } from './testing/house.ts'
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
  const house = await createHouse({ agents: [agentOf(run)] })
  await house.engine.start()
  await house.ask('a', 'bad')
  await house.ask('b', 'demo', { tokens: 3, intervalMs: 10 })
  await house.pass(100)
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code })
  expect(await house.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await house.text('b')).toBe('t0 t1 t2 ')
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
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.fail(failure())
  await house.settle()
  expect(await house.run('a')).toMatchObject({ status: 'failed', outcome: end })
  expectLegalEnd(await house.envelopes('a'), { type: 'failed' })
})

it('what an agent throws may break the log that is to write it down, and no run', async () => {
  const told: string[] = []
  const house = await createHouse({ log: (entry) => told.push(`${entry.type} ${'error' in entry && entry.error}`) })
  await house.engine.start()
  await house.ask('a')
  await house.ask('b')
  await house.settle()
  house.calls[1]?.context.signal.addEventListener('abort', () => {
    throw Object.create(null)
  })
  house.calls[0]?.fail(Object.create(null))
  await house.cancel('b')
  await house.settle()
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'agent_error' })
  expectLegalEnd(await house.envelopes('b'), { type: 'cancelled' })
  expect(told).toEqual(Array(2).fill(expect.stringContaining('agent_threw Error: ')))
})

it('what was good before the bad event is kept, the agent is told to stop', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.text('good')
  house.calls[0]?.say({ type: 'TEXT_MESSAGE_END', messageId: 'other' })
  await house.settle()
  expect(await house.text('a')).toBe('good')
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'agent_protocol' })
})

it('an agent that ends its run itself and goes on is not heard any more', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.text('all')
  house.calls[0]?.say({ type: 'RUN_FINISHED', threadId: 'forged', runId: 'forged' })
  house.calls[0]?.say({ type: 'CUSTOM', name: 'late', value: 1 })
  await house.settle()
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
  expect(JSON.stringify(await house.envelopes('a'))).not.toMatch(/forged|late/)
  expect(house.calls[0]?.context.signal.aborted).toBe(false)
  expect(house.calls[0]?.left).toBe(true)
})

it('a run is over when its declared limits are', async () => {
  const house = await createHouse({ limits: { ...DEFAULT_RECORDER_LIMITS, maxEvents: 10 } })
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 100, flood: true })
  await house.pass(60)
  expect(await house.text('a')).toMatch(/^t0 t1 .*t\d $/)
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'limit_exceeded' })
})

it('G10 an agent that floods is asked for no more than the store takes', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  let yielded = 0
  const delta = 'x'.repeat(1_000)
  async function* flood(): AsyncGenerator<Event> {
    yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
    for (; yielded < 2_000; yielded++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta } as Event
    yield { type: 'TEXT_MESSAGE_END', messageId: 'm' } as Event
  }
  const house = await createHouse({
    agents: [agentOf(flood)],
    work: (work) => ({
      ...work,
      async append(lease, events) {
        await gate
        return work.append(lease, events)
      },
    }),
  })
  await house.engine.start()
  await house.ask('a', 'bad')
  await house.pass(1_000, 20)
  expect(yielded * delta.length).toBeLessThan(PAUSE_BYTES + 10 * delta.length)
  expect(yielded * delta.length).toBeGreaterThan(PAUSE_BYTES / 2)
  open()
  await house.pass(3_000, 20)
  expect(await house.text('a')).toHaveLength(2_000 * delta.length)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
})

it('G10 an agent that never waits leaves others their turn', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('flood', 'demo', { tokens: 1_000_000, flood: true })
  await house.ask('a', 'demo', { tokens: 3, intervalMs: 10 })
  await house.pass(60)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await house.run('flood')).toMatchObject({ status: 'running' })
  await house.cancel('flood')
  await house.settle()
  expect(await house.run('flood')).toMatchObject({ status: 'cancelled' })
})

it('G10 an agent that says nothing, endlessly and without waiting, does not keep the process from its other work', async () => {
  let yielded = 0
  async function* babble(): AsyncGenerator<Event> {
    yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' } as Event
    for (; yielded < 300_000; yielded++) yield { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '' } as Event
  }
  const house = await createHouse({ agents: [agentOf(babble)] })
  await house.engine.start()
  await house.ask('a', 'bad')
  await new Promise(setImmediate)
  expect(yielded).toBeLessThan(1_000)
  await house.cancel('a')
  await house.settle()
  expect(await house.run('a')).toMatchObject({ status: 'cancelled' })
})

it('an agent whose clean-up fails has still been left in order', async () => {
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
  const house = await createHouse({ agents: [rude] })
  await house.engine.start()
  await house.ask('a', 'rude')
  await house.settle()
  puppet.calls[0]?.text('x')
  await house.settle()
  await house.cancel('a')
  await house.settle()
  expectLegalEnd(await house.envelopes('a'), { type: 'cancelled' })
})

it('I6 an agent that is stopped while others have their turn is asked for no more', async () => {
  let asked = 0
  let beforeTheirTurn = () => {}
  const house = await createHouse({
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
  beforeTheirTurn = () => process.nextTick(() => house.clock.advance(1_000))
  await house.engine.start()
  await house.ask('a', 'bad')
  await house.settle()
  expect(asked).toBe(16)
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'timeout' })
})

it('an agent that answers under the id of the question has an answer of its own, and the question stays', async () => {
  const messageId = 'a-q'
  const run = async function* () {
    yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }
    yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'Mine.' }
    yield { type: 'TEXT_MESSAGE_END', messageId }
  }
  const house = await createHouse({ agents: [agentOf(run)] })
  await house.engine.start()
  await house.ask('a', 'bad')
  await house.pass(100)
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
  const starts = (await house.envelopes('a')).filter(({ event }) => event.type === 'TEXT_MESSAGE_START')
  expect(starts).toMatchObject([{ runId: 'a', event: { messageId: 'a:a-q' } }])
})
