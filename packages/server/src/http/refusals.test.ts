/** Refusals on a real socket: whatever is sent, and however much, the sender receives the reason. */
import { connect, type Socket } from 'node:net'
import { PROBLEM_CONTENT_TYPE, type Problem, paths } from '@holdfast/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Listening, listen } from './listen.ts'
import { createTestServer, KEY } from './testing/test-server.ts'

const open: Listening[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const listening of open.splice(0)) await listening.close(0)
})

async function listeningServer() {
  const server = await createTestServer()
  const listening = await listen(server.app, { host: '127.0.0.1', port: 0 })
  open.push(listening)
  return Object.assign(server, { url: new URL(listening.url) })
}

/** Sends the bytes and reads until the other side closes, or `enough`. */
function say({ hostname, port }: URL, bytes: string | Buffer) {
  const socket = connect(Number(port), hostname)
  sockets.push(socket)
  const errors: string[] = []
  let text = ''
  socket.on('error', ({ message }) => errors.push(message))
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.write(bytes)
  return { socket, errors, text: () => text }
}

async function problemFrom(said: ReturnType<typeof say>): Promise<Pick<Problem, 'status' | 'code'> & { line: string }> {
  await vi.waitFor(() => expect(said.text()).toMatch(/\r\n\r\n[\s\S]*\}$/))
  const [head = '', body = ''] = said.text().split('\r\n\r\n')
  expect(head.toLowerCase()).toContain(`content-type: ${PROBLEM_CONTENT_TYPE}`)
  const { status, code, detail } = JSON.parse(body) as Problem
  expect(detail).toMatch(/\S/)
  return { status, code, line: head.slice(0, 12) }
}

const HOST = 'Host: 127.0.0.1\r\n'
const JSON_TYPE = 'Content-Type: application/json\r\n'

describe('a refusal of a large body', () => {
  const SIZE = 4 * 1024 * 1024
  const body = 'x'.repeat(SIZE)
  const refused: Readonly<Record<string, readonly [path: string, headers: Record<string, string>, status: number]>> = {
    'too large': ['/v1/rooms', { 'Content-Type': 'application/json' }, 413],
    'no JSON': ['/v1/rooms', { 'Content-Type': 'text/plain' }, 415],
    'another site’s': ['/v1/rooms', { 'Content-Type': 'application/json', Origin: 'https://evil.example' }, 403],
    'to no route': ['/v1/nowhere', { 'Content-Type': 'application/json' }, 413],
  }

  it.each(Object.entries(refused))('is received by fetch: %s', async (_, [path, headers, status]) => {
    const { url } = await listeningServer()
    const answer = await fetch(new URL(path, url), { method: 'POST', headers, body })
    expect([answer.status, ((await answer.json()) as Problem).status]).toEqual([status, status])
    // As a stream of undeclared length.
    const stream = new Blob([body]).stream()
    const chunked = await fetch(new URL(path, url), {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half',
    } as RequestInit)
    expect([chunked.status, ((await chunked.json()) as Problem).status]).toEqual([status, status])
  })

  it('arrives before the body does, and the connection survives until the sender is done and can be reused', async () => {
    const { url } = await listeningServer()
    for (const host of [HOST, 'Host: evil.example\r\n']) {
      const said = say(url, `POST /v1/rooms HTTP/1.1\r\n${host}${JSON_TYPE}Content-Length: ${SIZE}\r\n\r\n`)
      const { status } = await problemFrom(said)
      expect(status).toBe(host === HOST ? 413 : 403)
      for (let sent = 0; sent < SIZE; sent += SIZE / 8) {
        await new Promise<void>((resolve) => said.socket.write('y'.repeat(SIZE / 8), () => resolve()))
      }
      said.socket.write(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`)
      await vi.waitFor(() => expect(said.text()).toContain('HTTP/1.1 200'))
      expect(said.errors).toEqual([])
    }
  })

  it('also reaches a sender that expects 100-continue, and one that closes after its body', async () => {
    const { url } = await listeningServer()
    const head = `POST /v1/rooms HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: ${SIZE}\r\n`
    const asking = say(url, `${head}Expect: 100-continue\r\n\r\n`)
    await vi.waitFor(() => expect(asking.text()).toContain('HTTP/1.1 413'))
    const closing = say(url, `${head}Connection: close\r\n\r\n${body}`)
    expect(await problemFrom(closing)).toMatchObject({ status: 413 })
    await vi.waitFor(() => expect(closing.socket.readableEnded).toBe(true))
    expect(closing.errors).toEqual([])
  })
})

describe('malformed HTTP', () => {
  it.each([
    ['no Host', 'GET /v1/rooms HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'malformed_request'],
    ['another protocol', 'GET / HTTP/3.7\r\n\r\n', 400, 'malformed_request'],
    ['a long head', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
    ['no path', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400, 'malformed_request'],
    ['a foreign target', `GET http://evil.example/v1/rooms HTTP/1.1\r\n${HOST}\r\n`, 403, 'foreign_host'],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
      'malformed_request',
    ],
  ] as const)('is answered with a problem: %s', async (_, bytes, status, code) => {
    const { url } = await listeningServer()
    expect(await problemFrom(say(url, bytes))).toEqual({ status, code, line: `HTTP/1.1 ${status}` })
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)
  })

  it.each([
    '',
    'evil.example',
    'a b',
    'x@127.0.0.1',
    '127.0.0.1:port',
    '[::1',
    '127.0.0.1/..',
    '%31',
    '0x7f.1:99999',
    'ä',
  ])('an odd Host is a foreign one, and a probe is answered all the same: %j', async (host) => {
    const { url } = await listeningServer()
    const asked = say(url, `GET /v1/rooms HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(await problemFrom(asked)).toMatchObject({ status: 403, code: 'foreign_host' })
    const probe = say(url, `GET /readyz HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await vi.waitFor(() => expect(probe.text()).toContain('HTTP/1.1 200'))
  })

  it('a probe of HTTP/1.0 has no Host', async () => {
    const { url } = await listeningServer()
    const probe = say(url, 'GET /healthz HTTP/1.0\r\n\r\n')
    await vi.waitFor(() => expect(probe.text()).toContain('HTTP/1.1 200'))
  })
})

describe('an invalid id', () => {
  it.each(['.', '..', '%2e', '%2E%2e', '.%2e', '%252E%252E', '', '%2F', '..%2F..', '%00', '%zz', 'a%20b'])(
    'a cancel of the run %j cancels nothing',
    async (id) => {
      const server = await listeningServer()
      await server.start('r1')
      const lease = await server.claim()
      const path = `${paths.runs(KEY)}/${id}/cancel`
      const said = say(server.url, `POST ${path} HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 2\r\n\r\n{}`)
      expect([404, 422]).toContain((await problemFrom(said)).status)
      expect((await server.store.work.renew([lease], 60_000))[0]).toEqual({ type: 'running' })
    },
  )

  it.each([
    ['POST', '/v1/rooms', { roomId: '..', title: 'x' }],
    ['POST', '/v1/rooms/default/threads', { threadId: '.' }],
    ['POST', paths.runs(KEY), { runId: '..', messages: [{ id: 'm', role: 'user', content: 'x' }] }],
    ['POST', paths.runs(KEY), { runId: 'r', messages: [{ id: '..', role: 'user', content: 'x' }] }],
    ['POST', '/v1/feed', { threads: [{ roomId: 'default', threadId: '..', after: 0 }] }],
  ])('is refused wherever one is given: %s %s %j', async (method, path, body) => {
    const { url } = await listeningServer()
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(new URL(path, url), { method, headers, body: JSON.stringify(body) })
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([422, 'invalid'])
  })

  it('a path with another case, an empty segment or a trailing slash is not a route', async () => {
    const { url } = await listeningServer()
    for (const path of ['/V1/rooms', '/v1/Rooms', '/v1//rooms', '/v1/rooms/', '/v1/rooms//threads', '/healthz/']) {
      expect(await problemFrom(say(url, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`)), path).toMatchObject({ status: 404 })
    }
  })
})
