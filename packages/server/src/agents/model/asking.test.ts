/** How a provider is called: address, headers, fields, and order of messages. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import type { Message } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testContext } from '../testing/agent-context.ts'
import { createModelAgent, type ModelAgentOptions } from './index.ts'

interface Asked {
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly messages: readonly { role: string; content: unknown }[] } & Record<string, unknown>
}

let asked: Asked[] = []
let answer: (asked: Asked, response: ServerResponse) => void
const server = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Asked['body']
    const one = { url: request.url, headers: request.headers, body }
    asked.push(one)
    answer(one, response)
  })
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const hello = (response: ServerResponse) =>
  void response.end('data: {"choices":[{"delta":{"content":"Hello."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
const refuse = (response: ServerResponse, words: string, status = 400) =>
  void response.writeHead(status).end(JSON.stringify({ error: { message: words } }))

beforeEach(() => {
  asked = []
  answer = (_, response) => hello(response)
})

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function agentOf(options: Partial<ModelAgentOptions> = {}) {
  const clock = createManualClock()
  const agent = createModelAgent({ baseUrl: `${origin()}/v1`, model: 'm', clock, random: () => 0, ...options })
  return async (messages: readonly Message[] = [{ id: 'q', role: 'user', content: 'Hi' }], context = []) => {
    let text = ''
    const input = { threadId: 't', runId: 'r', messages: [...messages], tools: [], context }
    const run = testContext()
    try {
      for await (const event of agent.run(input, run)) if (event.type === 'TEXT_MESSAGE_CONTENT') text += event.delta
      return text
    } catch (error) {
      return error
    }
  }
}

describe('the address', () => {
  it.each([
    ['/v1', '/v1/chat/completions'],
    ['/v1/', '/v1/chat/completions'],
    ['', '/chat/completions'],
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/v1?api-version=2026-01&x=%26', '/v1/chat/completions?api-version=2026-01&x=%26'],
    ['/openai/deployments/gpt/?api-version=1', '/openai/deployments/gpt/chat/completions?api-version=1'],
  ])('%s is asked at %s', async (path, url) => {
    expect(await agentOf({ baseUrl: origin() + path })()).toBe('Hello.')
    expect(asked.map((one) => one.url)).toEqual([url])
  })

  it.each([
    [{ baseUrl: 'nonsense' }, 'http or https'],
    [{ baseUrl: 'file:///v1' }, 'http or https'],
    [{ baseUrl: 'http://me:hush@127.0.0.1/v1' }, 'not contain a name or password'],
    [{ headers: { 'a b': 'hush' } }, '"a b" is no name'],
    [{ headers: { Host: 'hush' } }, '"Host" is not to be set'],
    [{ headers: { 'X-A': 'hush\r\nX-B: 1' } }, 'the value of "X-A"'],
    [{ headers: { 'X-A': 'hush 🦀' } }, 'the value of "X-A"'],
    [{ firstByteMs: 0 }, 'firstByteMs'],
    [{ firstByteMs: 300_001 }, 'firstByteMs'],
    [{ firstByteMs: Number.NaN }, 'firstByteMs'],
  ])('%j is refused when the agent is made, without a value of a header', (options, sentence) => {
    expect(() => agentOf(options)).toThrow(sentence)
    expect(() => agentOf(options)).toThrow(/^(?!.*hush)/)
  })
})

describe('headers', () => {
  it('are sent with each request, beside the key', async () => {
    await agentOf({ apiKey: 'k', headers: { 'X-Title': 'Chat', 'api-key': 'k-2' } })()
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'x-title': 'Chat', 'api-key': 'k-2' })
  })

  it('override the key, in any spelling of their names', async () => {
    await agentOf({ apiKey: 'k', headers: { AUTHORIZATION: 'Basic x' } })()
    expect(asked[0]?.headers.authorization).toBe('Basic x')
  })

  it('have no Authorization without a key', async () => {
    await agentOf()()
    expect(asked[0]?.headers).not.toHaveProperty('authorization')
  })
})

describe('a field that is refused', () => {
  it.each([
    [400, 'Unrecognized request argument supplied: stream_options'],
    [422, "('body', 'stream_options', 'include_usage'): Extra inputs are not permitted"],
    [400, 'Unsupported parameter in request'],
    [404, 'unknown field "streamOptions"'],
  ])('%i %s: it is left out, and not sent to this provider again', async (status, words) => {
    answer = ({ body }, response) => ('stream_options' in body ? refuse(response, words, status) : hello(response))
    const ask = agentOf()
    expect([await ask(), await ask()]).toEqual(['Hello.', 'Hello.'])
    expect(asked.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false])
    expect(asked.every(({ body }) => body.stream === true)).toBe(true)
  })

  it('a provider that cannot stream is asked for a whole answer', async () => {
    answer = ({ body }, response) => {
      if (body.stream) refuse(response, 'Streaming is not supported by this model.')
      else response.end('{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}')
    }
    expect(await agentOf()()).toBe('Hello.')
    expect(asked).toHaveLength(2)
  })

  it('a persistent refusal is retried once per field, and any other refusal is not retried', async () => {
    answer = (_, response) => refuse(response, 'Unknown parameter: stream_options; streaming is not supported')
    expect(await agentOf()()).toMatchObject({ code: 'model_bad_response' })
    expect(asked).toHaveLength(3)
    asked = []
    answer = (_, response) => refuse(response, 'temperature must be 1')
    expect(await agentOf()()).toMatchObject({ code: 'model_bad_response' })
    expect(asked).toHaveLength(1)
  })
})

describe('a connection', () => {
  it('that was kept alive and closes instead of answering is replaced, once', async () => {
    const ask = agentOf()
    expect(await ask()).toBe('Hello.')
    answer = (_, response) => (asked.length === 2 ? response.socket?.destroy() : hello(response))
    expect(await ask()).toBe('Hello.')
    expect(asked).toHaveLength(3)
    answer = (_, response) => void response.socket?.destroy()
    expect(await ask()).toMatchObject({ code: 'model_unreachable' })
    expect(asked).toHaveLength(5)
  })

  it('that is new and closed without an answer is not repeated', async () => {
    answer = (_, response) => void response.socket?.destroy()
    expect(await agentOf()()).toMatchObject({
      code: 'model_unreachable',
      message: expect.stringMatching(/^The model provider closed the connection without an answer\. Check the port/),
    })
    expect(asked.length).toBe(1)
  })

  it('over which nothing speaks HTTP, or to a blocked port, fails with what to check', async () => {
    const ssh = createTcpServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n')).listen(0)
    await once(ssh, 'listening')
    const baseUrl = `http://127.0.0.1:${(ssh.address() as AddressInfo).port}/v1`
    expect(await agentOf({ baseUrl })()).toMatchObject({
      message: expect.stringMatching(/does not speak HTTP\. Check/),
    })
    ssh.close()
    expect(await agentOf({ baseUrl: baseUrl.replace('http:', 'https:') })()).toMatchObject({
      code: 'model_unreachable',
    })
    expect(await agentOf({ baseUrl: 'http://127.0.0.1:9/v1' })()).toMatchObject({
      message: expect.stringMatching(/^Nothing answers at OPENAI_BASE_URL/),
    })
  })

  it('in HTTPS to a server without it fails with a message that says so', async () => {
    expect(await agentOf({ baseUrl: origin().replace('http:', 'https:') })()).toMatchObject({
      message: expect.stringMatching(/does not speak HTTPS at OPENAI_BASE_URL/),
    })
  })
})

describe('the order of messages', () => {
  const told = async (messages: readonly Message[], options: Partial<ModelAgentOptions> = {}) => {
    expect(await agentOf(options)(messages)).toBe('Hello.')
    return asked[0]?.body.messages
  }
  const image = { type: 'image' as const, source: { type: 'data' as const, value: 'aGk=', mimeType: 'image/png' } }

  it('has one system message first, and joins two messages of the same side', async () => {
    const messages: Message[] = [
      { id: '1', role: 'user', content: 'One' },
      { id: '2', role: 'user', content: 'Two' },
      { id: '3', role: 'assistant', content: 'Half' },
      { id: '4', role: 'reasoning', content: 'Hm.' },
      { id: '5', role: 'assistant', content: 'Whole' },
      { id: '6', role: 'system', content: 'Be brief.' },
      { id: '7', role: 'user', content: 'Three' },
    ]
    expect(await told(messages, { system: 'Be kind.' })).toEqual([
      { role: 'system', content: 'Be kind.\n\nBe brief.' },
      { role: 'user', content: 'One\n\nTwo' },
      { role: 'assistant', content: 'Half\n\nWhole' },
      { role: 'user', content: 'Three' },
    ])
  })

  it('keeps non-text parts in place, and tool results separate', async () => {
    const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'f', arguments: '{}' } })
    const messages: Message[] = [
      { id: '1', role: 'user', content: [{ type: 'text', text: 'See' }, image] },
      { id: '2', role: 'user', content: 'Well?' },
      { id: '3', role: 'assistant', content: 'I look.' },
      { id: '4', role: 'assistant', toolCalls: [call('a'), call('b')] },
      { id: '5', role: 'tool', toolCallId: 'a', content: '1' },
      { id: '6', role: 'tool', toolCallId: 'b', content: '2' },
      { id: '7', role: 'user', content: 'And?' },
    ]
    expect((await told(messages))?.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'user'])
    expect(asked[0]?.body.messages[0]?.content).toEqual([
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
      { type: 'text', text: 'Well?' },
    ])
    expect(asked[0]?.body.messages[1]).toMatchObject({ content: 'I look.', tool_calls: [{ id: 'a' }, { id: 'b' }] })
  })
})
