/** The HTTP transport over real sockets: a small server whose brain is the scripted transport, and one that misbehaves. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CAUGHT_UP, type Envelope, HEARTBEAT, PROBLEM_CONTENT_TYPE, type ThreadKey } from '@holdfast/core'
import { createLogBuilder, createManualClock } from '@holdfast/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { createScriptedTransport, problem, type ScriptedTransport } from '../testing/scripted-transport.ts'
import { TransportError } from './error.ts'
import { createHttpTransport } from './http.ts'
import { createLogReader } from './read-log.ts'
import { faultOf, read, transportContract } from './transport.contract.ts'

const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
const clock = { now: Date.now, schedule: schedule }
const until = vi.waitFor

function schedule(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

async function serve(listener: RequestListener) {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { baseUrl, transport: createHttpTransport({ baseUrl, clock }), stop }
}

/** The stored frame of an envelope (docs/PROTOCOL.md, SSE). */
const frameOf = (envelope: Envelope) => `id: ${envelope.seq}\ndata: ${JSON.stringify(envelope)}\n\n`

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}

function refuse(response: ServerResponse, error: unknown): void {
  const fault = error instanceof TransportError ? error.fault : undefined
  if (fault?.type === 'problem') {
    response
      .writeHead(fault.problem.status, { 'content-type': PROBLEM_CONTENT_TYPE })
      .end(JSON.stringify(fault.problem))
  } else if (fault?.type === 'unauthorized') response.writeHead(401).end()
  else response.destroy()
}

function stream(script: ScriptedTransport, key: ThreadKey, after: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const handlers = {
    onOpen: () => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n'),
    onCaughtUp: () => response.write(CAUGHT_UP),
    onBytes: () => {
      response.write(HEARTBEAT)
    },
    onEnvelopes: (batch: readonly Envelope[]) => response.write(batch.map(frameOf).join('')),
    onDropped: () => {},
  }
  return script.open({ type: 'log', key, after, handlers }, gone.signal).then(() => void response.end())
}

function limitIn({ searchParams }: URL): { readonly limit?: number } {
  const limit = searchParams.get('limit')
  return limit === null ? {} : { limit: Number(limit) }
}

/** docs/PROTOCOL.md as far as a transport sees it, answered by a script. */
function speak(script: ScriptedTransport): RequestListener {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://host')
    const [, , kind, roomId = '', , threadId = '', what, runId = '', verb] = url.pathname.split('/')
    const key = { roomId, threadId }
    const isPost = request.method === 'POST'
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    try {
      const body = await bodyOf(request)
      if (request.method !== 'GET') expect(request.headers['content-type']).toBe('application/json')
      if (kind === 'agents') json(await script.ask('agents', []))
      else if (kind === 'runs') json(await script.ask('runs', []))
      else if (kind === 'presence' && request.method === 'PUT') {
        await script.ask('presence', [body as never])
        response.writeHead(204).end()
      } else if (roomId === '')
        json(isPost ? await script.ask('createRoom', [body as never]) : await script.ask('rooms', []))
      else if (threadId === '') json(await script.ask('threads', [roomId]))
      else if (request.method === 'PATCH') json(await script.ask('changeThread', [key, body]))
      else if (request.method === 'DELETE') {
        await script.ask('deleteThread', [key, { force: url.searchParams.get('force') === 'true' }])
        response.writeHead(204).end()
      } else if (what === undefined) json(await script.ask('snapshot', [key]))
      else if (what === 'log') await stream(script, key, Number(url.searchParams.get('after')), response)
      else if (what === 'cancel') json(await script.ask('cancelThread', [key, body.reason as string]), 202)
      else if (verb === 'events') {
        json(
          await script.ask('runEvents', [
            key,
            runId,
            { after: Number(url.searchParams.get('after')), ...limitIn(url) },
          ]),
        )
      } else if (verb === 'cancel') json(await script.ask('cancelRun', [key, runId, body.reason as string]), 202)
      else json(await script.ask('start', [key, body as never]), 202)
    } catch (error) {
      refuse(response, error)
    }
  }
}

transportContract('HTTP', async () => {
  const script = createScriptedTransport()
  return { ...(await serve(speak(script))), script }
})

const builder = createLogBuilder(KEY)
builder.accept('run', [{ id: 'm1', role: 'user', content: 'Grüße 👋 \u2028' }])
builder.start('run')
builder.agui('run', { type: 'TEXT_MESSAGE_START', messageId: 'm2', role: 'assistant' })
builder.agui('run', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm2', delta: '漢字 und\n\nAbsätze' })
const FRAMES = builder.envelopes.map(frameOf)
const BYTES = new TextEncoder().encode(`: open\n\n${FRAMES.join(HEARTBEAT)}`)

describe('bytes', () => {
  function reader() {
    const seen: Envelope[] = []
    const dropped: string[] = []
    /** How many envelopes had come when history ended, each time that it was said to end. */
    const ends: number[] = []
    const handlers = {
      onCaughtUp: () => void ends.push(seen.length),
      onEnvelopes: (batch: readonly Envelope[]) => void seen.push(...batch),
      onDropped: (reason: string) => void dropped.push(reason),
    }
    return { seen, dropped, ends, log: createLogReader(KEY, handlers) }
  }

  it('may be cut anywhere, in the middle of a character too', () => {
    for (let cut = 0; cut <= BYTES.length; cut += 1) {
      const { seen, log } = reader()
      log.take(BYTES.slice(0, cut))
      log.take(BYTES.slice(cut))
      expect(seen).toEqual(builder.envelopes)
    }
  })

  it('say where history ends, however they are cut: behind the envelopes before, and once', () => {
    const text = `${HEARTBEAT}${FRAMES.slice(0, 2).join('')}${CAUGHT_UP}${FRAMES.slice(2).join('')}${CAUGHT_UP}`
    const bytes = new TextEncoder().encode(text)
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { seen, ends, log } = reader()
      log.take(bytes.slice(0, cut))
      log.take(bytes.slice(cut))
      expect(ends).toEqual([2])
      expect(seen).toEqual(builder.envelopes)
    }
  })

  it('without that comment are all history: neither a pause nor a heartbeat ends it', () => {
    const { ends, log } = reader()
    for (let times = 0; times < 3; times += 1) log.take(BYTES)
    log.take(new TextEncoder().encode(HEARTBEAT + HEARTBEAT))
    expect(ends).toEqual([])
  })

  it('may come one at a time', () => {
    const { seen, log } = reader()
    for (let at = 0; at < BYTES.length; at += 1) log.take(BYTES.slice(at, at + 1))
    expect(seen).toEqual(builder.envelopes)
  })

  it('G8 S001-29 give no envelope of another thread or room, and nothing that is none: dropped and counted', () => {
    const { seen, dropped, log } = reader()
    const [good] = builder.envelopes
    const others = [
      { ...good, roomId: 'other' },
      { ...good, threadId: 'other' },
      { ...good, roomId: undefined },
    ]
    const frames = others.map((each) => `data: ${JSON.stringify(each)}\n\n`)
    log.take(new TextEncoder().encode(`${frames.join('')}data: {"v":1\n\ndata: 7\n\n${FRAMES[0]}`))
    expect(dropped).toEqual(['foreign', 'foreign', 'malformed', 'malformed', 'malformed'])
    expect(seen).toEqual([good])
  })

  it('without an end are refused before they fill the memory', () => {
    const { log } = reader()
    const chunk = new TextEncoder().encode(`data: ${'x'.repeat(1024 * 1024)}`)
    expect(() => {
      for (let megabyte = 0; megabyte < 20; megabyte += 1) log.take(chunk)
    }).toThrow(TransportError)
  })

  it('of a frame that was cut off are no envelope', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end((FRAMES[0] ?? '') + (FRAMES[1] ?? '').slice(0, -1))
    })
    const log = read(server.transport, KEY, 0)
    expect(await log.done).toBe('ended')
    expect(log.seqs()).toEqual([1])
    await server.stop()
  })
})

describe('answers', () => {
  const answers: Record<string, [RequestListener, object]> = {
    'of a proxy whose server is gone': [
      (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
      { type: 'unavailable', status: 502 },
    ],
    'of a proxy that is asked too often': [
      (_, response) => response.writeHead(429).end(),
      { type: 'unavailable', status: 429 },
    ],
    'that are a page': [(_, response) => response.writeHead(200).end('<html>'), { type: 'protocol' }],
    'that are a number': [(_, response) => response.writeHead(200).end('7'), { type: 'protocol' }],
    'without a problem': [(_, response) => response.writeHead(404).end('Not Found'), { type: 'protocol' }],
    'with a code nobody knows': [
      (_, response) =>
        response.writeHead(409, { 'content-type': PROBLEM_CONTENT_TYPE }).end('{"status":409,"code":"odd"}'),
      { type: 'protocol' },
    ],
    'that claim to be a problem': [
      (_, response) => response.writeHead(503, { 'content-type': PROBLEM_CONTENT_TYPE }).end('{'),
      { type: 'unavailable', status: 503 },
    ],
    'that are cut off': [
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{')
        setImmediate(() => response.destroy())
      },
      { type: 'network' },
    ],
  }
  it.each(Object.entries(answers))('%s have a name', async (_, [listener, expected]) => {
    const server = await serve(listener)
    const error = await server.transport.ask('rooms', []).catch((cause: unknown) => cause)
    expect(faultOf(error)).toMatchObject(expected)
    await server.stop()
  })

  it('of nobody are the network’s', async () => {
    const server = await serve(() => {})
    await server.stop()
    expect(faultOf(await server.transport.ask('rooms', []).catch((cause: unknown) => cause))).toEqual({
      type: 'network',
    })
  })

  it('that never come are the network’s too, once their time is over', async () => {
    const reached = vi.fn()
    const server = await serve(reached)
    const manual = createManualClock()
    const transport = createHttpTransport({ baseUrl: server.baseUrl, clock: manual })
    const asked = transport.ask('rooms', []).catch((cause: unknown) => cause)
    await until(() => expect(reached).toHaveBeenCalled())
    manual.advance(20_000)
    expect(faultOf(await asked)).toEqual({ type: 'network' })
    expect(manual.waiting).toBe(0)
    await server.stop()
  })

  it('nobody waits for any more are aborted', async () => {
    const reached = vi.fn()
    const server = await serve(reached)
    const stop = new AbortController()
    const asked = server.transport.ask('snapshot', [KEY], stop.signal).catch((cause: unknown) => cause)
    await until(() => expect(reached).toHaveBeenCalled())
    stop.abort()
    expect(faultOf(await asked)).toEqual({ type: 'aborted' })
    await server.stop()
  })

  it('that are no event stream are no log', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
    expect(faultOf(await read(server.transport, KEY, 0).done)).toMatchObject({ type: 'protocol' })
    await server.stop()
  })
})

it('a problem’s sentence is the error’s', () => {
  expect(new TransportError(problem('run_active', { detail: 'Stop it first.' })).message).toBe('Stop it first.')
})

it('every request carries the headers of the moment, so that a new token needs no new transport', async () => {
  const seen: (string | undefined)[] = []
  const server = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{"items":[]}')
  })
  let token = 'one'
  const transport = createHttpTransport({ ...server, clock, headers: () => ({ authorization: token }) })
  await transport.ask('rooms', [])
  token = 'two'
  await transport.ask('rooms', [])
  expect(seen).toEqual(['one', 'two'])
  await server.stop()
})

it('what a person sends goes out though the page is left in that moment, as much at once as browsers let out', async () => {
  const asked: { readonly alive: boolean | undefined; answer(): void }[] = []
  const fetchLater: typeof fetch = (_, init) =>
    new Promise((resolve) => {
      asked.push({ alive: init?.keepalive, answer: () => resolve(Response.json({ run: {} })) })
    })
  const transport = createHttpTransport({ baseUrl: 'http://holdfast', clock: createManualClock(0), fetch: fetchLater })
  const start = (characters: number, character = 'x') =>
    transport.ask('start', [
      KEY,
      { runId: 'r', messages: [{ id: 'q', role: 'user', content: character.repeat(characters) }] },
    ])
  const all = [start(40_000), start(20_000), start(10_000)]
  await until(() => expect(asked.map(({ alive }) => alive)).toEqual([true, false, true]))
  asked[0]?.answer()
  await all[0]
  all.push(start(20_000), start(30_000, 'ö'), start(1_000_000))
  await until(() => expect(asked.slice(3).map(({ alive }) => alive)).toEqual([true, false, false]))
  for (const { answer } of asked) answer()
  await Promise.all(all)
})
