/**
 * An AG-UI agent for tests: a process of its own that answers runs over SSE, well and badly. `node agui-endpoint.ts`
 * prints the address that runs are posted to. What it does is named by `#scenario` in the last message of the person.
 * `GET /requests` reports what was asked and whether the asker hung up.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import type { RunAgentInput } from '@ag-ui/core'
import { pour } from './pour.ts'

export interface AguiRequest {
  readonly input: RunAgentInput
  readonly headers: IncomingHttpHeaders
  readonly closedBy: 'nobody' | 'asker' | 'endpoint'
  /** It was told to stop at its stop route. */
  readonly stopped: boolean
}

type Play = (response: ServerResponse, input: RunAgentInput) => void | Promise<void>

const sse = (event: object) => `data: ${JSON.stringify(event)}\n\n`
const HALF = [
  { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
  { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Hello, wörld 🦀!' },
]
const said = HALF.map(sse).join('')

function open(response: ServerResponse, type = 'text/event-stream'): ServerResponse {
  return response.writeHead(200, { 'Content-Type': type })
}

const begin = ({ threadId, runId }: RunAgentInput) => sse({ type: 'RUN_STARTED', threadId, runId })
const finish = ({ threadId, runId }: RunAgentInput) =>
  sse({ type: 'TEXT_MESSAGE_END', messageId: 'm' }) + sse({ type: 'RUN_FINISHED', threadId, runId })
const whole = (input: RunAgentInput) => begin(input) + said + finish(input)

const SCENARIOS: Record<string, Play> = {
  whole: (response, input) => void open(response, 'text/event-stream; charset=utf-8').end(whole(input)),
  'byte-by-byte': async (response, input) => {
    open(response)
    for (const byte of new TextEncoder().encode(whole(input))) {
      response.write(Uint8Array.of(byte))
      await turn()
    }
    response.end()
  },
  fails: (response, input) =>
    void open(response).end(begin(input) + said + sse({ type: 'RUN_ERROR', message: 'Out of ink.' })),
  traces: (response, input) => {
    const message = 'No ink.\n\nTraceback (most recent call last):\n  File "/app/a.py", line 3, in f\nError: x'
    open(response).end(begin(input) + said + sse({ type: 'RUN_ERROR', message, code: 500 }))
  },
  ends: (response, input) => void open(response).end(begin(input) + said),
  drops: (response, input) => {
    open(response).write(begin(input) + said, () => response.destroy())
  },
  nothing: (response) => void open(response).end(),
  'never-begins': () => {},
  silent: (response, input) => void open(response).write(begin(input) + said),
  'goes-on': (response, input) => pour(open(response), begin(input)),
  'half-json': (response, input) =>
    void open(response).end(`${begin(input)}${said}data: {"type":"RUN_\n\n${finish(input)}`),
  'not-an-event': (response, input) =>
    void open(response).end(begin(input) + said + sse({ type: 'NONSENSE' }) + finish(input)),
  words: (response, input) => void open(response).end(`${begin(input)}${said}data: oops\n\n${finish(input)}`),
  page: (response) => void open(response).write('<h1>Welcome</h1>'),
  json: (response) => void open(response, 'application/json').end('{"error":"no such agent"}'),
  completions: (response) => void open(response).write('data: {"id":"x","choices":[]}\n\n'),
  others: (response) => void open(response).end('data: {"type":"text-delta","delta":"Hi"}\n\ndata: [DONE]\n\n'),
  html: (response) => void open(response, 'text/html').end('<h1>Welcome</h1>'),
  redirect: (response) => void response.writeHead(307, { Location: '/elsewhere' }).end(),
  'huge-line': (response, input) => {
    open(response).write(`${begin(input)}${said}data: "`)
    return pour(response, 'x'.repeat(64 * 1024))
  },
  'huge-event': (response, input) => {
    open(response).write(begin(input) + said)
    return pour(response, `data: ${'x'.repeat(1_000)}\n`.repeat(64))
  },
  'after-the-end': (response, input) => pour(open(response), whole(input)),
  ...Object.fromEntries(
    [400, 401, 403, 404, 429, 500, 503].map((status): [string, Play] => [
      `status-${status}`,
      (response) => pour(response.writeHead(status), 'no '),
    ]),
  ),
}

const requests: { -readonly [K in keyof AguiRequest]: AguiRequest[K] }[] = []

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/requests') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(requests))
    return
  }
  const [, stopped] = /^\/agent\/stop\/([^/]+)$/.exec(request.url ?? '') ?? []
  if (request.method === 'POST' && stopped !== undefined) {
    const run = requests.findLast(({ input }) => input.threadId === decodeURIComponent(stopped))
    if (run) run.stopped = true
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"stopped":true}')
    return
  }
  const body: Buffer[] = []
  request.on('data', (bytes: Buffer) => body.push(bytes))
  request.on('end', () => {
    const input = JSON.parse(Buffer.concat(body).toString()) as RunAgentInput
    const seen: (typeof requests)[number] = { input, headers: request.headers, closedBy: 'nobody', stopped: false }
    requests.push(seen)
    response.on('close', () => {
      seen.closedBy = response.writableFinished ? 'endpoint' : 'asker'
    })
    const question = JSON.stringify(input.messages.findLast((message) => message.role === 'user'))
    const scenario = /#([a-z0-9-]+)/.exec(question)?.[1] ?? 'whole'
    void SCENARIOS[scenario]?.(response, input)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}/agent\n`)
})
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
