/**
 * A real server, its database and a push service: everything closed, a run ends, one push; the server killed in the middle
 * of it; what a browser would read of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type List, type NoticeInfo, type PushKey, paths } from '@holdfast/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PushEndpoint, startPushEndpoint } from '../testing/push-endpoint.ts'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-pushed-'))
let service: PushEndpoint
let server: ServerProcess
beforeAll(async () => {
  service = await startPushEndpoint()
})
afterAll(async () => {
  server?.kill()
  await service.close()
  rmSync(home, { recursive: true, force: true })
})

async function serve(): Promise<void> {
  server = await startServerProcess({ HOLDFAST_DATA: home, HOLDFAST_PUSH_SERVICES: service.origin })
}

async function ask<Answer>(path: string, body?: unknown, method = 'POST'): Promise<{ status: number; json: Answer }> {
  const headers = { 'Content-Type': 'application/json' }
  const init = body === undefined ? {} : { method, headers, body: JSON.stringify(body) }
  const response = await fetch(`${server.url}${path}`, init)
  const text = await response.text()
  return { status: response.status, json: (text === '' ? undefined : JSON.parse(text)) as Answer }
}

it('what nobody claims is one push, which a kill in the middle repeats once and which nobody can claim', {
  timeout: 60_000,
}, async () => {
  await serve()
  const { key } = (await ask<PushKey>(paths.push())).json
  const subscription = service.subscribe()
  service.answer(subscription, 'never')
  const subscribed = await ask(paths.pushSubscriptions(), { deviceId: 'phone', subscription }, 'PUT')
  expect(subscribed.status).toBe(204)
  const elsewhere = { ...subscription, endpoint: 'https://fcm.googleapis.com/fcm/send/x' }
  expect((await ask(paths.pushSubscriptions(), { deviceId: 'phone', subscription: elsewhere }, 'PUT')).status).toBe(422)
  const threads = ['one', 'two', 'three'].map((threadId) => ({ roomId: 'default', threadId }))
  for (const { threadId, roomId } of threads) {
    const messages = [{ id: `${threadId}-q`, role: 'user', content: 'A secret question' }]
    const script = { tokens: 1, intervalMs: 1 }
    await ask(paths.runs({ roomId, threadId }), { runId: `run-${threadId}`, messages, forwardedProps: { script } })
  }
  const first = await service.push(0)
  server.kill()
  await server.exit

  service.answer(subscription, { status: 201 })
  await serve()
  const second = await service.push(1)
  expect(second.payload).toEqual(first.payload)
  expect(second.headers.topic).toBe(first.headers.topic)
  expect([first.key, second.key, (await ask<PushKey>(paths.push())).json.key]).toEqual([key, key, key])
  const { items } = (await ask<List<NoticeInfo>>(paths.notices())).json
  expect(items.map(({ threadId }) => threadId).toSorted()).toEqual(['one', 'three', 'two'])
  const { noticeId } = first.payload
  expect(first.payload).toEqual({
    kind: 'finished',
    roomId: 'default',
    threadId: items.find((notice) => notice.noticeId === noticeId)?.threadId,
    noticeId,
    count: 3,
  })
  for (const notice of items) {
    const claim = await ask<{ code: string }>(paths.claimNotice(notice.noticeId), { deviceId: 'laptop' })
    expect(claim).toMatchObject({ status: 409, json: { code: 'notice_claimed' } })
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).toContain('holdfast_pushes_total{what="push_sent"} 1')
  await server.stop()
  expect(service.received).toHaveLength(2)
  expect(server.err()).not.toContain(subscription.endpoint)
  expect(server.err()).not.toContain('secret question')
})
