import type { Event, Message, TokenUsage } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { AgentFailure } from '../failure.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

interface AskOptions {
  readonly baseUrl?: string
  readonly apiKey?: string
  readonly messages?: Message[]
}

function ask(model: string, { baseUrl = endpoint.url, apiKey, messages }: AskOptions = {}) {
  const clock = createManualClock()
  let n = 0
  const agent = createModelAgent({ baseUrl, model, clock, newId: () => `id-${++n}`, ...(apiKey && { apiKey }) })
  const stop = new AbortController()
  const events: Event[] = []
  const spent: TokenUsage[] = []
  const input = {
    threadId: 't',
    runId: 'r',
    messages: messages ?? [{ id: 'q', role: 'user' as const, content: 'Hi' }],
    tools: [],
    context: [],
  }
  const run = agent.run(input, { signal: stop.signal, roomId: 'default', usage: (entry) => spent.push(entry) })
  const end: Promise<unknown> = (async () => {
    for await (const event of run) events.push(event)
  })().then(
    () => 'returned',
    (error) => error,
  )
  const said = (type: Event['type']) =>
    events.map((event) => (event.type === type && 'delta' in event ? event.delta : '')).join('')
  return { clock, stop, events, spent, end, text: () => said('TEXT_MESSAGE_CONTENT' as Event['type']), said }
}

const lastRequest = async (model: string) => (await endpoint.requests()).findLast((request) => request.model === model)

it('streams text as AG-UI events and reports what it cost', async () => {
  const { end, text, events, spent } = ask('text')
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
  expect(events.at(0)).toEqual({ type: 'TEXT_MESSAGE_START', messageId: 'id-1', role: 'assistant' })
  expect(events.at(-1)).toEqual({ type: 'TEXT_MESSAGE_END', messageId: 'id-1' })
  expect(spent).toEqual([expect.objectContaining({ model: 'text', inputTokens: 7, outputTokens: 5 })])
})

it('puts characters together again that arrive in pieces of one to three bytes', async () => {
  const { end, text } = ask('split')
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
})

it('keeps thinking and text apart, each stretch under an id of its own', async () => {
  const { end, text, said, events } = ask('reasoning')
  expect(await end).toBe('returned')
  expect(said('REASONING_MESSAGE_CONTENT' as Event['type'])).toBe('Let me think.Let me think.')
  expect(text()).toBe('Hello, wörld 🦀!Bye.')
  const started = events.flatMap((event) =>
    event.type === 'TEXT_MESSAGE_START' || event.type === 'REASONING_START' ? [event.messageId] : [],
  )
  expect(started).toEqual(['id-1', 'id-2', 'id-3', 'id-4'])
})

it('takes a finish reason for the end even when [DONE] is missing', async () => {
  expect(await ask('no-done').end).toBe('returned')
})

describe('says why a provider failed, in our own words', () => {
  const cases: [model: string, code: string, text: string][] = [
    ['unauthorized', 'model_auth', ''],
    ['forbidden', 'model_auth', ''],
    ['rate-limited', 'model_rate_limited', ''],
    ['context-length', 'model_context_length', ''],
    ['filtered-request', 'model_content_filter', ''],
    ['bad-request', 'model_bad_response', ''],
    ['broken', 'model_unreachable', ''],
    ['filtered-answer', 'model_content_filter', 'Hello, wörld 🦀!'],
    ['cut-off', 'model_context_length', 'Hello, wörld 🦀!'],
    ['asks-for-tool', 'model_bad_response', ''],
    ['error-in-stream', 'model_rate_limited', 'Hello, wörld 🦀!'],
    ['not-json', 'model_bad_response', 'Hello, wörld 🦀!'],
    ['not-sse', 'model_bad_response', ''],
    ['truncated', 'model_bad_response', 'Hello, wörld 🦀!'],
    ['socket-closed', 'model_unreachable', 'Hello, wörld 🦀!'],
  ]
  it.each(cases)('%s is %s, with the text that came', async (model, code, said) => {
    const { end, text } = ask(model, { apiKey: 'sk-secret' })
    const error = await end
    expect(error).toBeInstanceOf(AgentFailure)
    expect(error).toMatchObject({ code })
    expect((error as AgentFailure).message).not.toContain('sk-secret')
    expect(text()).toBe(said)
  })

  it('asks once: an accepted run is not retried behind the person’s back', async () => {
    const before = (await endpoint.requests()).filter((request) => request.model === 'broken').length
    await ask('broken').end
    expect((await endpoint.requests()).filter((request) => request.model === 'broken').length).toBe(before + 1)
  })

  it('an endpoint that is not there is model_unreachable', async () => {
    const gone = await spawnEndpoint()
    await gone.close()
    expect(await ask('text', { baseUrl: gone.url }).end).toMatchObject({ code: 'model_unreachable' })
  })
})

it('G6 closes the provider’s socket when the run is cancelled', async () => {
  const { end, stop, text } = ask('stalled-after')
  await vi.waitFor(() => expect(text()).toBe('Hello, wörld 🦀!'))
  stop.abort(new DOMException('The run was cancelled.', 'AbortError'))
  expect(await end).toMatchObject({ name: 'AbortError' })
  await vi.waitFor(async () => expect(await lastRequest('stalled-after')).toMatchObject({ closedBy: 'asker' }))
})

it('S001-C8 gives up on a provider that does not begin to answer, and hangs up', async () => {
  const { end, clock } = ask('stalled-before')
  await vi.waitFor(async () => expect(await lastRequest('stalled-before')).toBeDefined())
  clock.advance(59_999)
  clock.advance(1)
  expect(await end).toMatchObject({ code: 'timeout' })
  await vi.waitFor(async () => expect(await lastRequest('stalled-before')).toMatchObject({ closedBy: 'asker' }))
  expect(clock.waiting).toBe(0)
})

it('S001-C8 gives up on a provider that falls silent in the middle, later than on one that never began', async () => {
  const { end, clock, text } = ask('stalled-after')
  await vi.waitFor(() => expect(text()).toBe('Hello, wörld 🦀!'))
  let over = false
  void end.then(() => (over = true))
  clock.advance(119_000)
  await new Promise(setImmediate)
  expect(over).toBe(false)
  clock.advance(1_000)
  expect(await end).toMatchObject({ code: 'timeout' })
  expect(text()).toBe('Hello, wörld 🦀!')
})

it('tells the provider the conversation, without what it would not accept', async () => {
  const messages: Message[] = [
    { id: '0', role: 'system', content: 'Be brief.' },
    {
      id: '1',
      role: 'user',
      content: [
        { type: 'text', text: 'Look ' },
        { type: 'text', text: 'it up' },
      ],
    },
    { id: '2', role: 'reasoning', content: 'Hm.' },
    {
      id: '3',
      role: 'assistant',
      content: 'I will.',
      toolCalls: [
        { id: 'a', type: 'function', function: { name: 'find', arguments: '{"q":1}' } },
        { id: 'cut', type: 'function', function: { name: 'find', arguments: '{"q":' } },
      ],
    },
    { id: '4', role: 'tool', toolCallId: 'a', content: 'found' },
    { id: '5', role: 'tool', toolCallId: 'unknown', content: 'lost' },
    { id: '6', role: 'assistant', content: '' },
    { id: '7', role: 'user', content: 'And?' },
  ]
  const { end } = ask('text', { messages, apiKey: 'sk-key' })
  expect(await end).toBe('returned')
  const asked = await lastRequest('text')
  expect(asked?.authorization).toBe('Bearer sk-key')
  expect(asked?.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Look it up' },
    {
      role: 'assistant',
      content: 'I will.',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'find', arguments: '{"q":1}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: 'found' },
    { role: 'user', content: 'And?' },
  ])
})

it('says that it cannot see pictures yet instead of leaving them out', async () => {
  const picture = { type: 'image' as const, source: { type: 'url' as const, value: 'http://x/y.png' } }
  const { end } = ask('text', { messages: [{ id: '1', role: 'user', content: [picture] }] })
  expect(await end).toMatchObject({ code: 'agent_error', message: expect.stringContaining('only read text') })
})
