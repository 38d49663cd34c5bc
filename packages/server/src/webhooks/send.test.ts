import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, expect, it } from 'vitest'
import { createWebhookSender, MAX_URL, urlRefusal } from './send.ts'

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
const body = JSON.stringify({ type: 'run.ended', data: { kind: 'succeeded', runId: 'r' } })
const unaborted = new AbortController().signal
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

const delivery = (url: string) => ({ deliveryId: 'msg_1', url, secret: SECRET, body })
const send = createWebhookSender({ allowPrivate: true, now: Date.now })

it('the receiver verifies what it gets with the secret and Standard Webhooks’ own library', async () => {
  const got = Promise.withResolvers<{ headers: IncomingHttpHeaders; text: string }>()
  const url = await receiver((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      got.resolve({ headers: request.headers, text })
      response.writeHead(204).end()
    })
  })
  expect(await send(delivery(url), unaborted)).toEqual({ type: 'delivered' })
  const { headers, text } = await got.promise
  expect(new Webhook(SECRET).verify(text, headers as Record<string, string>)).toEqual(JSON.parse(body))
  expect(headers['webhook-id']).toBe('msg_1')
  expect(() => new Webhook(SECRET).verify(`${text} `, headers as Record<string, string>)).toThrow()
})

it('other answers are failures, 410 is final, and no redirect is followed', async () => {
  const seen: string[] = []
  const url = await receiver((request, response) => {
    seen.push(request.url ?? '')
    const status = Number(new URL(request.url ?? '', 'http://x').searchParams.get('status'))
    response.writeHead(status, { Location: '/elsewhere' }).end('An answer that nobody reads.')
  })
  const answer = (status: number) => send(delivery(`${url}?status=${status}`), unaborted)
  for (const status of [302, 307, 400, 404, 429, 500]) {
    expect(await answer(status)).toEqual({ type: 'failed', reason: `status ${status}` })
  }
  expect(await answer(410)).toEqual({ type: 'failed', reason: 'status 410', refused: true })
  expect(seen).toHaveLength(7)
})

it('a receiver that does not answer, or is not there, fails in bounded time, and the reason holds no URL', async () => {
  const hasty = createWebhookSender({ allowPrivate: true, now: Date.now, timeoutMs: 20 })
  const silent = await receiver(() => {})
  expect(await hasty(delivery(silent), unaborted)).toEqual({ type: 'failed', reason: 'TimeoutError', silent: true })
  const url = await receiver(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  expect(await send(delivery(url), unaborted)).toEqual({ type: 'failed', reason: 'ECONNREFUSED' })
})

it('without permission no private address is connected to, by address or by name', async () => {
  let connected = 0
  const url = await receiver((_, response) => response.end())
  servers[0]?.on('connection', () => connected++)
  const strict = createWebhookSender({ allowPrivate: false, now: Date.now })
  const refused = { type: 'failed', reason: 'private_address' }
  expect(await strict(delivery(url), unaborted)).toEqual(refused)
  expect(await strict(delivery(url.replace('127.0.0.1', 'localhost')), unaborted)).toEqual(refused)
  expect(await strict(delivery(url.replace('127.0.0.1', '[::ffff:127.0.0.1]')), unaborted)).toEqual(refused)
  expect(connected).toBe(0)
})

it('a webhook’s URL is https, public, short, and has no password', () => {
  const wrong = [
    'http://hook.example/',
    'ftp://hook.example/',
    'https://user:pass@hook.example/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://0x7f000001/',
    'nothing',
  ]
  expect(wrong.filter((url) => urlRefusal(url, false) === undefined)).toEqual([])
  const long = (length: number) => 'https://hook.example/'.padEnd(length, 'x')
  expect([MAX_URL, MAX_URL + 1].map((length) => urlRefusal(long(length), false) === undefined)).toEqual([true, false])
  expect(['http://127.0.0.1:9/', 'https://10.0.0.1/'].filter((url) => urlRefusal(url, true) !== undefined)).toEqual([])
})
