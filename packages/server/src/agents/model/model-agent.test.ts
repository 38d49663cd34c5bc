import type { Event, Message, TokenUsage } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { AgentFailure } from '../failure.ts'
import { testContext } from '../testing/agent-context.ts'
import { createModelAgent, type ModelLimits } from './index.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(() => endpoint.close())

interface AskOptions extends Partial<ModelLimits> {
  readonly system?: string
  readonly baseUrl?: string
  readonly apiKey?: string
  readonly messages?: Message[]
}

function ask(model: string, { baseUrl = endpoint.url, apiKey, messages, ...options }: AskOptions = {}) {
  const clock = createManualClock()
  let n = 0
  const agent = createModelAgent({
    baseUrl,
    model,
    clock,
    newId: () => `id-${++n}`,
    random: () => 0,
    ...(apiKey && { apiKey }),
    ...options,
  })
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
  const run = agent.run(input, testContext({ signal: stop.signal, usage: (entry) => spent.push(entry) }))
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

const callsOf = async (model: string) => (await endpoint.requests()).filter((request) => request.model === model).length
const lastRequest = async (model: string) => (await endpoint.requests()).findLast((request) => request.model === model)

it('streams text as AG-UI events and reports what it cost', async () => {
  const { end, text, events, spent } = ask('text')
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
  expect(events.at(0)).toEqual({ type: 'TEXT_MESSAGE_START', messageId: 'id-1', role: 'assistant' })
  expect(events.at(-1)).toEqual({ type: 'TEXT_MESSAGE_END', messageId: 'id-1' })
  expect(spent).toEqual([
    expect.objectContaining({ provider: new URL(endpoint.url).host, model: 'text', inputTokens: 7, outputTokens: 5 }),
  ])
})

it('decodes characters that arrive in pieces of one to three bytes', async () => {
  const { end, text } = ask('split')
  expect(await end).toBe('returned')
  expect(text()).toBe('Hello, wörld 🦀!')
})

it('separates thinking and text, each section under its own id', async () => {
  const { end, text, said, events } = ask('reasoning')
  expect(await end).toBe('returned')
  expect(said('REASONING_MESSAGE_CONTENT' as Event['type'])).toBe('Let me think.Let me think.')
  expect(text()).toBe('Hello, wörld 🦀!Bye.')
  const started = events.flatMap((event) =>
    event.type === 'TEXT_MESSAGE_START' || event.type === 'REASONING_START' ? [event.messageId] : [],
  )
  expect(started).toEqual(['id-1', 'id-2', 'id-3', 'id-4'])
})

it('treats a finish reason as the end even if [DONE] is missing', async () => {
  expect(await ask('no-done').end).toBe('returned')
})

describe('says why a provider failed, in our own words', () => {
  const cases: [model: string, code: string, text: string][] = [
    ['unauthorized', 'model_auth', ''],
    ['forbidden', 'model_auth', ''],
    ['no-credit', 'model_rate_limited', ''],
    ['refused-in-json', 'model_rate_limited', ''],
    ['missing', 'model_bad_response', ''],
    ['redirect', 'model_bad_response', ''],
    ['endless-line', 'model_bad_response', 'Hello, wörld 🦀!'],
    ['endless-event', 'model_bad_response', 'Hello, wörld 🦀!'],
    ['endless-error', 'model_bad_response', ''],
    ['broken-utf8', 'model_bad_response', 'Hello, wörld 🦀!'],
    ['context-length', 'model_context_length', ''],
    ['filtered-request', 'model_content_filter', ''],
    ['bad-request', 'model_bad_response', ''],
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
    // One call: a refusal in a stream is waited for like any other.
    const { end, text } = ask(model, { apiKey: 'sk-secret', maxAttempts: 1 })
    const error = await end
    expect(error).toBeInstanceOf(AgentFailure)
    expect(error).toMatchObject({ code })
    expect((error as AgentFailure).message).not.toContain('sk-secret')
    expect(text()).toBe(said)
  })

  it('says what happened and what to do, in different words for different causes', async () => {
    const models = ['unauthorized', 'no-credit', 'missing', 'bad-request', 'redirect', 'not-sse', 'context-length']
    const errors = await Promise.all(models.map((model) => ask(model).end))
    const sentences = errors.map((error) => (error as AgentFailure).message)
    expect(new Set(sentences).size).toBe(models.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
  })

  it('reads a refusal only up to a limit', async () => {
    expect(await ask('endless-error').end).toMatchObject({ message: expect.stringContaining('did not accept') })
  })

  it.each([
    ['error-in-stream', 'Hello, wörld 🦀!'],
    ['truncated', 'Hello, wörld 🦀!'],
    ['not-json', 'Hello, wörld 🦀!'],
  ])('%s: a call that has said anything is never repeated', async (model) => {
    const before = await callsOf(model)
    await ask(model).end
    expect(await callsOf(model)).toBe(before + 1)
  })

  it('an endpoint that does not exist is model_unreachable', async () => {
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

it('S001-C8 gives up on a provider that does not start to answer, and hangs up', async () => {
  const { end, clock } = ask('stalled-before')
  await vi.waitFor(async () => expect(await lastRequest('stalled-before')).toBeDefined())
  clock.advance(59_999)
  clock.advance(1)
  expect(await end).toMatchObject({ code: 'timeout' })
  await vi.waitFor(async () => expect(await lastRequest('stalled-before')).toMatchObject({ closedBy: 'asker' }))
  expect(clock.waiting).toBe(0)
})

it('S001-C8 gives up on a provider that stalls, later than on one that never started', async () => {
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

it('sends the provider the conversation, without what it would not accept', async () => {
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

describe('input other than text', () => {
  const png = { type: 'data' as const, value: 'aGk=', mimeType: 'image/png' }
  const told = async (...content: unknown[]) => {
    const { end } = ask('text', { messages: [{ id: '1', role: 'user', content } as Message] })
    const ended = await end
    return ended === 'returned' ? (await lastRequest('text'))?.messages[0]?.content : ended
  }

  it('pictures, sound, PDF and text files are sent in the provider’s format', async () => {
    expect(
      await told(
        { type: 'text', text: 'See' },
        { type: 'image', source: png },
        { type: 'image', source: { type: 'url', value: 'data:image/gif;base64,aGk=' } },
        { type: 'audio', source: { ...png, mimeType: 'audio/wav' } },
        { type: 'document', source: { ...png, mimeType: 'application/pdf' } },
        { type: 'document', source: { ...png, mimeType: 'text/markdown' } },
      ),
    ).toEqual([
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
      { type: 'image_url', image_url: { url: 'data:image/gif;base64,aGk=' } },
      { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,aGk=' } },
      { type: 'text', text: 'hi' },
    ])
  })

  it('a URL is left to the provider; this machine fetches nothing', async () => {
    const before = (await endpoint.requests()).length
    const value = new URL('/requests', endpoint.url).href
    expect(await told({ type: 'image', source: { type: 'url', value } })).toEqual([
      { type: 'image_url', image_url: { url: value } },
    ])
    expect((await endpoint.requests()).length).toBe(before + 1)
  })

  it.each([
    [{ type: 'audio', source: { ...png, mimeType: 'audio/ogg' } }],
    [{ type: 'audio', source: { type: 'url', value: 'http://x/y.wav' } }],
    [{ type: 'document', source: { ...png, mimeType: 'application/zip' } }],
    [{ type: 'image', source: { type: 'file', value: 'f-1' } }],
    [{ type: 'image', source: { type: 'url', value: 'file:///etc/passwd' } }],
    [{ type: 'image', source: { ...png, mimeType: 'application/x-sh' } }],
  ])('what no provider accepts fails with a message, and without a call: %j', async (part) => {
    const before = (await endpoint.requests()).length
    expect(await told(part)).toMatchObject({ code: 'agent_error', message: expect.stringContaining('Ask again') })
    expect((await endpoint.requests()).length).toBe(before)
  })
})

it('sends its own instructions first', async () => {
  await ask('text', { system: 'Be kind.' }).end
  expect((await lastRequest('text'))?.messages).toEqual([
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
  ])
})
