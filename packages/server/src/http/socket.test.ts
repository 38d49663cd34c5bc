/** The HTTP interface behind a real socket. */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { HEARTBEAT, type LogPage, paths } from '@holdfast/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { SINK_BYTES } from '../feed/sink.ts'
import { type Listening, listen } from './listen.ts'
import { STREAM_HEADERS } from './stream-headers.ts'
import { createTestServer, KEY, type TestServer } from './testing/test-server.ts'

const LOG = `${paths.log(KEY)}?live=sse`
const open: Listening[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const listening of open.splice(0)) await listening.close(0)
})

/** `answers`: Node's responses, in order of the requests. */
type ListeningServer = TestServer & { readonly url: URL; readonly answers: Answer[] }
type Answer = Pick<ServerResponse, 'writableLength' | 'destroyed'>

async function listeningServer(): Promise<ListeningServer> {
  const server = await createTestServer()
  const answers: Answer[] = []
  const app: typeof server.app.fetch = (request, env, context) => {
    if (env && 'outgoing' in env && env.outgoing) answers.push(env.outgoing)
    return server.app.fetch(request, env, context)
  }
  const listening = await listen({ fetch: app }, { host: '127.0.0.1', port: 0 })
  open.push(listening)
  return Object.assign(server, { url: new URL(listening.url), answers })
}

function get(url: URL, path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, url), { headers }, resolve)
    sent.on('socket', (socket) => sockets.push(socket))
    sent.on('error', reject)
    sent.end()
  })
}

/** A raw socket. */
function raw({ hostname, port }: URL, bytes: string): Socket {
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  socket.on('error', () => {})
  socket.write(bytes)
  return socket
}

/** Reads until the text holds `until`, then pauses. */
async function readUntil(response: IncomingMessage, until: string): Promise<string> {
  let all = ''
  for (;;) {
    const chunk = response.read() as Buffer | null
    if (chunk) all += chunk.toString()
    if (all.includes(until)) return all
    if (!chunk) await new Promise((resolve) => response.once('readable', resolve))
  }
}

describe('a stream on a socket', () => {
  it('has the same headers as without a socket, sends its first byte at once, and continues live', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const lease = await server.claim()
    const response = await get(server.url, LOG)
    const without = await server.ask(LOG)
    expect(response.statusCode).toBe(without.status)
    for (const name of Object.keys(STREAM_HEADERS)) {
      expect(response.headers[name.toLowerCase()]).toBe(without.headers.get(name))
    }
    expect([response.headers.connection, response.headers['transfer-encoding']]).toEqual(['close', undefined])
    const own = new Set(['date', 'connection'])
    expect(
      Object.keys(response.headers)
        .filter((name) => !own.has(name))
        .sort(),
    ).toEqual([...without.headers.keys()].sort())
    expect((await readUntil(response, '"run.accepted"')).startsWith(HEARTBEAT)).toBe(true)
    await server.say(lease, 'live ')
    expect(await readUntil(response, '"live "')).toContain('\ndata: {"v":1,')
    await without.body?.cancel()
  })

  it('continues after Last-Event-ID', async () => {
    const server = await listeningServer()
    await server.start('r1')
    await server.say(await server.claim(), 'one ')
    const response = await get(server.url, LOG, { 'Last-Event-ID': '3' })
    expect(await readUntil(response, 'id: ')).toContain('id: 4\n')
  })

  it('G5 I5 I10 a socket that is cut detaches its reader and affects nothing else', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const lease = await server.claim()
    const cancels = vi.spyOn(server.store.runs, 'cancelRun')
    const responses = await Promise.all(Array.from({ length: 20 }, () => get(server.url, LOG)))
    expect(server.feed.watching.readers).toBe(20)
    for (const response of responses) response.socket.destroy()
    await vi.waitFor(() => expect(server.feed.watching).toEqual({ threads: 0, readers: 0 }))
    expect(cancels).not.toHaveBeenCalled()
    await server.say(lease, 'on and on')
    expect(await (await server.ask(paths.run(KEY, 'r1'))).json()).toMatchObject({ status: 'running' })
    expect(server.faults).toEqual([])
  })

  it('a long-poll whose reader hangs up stops waiting', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const { next } = (await (await server.ask(paths.log(KEY))).json()) as LogPage
    const asked = get(server.url, `${paths.log(KEY)}?live=long-poll&after=${next}`).catch(() => 'hung up')
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    for (const socket of sockets) socket.destroy()
    expect(await asked).toBe('hung up')
    await vi.waitFor(() => expect(server.clock.waiting).toBe(0))
  })

  it('G10 bounds what a client that does not read may hold, and delivers everything once it reads', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const lease = await server.claim()
    const response = await get(server.url, LOG)
    const delta = 'x'.repeat(50_000)
    // More than the kernel's buffers and ours hold together, while the client does not read.
    let mostHeld = 0
    for (let n = 0; n < 300; n++) {
      await server.say(lease, `${n} ${delta}`)
      mostHeld = Math.max(mostHeld, server.answers[0]?.writableLength ?? 0)
    }
    await server.say(lease, 'the end')
    expect(mostHeld).toBeGreaterThan(SINK_BYTES)
    expect(mostHeld).toBeLessThanOrEqual(2 * SINK_BYTES)
    const ids: number[] = []
    let rest = ''
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('id: ')) ids.push(Number(line.slice(4)))
      if (rest.includes('"the end"') || lines.some((line) => line.includes('"the end"'))) break
    }
    const { next } = (await (await server.ask(`${paths.log(KEY)}?after=300&limit=1000`)).json()) as LogPage
    expect(ids).toEqual(Array.from({ length: next }, (_, index) => index + 1))
  })

  it('ends with the feed, so that it does not hold up a stopping server', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const response = await get(server.url, LOG)
    server.feed.close()
    expect(await text(response)).toContain('run.accepted')
  })
})

describe('a hostile socket', () => {
  it('hanging up in the middle of a body is not a fault and leaves nothing behind', async () => {
    const server = await listeningServer()
    const head = `POST /v1/rooms HTTP/1.1\r\nHost: ${server.url.host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`
    const socket = raw(server.url, `${head}{"roomId":"half","title":`)
    await vi.waitFor(() => expect(server.answers).toHaveLength(1))
    socket.destroy()
    await vi.waitFor(() => expect(server.answers[0]?.destroyed).toBe(true))
    expect((await server.ask('/v1/rooms/half')).status).toBe(404)
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200)
    expect(server.faults).toEqual([])
  })

  it('a pipelined stream follows the response before it on the same connection, from its headers to its end', async () => {
    const server = await listeningServer()
    await server.start('r1')
    const lease = await server.claim()
    const asking = (path: string) => `GET ${path} HTTP/1.1\r\nHost: ${server.url.host}\r\n\r\n`
    const socket = raw(server.url, asking(`${paths.log(KEY)}?live=long-poll&after=3`) + asking(LOG))
    let all = ''
    const ended = new Promise((resolve) => socket.once('end', resolve))
    socket.on('data', (bytes: Buffer) => {
      all += bytes.toString()
    })
    await vi.waitFor(() => expect(server.answers).toHaveLength(2))
    expect(all).toBe('')
    for (let n = 0; n < 20; n++) await server.say(lease, `${n} `)
    await vi.waitFor(() => expect(all).toContain('"19 "'))
    await open.splice(0)[0]?.close(0)
    await ended
    const [, page, stream] = all.split('HTTP/1.1 200 OK')
    expect(page).toContain('application/json')
    expect(stream).toContain('text/event-stream')
    const told = [...(stream ?? '').matchAll(/"delta":"(\d+) "/g)].map(([, n]) => Number(n))
    expect(told).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('gets an answer to a foreign host, a body too large and nonsense, and the server survives', async () => {
    const server = await listeningServer()
    const post = `POST /v1/rooms HTTP/1.1\r\nHost: ${server.url.host}\r\nContent-Type: application/json\r\n`
    const asked: [string, string][] = [
      ['GET /v1/rooms HTTP/1.1\r\nHost: evil.example\r\n\r\n', 'HTTP/1.1 403'],
      ['GET /healthz HTTP/1.1\r\n\r\n', 'HTTP/1.1 400'],
      [`${post}Content-Length: 999999999\r\n\r\n`, 'HTTP/1.1 413'],
      [`${post}Transfer-Encoding: chunked\r\n\r\n200000\r\n${'x'.repeat(0x200000)}\r\n0\r\n\r\n`, 'HTTP/1.1 413'],
      ['nonsense\r\n\r\n', 'HTTP/1.1 400'],
    ]
    for (const [bytes, answer] of asked) {
      const socket = raw(server.url, bytes)
      const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
      expect(first.toString().slice(0, answer.length)).toBe(answer)
    }
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200)
    expect(server.faults).toEqual([])
  })
})
