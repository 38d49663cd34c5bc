/**
 * A model provider for tests: a process of its own that speaks OpenAI's chat completions over HTTP, byte by byte.
 * `node openai-endpoint.ts [port]` prints its URL (up to `/v1`) as one line.
 *
 * What it answers is named by the model, or by `#scenario` in the last message of the person; without a scenario it
 * answers a question of the form "Say 200 words, 20 ms apart." with `w0 w1 … w199 `, and any other by repeating it.
 * "… with an a" says `a0 a1 …`; "… pausing at 60" says 60 words and pauses, so that a test can stay in the middle of an
 * answer: `POST /go` continues every answer that is paused at that moment.
 * A model named `split-N`, `cut-N` or `drop-N` gives the same stream (`WHOLE`) in two pieces, ended or with the socket
 * torn at byte N; `refuse-S-T-N` refuses with status S and `Retry-After: T` N times, then answers.
 * A model named `calls-SxT-NAME` calls the tool NAME T times in each of S steps, with `{"n": 0}`, `{"n": 1}` …, by the tool
 * results that the conversation holds, and then answers. Its call ids are the same in each step.
 * `GET /requests` reports what was asked and whether the asker hung up.
 */
import { createServer, type ServerResponse } from 'node:http'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { pour } from './pour.ts'

/** What `GET /requests` gives, one for each completion asked for. */
export interface EndpointRequest {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: unknown }[]
  readonly authorization?: string
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  /** How it ended: `asker` closed the socket, or this end was done. */
  readonly closedBy: 'nobody' | 'asker' | 'endpoint'
}

type Chunk = { readonly delta?: object; readonly finish?: string; readonly usage?: object }
type Play = (response: ServerResponse, question: string) => Promise<void> | void

const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 }
const HELLO = ['Hello', ', ', 'wörld ', '🦀', '!']

function sse(chunk: Chunk): string {
  const choices = chunk.usage ? [] : [{ index: 0, delta: chunk.delta ?? {}, finish_reason: chunk.finish ?? null }]
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...(chunk.usage ? { usage: chunk.usage } : {}) })}\n\n`
}

const say = (words: readonly string[]) => words.map((content) => sse({ delta: { content } })).join('')
const finish = (reason = 'stop') => `${sse({ finish: reason })}${sse({ usage: USAGE })}data: [DONE]\n\n`

function open(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
}

function refuse(status: number, error: object): Play {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }))
  }
}

async function inPieces(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length && !response.destroyed; ) {
    const size = 1 + (at % 3)
    response.write(bytes.subarray(at, at + size))
    at += size
    await turn()
  }
  response.end()
}

/** The stream that is taken apart, byte by byte: thinking, text, finish, usage with details. */
const DETAILS = {
  ...USAGE,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 2 },
}
const WHOLE = new TextEncoder().encode(
  [
    { choices: [{ delta: { reasoning_content: 'Hm 🤔' } }] },
    { choices: [{ delta: { content: 'wörld' } }] },
    { choices: [{ delta: { content: ' 🦀!' } }] },
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: DETAILS },
  ]
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .concat('data: [DONE]\n\n')
    .join(''),
)

/** Each write is a chunk of its own in HTTP, however TCP joins them. */
function takenApart(way: string, at: number): Play {
  return async (response) => {
    open(response).write(WHOLE.subarray(0, at))
    await turn()
    if (way === 'split') response.end(WHOLE.subarray(at))
    else if (way === 'cut') response.end()
    else response.write('', () => response.destroy())
  }
}

const SCENARIOS: Record<string, Play> = {
  whole: (response) => void open(response).end(WHOLE),
  crlf: (response) => void open(response).end((say(HELLO) + finish()).replaceAll('\n', '\r\n')),
  commented: (response) => void open(response).end(`: hb\n\n${say(HELLO)}: hb\n\n${finish()}`),
  redirect: (response) => void response.writeHead(307, { Location: '/v1/elsewhere' }).end(),
  missing: refuse(404, { message: 'No such model.' }),
  'no-credit': refuse(429, { message: 'You exceeded your quota.', code: 'insufficient_quota' }),
  'refused-in-json': (response) => {
    const error = { message: 'Slow down.', code: 'rate_limit_exceeded' }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }))
  },
  'endless-line': async (response) => {
    open(response).write(`${say(HELLO)}data: "`)
    await pour(response, 'x'.repeat(64 * 1024))
  },
  'endless-event': async (response) => {
    open(response).write(say(HELLO))
    await pour(response, 'data: x\n'.repeat(8 * 1024))
  },
  'endless-error': (response) => pour(response.writeHead(400), 'x'.repeat(64 * 1024)),
  'endless-comments': (response) => pour(open(response), ': still thinking\n\n'),
  'broken-utf8': (response) => {
    open(response).write(say(HELLO))
    response.end(Buffer.concat([Buffer.from('data: '), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('\n\n')]))
  },
  text: (response) => void open(response).end(say(HELLO) + finish()),
  reasoning: (response) => {
    const thoughts = ['Let me ', 'think.'].map((reasoning_content) => sse({ delta: { reasoning_content } })).join('')
    open(response).end(thoughts + say(HELLO) + thoughts + say(['Bye.']) + finish())
  },
  split: (response) => inPieces(open(response), new TextEncoder().encode(say(HELLO) + finish())),
  'no-done': (response) => void open(response).end(say(HELLO) + sse({ finish: 'stop' })),
  unauthorized: refuse(401, { message: 'Incorrect API key provided: sk-secret.', code: 'invalid_api_key' }),
  forbidden: refuse(403, { message: 'Not with sk-secret.' }),
  'rate-limited': refuse(429, { message: 'Slow down.', code: 'rate_limit_exceeded' }),
  'context-length': refuse(400, { message: 'Too long.', code: 'context_length_exceeded' }),
  'filtered-request': refuse(400, { message: 'No.', code: 'content_filter' }),
  'bad-request': refuse(400, { message: 'What?' }),
  broken: refuse(503, { message: 'Overloaded.' }),
  'filtered-answer': (response) => void open(response).end(say(HELLO) + finish('content_filter')),
  'cut-off': (response) => void open(response).end(say(HELLO) + finish('length')),
  'asks-for-tool': (response) => {
    const call = { index: 0, id: 'x', type: 'function', function: { name: 'rm', arguments: '{}' } }
    open(response).end(sse({ delta: { tool_calls: [call] } }) + finish('tool_calls'))
  },
  'error-in-stream': (response) =>
    void open(response).end(`${say(HELLO)}data: {"error":{"message":"x","code":429}}\n\n`),
  'not-json': (response) => void open(response).end(`${say(HELLO)}data: {"choices": oops\n\n${finish()}`),
  'not-sse': (response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>'),
  truncated: (response) => void open(response).end(say(HELLO)),
  'socket-closed': (response) => {
    open(response).write(say(HELLO), () => response.destroy())
  },
  'stalled-before': () => {},
  'stalled-after': (response) => void open(response).write(say(HELLO)),
}

/** What lets each answer go on that waits. */
const waiting = new Set<() => void>()

async function answer(response: ServerResponse, question: string): Promise<void> {
  const count = Number(/(\d+) words/.exec(question)?.[1] ?? 0)
  const ms = Number(/(\d+) ms/.exec(question)?.[1] ?? 0)
  const pause = Number(/pausing at (\d+)/.exec(question)?.[1] ?? -1)
  const letter = /with an? ([a-z])\b/.exec(question)?.[1] ?? 'w'
  const words = count > 0 ? Array.from({ length: count }, (_, n) => `${letter}${n} `) : [`You said: ${question}`]
  open(response)
  for (const [n, word] of words.entries()) {
    if (n === pause) await new Promise<void>((resolve) => waiting.add(resolve))
    if (response.destroyed) return
    response.write(say([word]))
    await (ms > 0 ? wait(ms) : turn())
  }
  response.end(finish())
}

/** Calls a tool `times` times in each of `steps` steps, and then says how many results it got. */
function callsTools(steps: number, times: number, name: string, messages: EndpointRequest['messages']): Play {
  const results = messages.filter(({ role }) => role === 'tool').length
  if (results >= steps * times) return (response) => void open(response).end(say([`${results} results.`]) + finish())
  const calls = Array.from({ length: times }, (_, n) => ({
    index: n,
    id: `call-${n}`,
    type: 'function',
    function: { name, arguments: JSON.stringify({ n: results + n }) },
  }))
  return (response) =>
    void open(response).end(
      say([`Step ${results / times}.`]) + sse({ delta: { tool_calls: calls } }) + finish('tool_calls'),
    )
}

function parametric(model: string, messages: EndpointRequest['messages']): Play | undefined {
  const [, steps, each, tool] = /^calls-(\d+)x(\d+)-([\w-]+)$/.exec(model) ?? []
  if (tool) return callsTools(Number(steps), Number(each), tool, messages)
  const [, way, byte] = /^(split|cut|drop)-(\d+)$/.exec(model) ?? []
  if (way && byte) return takenApart(way, Number(byte))
  const [, status, after, times] = /^refuse-(\d+)-(.+)-(\d+)$/.exec(model) ?? []
  if (!status) return undefined
  return (response) => {
    const asked = requests.filter((request) => request.model === model).length
    if (asked > Number(times)) return void open(response).end(say(HELLO) + finish())
    const headers = after === 'none' ? {} : { 'Retry-After': after }
    response.writeHead(Number(status), { 'Content-Type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: 'Not now, sk-secret.' } }))
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join('')
}

const requests: { -readonly [K in keyof EndpointRequest]: EndpointRequest[K] }[] = []

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/requests') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(requests))
    return
  }
  if (request.method === 'POST' && request.url === '/go') {
    for (const goOn of waiting) goOn()
    waiting.clear()
    response.writeHead(204).end()
    return
  }
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    response.writeHead(404).end()
    return
  }
  const body: Buffer[] = []
  request.on('data', (bytes: Buffer) => body.push(bytes))
  request.on('end', () => {
    const { model, messages, tools } = JSON.parse(Buffer.concat(body).toString()) as EndpointRequest
    const { authorization } = request.headers
    const seen: (typeof requests)[number] = {
      model,
      messages,
      closedBy: 'nobody',
      ...(tools && { tools }),
      ...(authorization && { authorization }),
    }
    requests.push(seen)
    let destroyedHere = false
    const destroy = response.destroy.bind(response)
    response.destroy = (error) => {
      destroyedHere = true
      return destroy(error)
    }
    response.on('close', () => {
      seen.closedBy = response.writableFinished || destroyedHere ? 'endpoint' : 'asker'
    })
    const question = textOf(messages.findLast((message) => message.role === 'user')?.content)
    const scenario = /#([a-z-]+)/.exec(question)?.[1] ?? model
    void (SCENARIOS[scenario] ?? parametric(model, messages) ?? answer)(response, question)
  })
})

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}/v1\n`)
})
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
