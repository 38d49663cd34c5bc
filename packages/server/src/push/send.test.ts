import type { PushPayload } from '@holdfast/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import webpush from 'web-push'
import { type PushEndpoint, startPushEndpoint } from '../testing/push-endpoint.ts'
import { createSender } from './send.ts'

const keys = webpush.generateVAPIDKeys()
const payload: PushPayload = { kind: 'finished', roomId: 'r', threadId: 't', noticeId: 'n'.repeat(22), count: 2 }
const unaborted = new AbortController().signal
const send = createSender({ keys, contact: 'mailto:ops@example.test' })
let service: PushEndpoint
beforeAll(async () => {
  service = await startPushEndpoint()
})
afterAll(() => service.close())

it('a browser with the subscription’s keys reads the payload, which is signed with the server’s key', async () => {
  const subscription = service.subscribe()
  const from = service.received.length
  expect(await send(subscription, payload, unaborted)).toEqual({ type: 'taken' })
  const push = await service.push(from)
  expect(push.payload).toEqual(payload)
  expect(push.key).toBe(keys.publicKey)
  expect(push.claims).toMatchObject({ aud: service.origin, sub: 'mailto:ops@example.test' })
  expect(push.headers).toMatchObject({ ttl: '86400', urgency: 'normal', topic: payload.noticeId })
})

it('what needs the person is urgent', async () => {
  const from = service.received.length
  await send(service.subscribe(), { ...payload, kind: 'needs_you' }, unaborted)
  expect((await service.push(from)).headers.urgency).toBe('high')
})

it('the answers of a push service are told apart', async () => {
  const answers = [
    [{ status: 404 }, { type: 'gone', status: 404 }],
    [{ status: 410 }, { type: 'gone', status: 410 }],
    [{ status: 400 }, { type: 'refused', reason: 'status 400' }],
    [
      { status: 429, headers: { 'Retry-After': '7' } },
      { type: 'later', reason: 'status 429', afterMs: 7_000 },
    ],
    [
      { status: 503, headers: { 'Retry-After': 'soon' } },
      { type: 'later', reason: 'status 503' },
    ],
  ] as const
  for (const [answer, delivery] of answers) {
    const subscription = service.subscribe()
    service.answer(subscription, answer)
    expect(await send(subscription, payload, unaborted)).toEqual(delivery)
  }
})

it('no redirect is followed', async () => {
  const [from, to] = [service.subscribe(), service.subscribe()]
  service.answer(from, { status: 307, headers: { Location: to.endpoint } })
  const before = service.received.length
  expect(await send(from, payload, unaborted)).toEqual({ type: 'refused', reason: 'status 307' })
  expect(service.received.slice(before).map(({ endpoint }) => endpoint)).toEqual([from.endpoint])
})

it('a service that does not answer, or is not there, is tried again later, and no endpoint is in the reason', async () => {
  const hasty = createSender({ keys, contact: 'mailto:ops@example.test', timeoutMs: 20 })
  const silent = service.subscribe()
  service.answer(silent, 'never')
  expect(await hasty(silent, payload, unaborted)).toEqual({ type: 'later', reason: 'TimeoutError' })
  const nobody = await startPushEndpoint()
  const gone = nobody.subscribe()
  await nobody.close()
  expect(await send(gone, payload, unaborted)).toEqual({ type: 'later', reason: 'ECONNREFUSED' })
})
