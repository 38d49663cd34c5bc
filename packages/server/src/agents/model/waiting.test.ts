/** A provider that refuses for now is waited for visibly, a bounded number of times. */
import { type Event, EventType } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { testContext } from '../testing/agent-context.ts'
import { createModelAgent, type ModelLimits } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

function ask(model: string, limits: Partial<ModelLimits> = {}) {
  const clock = createManualClock()
  const stop = new AbortController()
  const events: Event[] = []
  const agent = createModelAgent({ baseUrl: endpoint.url, model, clock, random: () => 0, ...limits })
  const messages = [{ id: 'q', role: 'user' as const, content: 'Hi' }]
  const input = { threadId: 't', runId: 'r', messages, tools: [], context: [] }
  const end: Promise<unknown> = (async () => {
    for await (const event of agent.run(input, testContext({ signal: stop.signal }))) events.push(event)
  })().then(
    () => 'returned',
    (error) => error,
  )
  const waits = () => events.flatMap((event) => (event.type === EventType.CUSTOM ? [event.value] : []))
  const text = () => events.map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? event.delta : '')).join('')
  /** Resolves when the agent waits for the nth time. */
  const waiting = (n: number) =>
    vi.waitFor(() => {
      expect(waits()).toHaveLength(n)
      expect(clock.waiting).toBe(1)
    })
  return { clock, stop, end, events, waits, waiting, text }
}

const calls = async (model: string) => (await endpoint.requests()).filter((request) => request.model === model).length

it('waits as long as requested, logs it, then answers', async () => {
  const { clock, end, waits, waiting, text, events } = ask('refuse-429-7-2')
  await waiting(1)
  expect(events[0]).toMatchObject({ type: 'CUSTOM', name: 'holdfast.waiting' })
  expect(waits()).toEqual([
    {
      reason: 'rate_limited',
      retryAfterMs: 7_000,
      until: new Date(clock.now() + 7_000).toISOString(),
      attempt: 2,
      maxAttempts: 5,
    },
  ])
  clock.advance(6_999)
  expect(await calls('refuse-429-7-2')).toBe(1)
  clock.advance(1)
  await waiting(2)
  clock.advance(7_000)
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
  expect(await calls('refuse-429-7-2')).toBe(3)
  expect(clock.waiting).toBe(0)
})

it('accepts a date as well as seconds', async () => {
  const clock = createManualClock()
  const date = new Date(clock.now() + 30_000).toUTCString()
  const { waits, waiting, clock: own, end } = ask(`refuse-429-${date}-1`)
  await waiting(1)
  expect(waits()).toMatchObject([{ retryAfterMs: 30_000 }])
  own.advance(30_000)
  expect(await end).toBe('returned')
})

it('treats an infinite number as no requested wait', async () => {
  const { clock, end, waits, waiting } = ask(`refuse-429-${'9'.repeat(400)}-1`)
  await waiting(1)
  expect(waits()).toMatchObject([{ retryAfterMs: 500, attempt: 2 }])
  clock.advance(500)
  expect(await end).toBe('returned')
})

it.each([500, 502, 503, 504, 529])('%i before any output is waited for, with growing delays', async (status) => {
  const { clock, end, waits, waiting } = ask(`refuse-${status}-none-2`)
  await waiting(1)
  clock.advance(500)
  await waiting(2)
  clock.advance(1_000)
  expect(await end).toBe('returned')
  expect(waits()).toMatchObject([
    { reason: 'unavailable', retryAfterMs: 500, attempt: 2 },
    { reason: 'unavailable', retryAfterMs: 1_000, attempt: 3 },
  ])
})

describe('gives up', () => {
  it('after a number of calls', async () => {
    const { clock, end, waiting } = ask('refuse-503-none-99', { maxAttempts: 3 })
    for (const n of [1, 2]) {
      await waiting(n)
      clock.advance(10_000)
    }
    expect(await end).toMatchObject({ code: 'model_unreachable', message: expect.stringContaining('overloaded') })
    expect(await calls('refuse-503-none-99')).toBe(3)
  })

  it('at once if the requested wait is too long, and says how long it is', async () => {
    const { end, waits } = ask('refuse-429-600-9')
    expect(await end).toMatchObject({
      code: 'model_rate_limited',
      message: 'The model provider asks to wait 10 minutes. Try again then.',
    })
    expect(waits()).toEqual([])
    expect(await calls('refuse-429-600-9')).toBe(1)
  })

  it('if all waits together are too long, or would end after the time for the whole answer', async () => {
    const many = ask('refuse-429-50-9')
    for (const n of [1, 2]) {
      await many.waiting(n)
      many.clock.advance(50_000)
    }
    expect(await many.end).toMatchObject({ message: 'The model provider asks to wait 50 seconds. Try again then.' })
    const short = ask('refuse-429-20-9', { totalMs: 10_000 })
    expect(await short.end).toMatchObject({ code: 'model_rate_limited' })
  })

  it('at once on an error that waiting does not fix', async () => {
    for (const model of ['unauthorized', 'no-credit', 'bad-request', 'context-length']) {
      const { end, waits } = ask(model)
      expect(await end).toMatchObject({ name: 'AgentFailure' })
      expect(waits()).toEqual([])
    }
  })
})

it('G6 S001-C7 a cancel ends the wait at once, and no further call is made', async () => {
  const { clock, stop, end, waiting } = ask('refuse-429-60-9')
  await waiting(1)
  stop.abort(new DOMException('The run was cancelled.', 'AbortError'))
  expect(await end).toMatchObject({ name: 'AbortError' })
  expect(clock.waiting).toBe(0)
  expect(await calls('refuse-429-60-9')).toBe(1)
})

it('S001-C8 an answer that never ends is cut off, and the socket closed', async () => {
  const { clock, end } = ask('endless-comments', { totalMs: 10_000 })
  await vi.waitFor(async () => expect(await calls('endless-comments')).toBe(1))
  for (let n = 0; n < 20; n++) {
    clock.advance(500)
    await new Promise(setImmediate)
  }
  expect(await end).toMatchObject({ code: 'timeout', message: expect.stringContaining('longer than') })
  await vi.waitFor(async () =>
    expect(await endpoint.requests()).toContainEqual(
      expect.objectContaining({ model: 'endless-comments', closedBy: 'asker' }),
    ),
  )
})
