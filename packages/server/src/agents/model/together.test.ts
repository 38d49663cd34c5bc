/** Many runs of one agent at a provider that refuses for now. */
import { setImmediate as turn } from 'node:timers/promises'
import { type Event, EventType } from '@ag-ui/core'
import type { Attention } from '@holdfast/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { testContext } from '../testing/agent-context.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

/** An agent, and runs of it that each call under their own name. */
function agentOf(model: string) {
  const clock = createManualClock()
  const agent = createModelAgent({ baseUrl: endpoint.url, model, clock, random: () => 0 })
  function ask(name: string, looked: Attention = 'none') {
    const stop = new AbortController()
    const events: Event[] = []
    const run = { looked, stop, events, end: undefined as unknown }
    const messages = [{ id: name, role: 'user' as const, content: name }]
    const context = testContext({ signal: stop.signal, attention: () => run.looked })
    void (async () => {
      const input = { threadId: name, runId: name, messages, tools: [], context: [] }
      for await (const event of agent.run(input, context)) events.push(event)
    })().then(
      () => (run.end = 'returned'),
      (error: unknown) => (run.end = error),
    )
    const waits = () => events.flatMap((event) => (event.type === EventType.CUSTOM ? [event.value] : []))
    const waiting = (n: number) => vi.waitFor(() => expect(waits()).toHaveLength(n))
    return Object.assign(run, { waits, waiting })
  }
  const asked = async () =>
    (await endpoint.requests()).filter((one) => one.model === model).map(({ messages }) => messages.at(-1)?.content)
  return { clock, ask, asked }
}

type Asked = ReturnType<ReturnType<typeof agentOf>['ask']>
const ended = (...runs: readonly Asked[]) =>
  vi.waitFor(() => expect(runs.map(({ end }) => end)).toEqual(runs.map(() => 'returned')))

it('a run that arrives while the provider refuses waits too, says so, and makes no call', async () => {
  const { clock, ask, asked } = agentOf('refuse-429-7-1')
  const first = ask('first')
  await first.waiting(1)
  clock.advance(3_000)
  const second = ask('second')
  await second.waiting(1)
  expect(second.waits()).toEqual([
    {
      reason: 'rate_limited',
      retryAfterMs: 4_000,
      until: new Date(clock.now() + 4_000).toISOString(),
      attempt: 1,
      maxAttempts: 5,
    },
  ])
  clock.advance(3_999)
  await turn()
  expect(await asked()).toEqual(['first'])
  clock.advance(1)
  await ended(first, second)
  expect(await asked()).toEqual(['first', 'first', 'second'])
  expect(clock.waiting).toBe(0)
})

it('the thread on screen goes first and retries first; the others follow once it is answered', async () => {
  const { clock, ask, asked } = agentOf('refuse-429-8-2')
  const first = ask('first')
  await first.waiting(1)
  const others = ['second', 'third'].map((name) => ask(name))
  const seen = ask('seen', 'visible')
  const onScreen = ask('on screen', 'focused')
  for (const each of [...others, seen, onScreen]) await each.waiting(1)
  clock.advance(8_000)
  await onScreen.waiting(2)
  // It was refused again: all others learn until when.
  for (const each of [first, ...others, seen]) await each.waiting(2)
  expect(first.waits()).toMatchObject([{ attempt: 2 }, { attempt: 2, retryAfterMs: 8_000 }])
  expect(await asked()).toEqual(['first', 'on screen'])
  clock.advance(8_000)
  await ended(onScreen, seen, first, ...others)
  const order = await asked()
  expect(order.slice(0, 3)).toEqual(['first', 'on screen', 'on screen'])
  expect(order.slice(3, 5).toSorted()).toEqual(['first', 'seen'])
  expect(order.slice(5).toSorted()).toEqual(['second', 'third'])
})

it('S001-C7 a run cancelled while it waits makes no call, and the next one goes', async () => {
  const { clock, ask, asked } = agentOf('refuse-429-9-1')
  const first = ask('first')
  await first.waiting(1)
  const [cancelled, next] = [ask('cancelled', 'focused'), ask('next', 'visible')]
  await cancelled.waiting(1)
  await next.waiting(1)
  cancelled.stop.abort(new DOMException('The run was cancelled.', 'AbortError'))
  await vi.waitFor(() => expect(cancelled.end).toMatchObject({ name: 'AbortError' }))
  clock.advance(9_000)
  await ended(next, first)
  expect(await asked()).toEqual(['first', 'next', 'first'])
})

it.each([500, 502, 504])('%i may be about one conversation, so no other run waits for it', async (status) => {
  const { clock, ask, asked } = agentOf(`refuse-${status}-30-1`)
  const first = ask('first')
  await first.waiting(1)
  const second = ask('second')
  await ended(second)
  expect(second.waits()).toEqual([])
  clock.advance(30_000)
  await ended(first)
  expect(await asked()).toEqual(['first', 'second', 'first'])
})

it('a wait that is too long for any run fails the run that asked, and delays no other', async () => {
  const { ask, asked } = agentOf('refuse-429-600-1')
  const first = ask('first')
  await vi.waitFor(() => expect(first.end).toMatchObject({ code: 'model_rate_limited' }))
  await ended(ask('second'))
  expect(await asked()).toEqual(['first', 'second'])
})

it('no run waits longer than two minutes in total, whichever runs were refused', async () => {
  const { clock, ask, asked } = agentOf('refuse-429-50-99')
  const first = ask('first')
  await first.waiting(1)
  clock.advance(20_000)
  const second = ask('second')
  await second.waiting(1)
  const third = ask('third', 'focused')
  await third.waiting(1)
  clock.advance(30_000)
  await third.waiting(2)
  await second.waiting(2)
  await first.waiting(2)
  clock.advance(50_000)
  await third.waiting(2)
  // Refused once more: 130 s in total for the second one, 150 s for the first. Each fails at once.
  await vi.waitFor(() => {
    for (const each of [first, second, third])
      expect(each.end).toMatchObject({
        code: 'model_rate_limited',
        message: 'The model provider asks to wait 50 seconds. Try again then.',
      })
  })
  expect(await asked()).toEqual(['first', 'third', 'third'])
  expect(clock.waiting).toBe(0)
})
