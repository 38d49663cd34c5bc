/** Notices over HTTP: the list, the claim, presence, and what is refused. */
import { createECDH, randomBytes } from 'node:crypto'
import { type List, type NoticeInfo, paths } from '@holdfast/core'
import { expect, it } from 'vitest'
import { allowedServices, areKeys } from '../push/services.ts'
import { createTestServer, expectProblem, KEY, type TestServer } from './testing/test-server.ts'

const HEADERS = { 'Content-Type': 'application/json' }

async function endedIn(server: TestServer, threadId: string): Promise<void> {
  await server.start(`run-${threadId}`, { ...KEY, threadId })
  await server.finish(await server.claim())
}

async function listed(server: TestServer, query = ''): Promise<List<NoticeInfo>> {
  return (await (await server.ask(`${paths.notices()}${query}`)).json()) as List<NoticeInfo>
}

const send = ({ ask }: TestServer, method: string, path: string, body: unknown) =>
  ask(path, undefined, { method, headers: HEADERS, body: JSON.stringify(body) })

it('of eight devices that claim each of 50 notices at once, one gets each, and it gets it again', async () => {
  const server = await createTestServer()
  for (let n = 0; n < 50; n++) await endedIn(server, `t${n}`)
  const { items } = await listed(server, '?limit=200')
  expect(items).toHaveLength(50)
  const devices = Array.from({ length: 8 }, (_, n) => `device-${n}`)
  const claim = (noticeId: string, deviceId: string) => server.ask(paths.claimNotice(noticeId), { deviceId })
  const statuses = await Promise.all(
    items.map(({ noticeId }) => Promise.all(devices.map(async (device) => (await claim(noticeId, device)).status))),
  )
  for (const [n, { noticeId }] of items.entries()) {
    expect(statuses[n]?.toSorted()).toEqual([200, ...Array(7).fill(409)])
    const winner = devices[statuses[n]?.indexOf(200) ?? 0] ?? ''
    const again = await claim(noticeId, winner)
    expect(await again.json()).toMatchObject({ noticeId, kind: 'finished', title: 'Hello', read: false })
    const loser = devices.find((device) => device !== winner) ?? ''
    await expectProblem(await claim(noticeId, loser), 409, 'notice_claimed')
  }
})

it('S002-C6 what was read is withdrawn, what is unknown is not found, and a removal may be repeated', async () => {
  const server = await createTestServer()
  await endedIn(server, 't1')
  const [notice] = (await listed(server)).items
  await send(server, 'PUT', `${paths.thread({ ...KEY, threadId: 't1' })}/read`, { seq: 1_000 })
  const claim = (noticeId = '') => server.ask(paths.claimNotice(noticeId), { deviceId: 'd' })
  await expectProblem(await claim(notice?.noticeId), 409, 'notice_withdrawn')
  await expectProblem(await claim('unknown'), 404, 'not_found')
  expect((await listed(server, '?unread=true')).items).toEqual([])
  for (const path of [paths.notice(notice?.noticeId ?? ''), paths.notices()]) {
    for (const _ of [1, 2]) expect((await server.ask(path, undefined, { method: 'DELETE' })).status).toBe(204)
  }
  expect((await listed(server)).items).toEqual([])
  await expectProblem(await server.ask(`${paths.notices()}?before=x`), 422, 'invalid_cursor')
  await expectProblem(await server.ask(`${paths.notices()}?kind=stopped`), 422, 'invalid')
})

it('a subscription is kept only if its service is allowed and its keys are keys', async () => {
  const allows = allowedServices(['https://push.example'])
  const server = await createTestServer({
    push: {
      key: 'the-key',
      refusal: ({ endpoint, keys }) => (!allows(endpoint) ? 'service' : areKeys(keys) ? undefined : 'keys'),
    },
  })
  expect(await (await server.ask(paths.push())).json()).toEqual({ key: 'the-key' })
  const keys = {
    p256dh: createECDH('prime256v1').generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  }
  const put = (endpoint: string, of: unknown = keys) =>
    send(server, 'PUT', paths.pushSubscriptions(), {
      deviceId: 'd',
      subscription: { endpoint, expirationTime: null, keys: of },
    })
  for (const _ of [1, 2]) expect((await put('https://push.example/1')).status).toBe(204)
  await expectProblem(await put('https://evil.example/1'), 422, 'push_service_not_allowed')
  await expectProblem(await put('https://push.example/1', { ...keys, auth: 'short' }), 422, 'invalid')
  await expectProblem(await put('https://push.example/1', {}), 422, 'invalid')
  const remove = (body: unknown) => send(server, 'DELETE', paths.pushSubscriptions(), body)
  for (const _ of [1, 2]) expect((await remove({ deviceId: 'd' })).status).toBe(204)
  await expectProblem(await remove({}), 422, 'invalid')
})

it('a hidden window without a thread counts as a window of its person', async () => {
  const server = await createTestServer()
  const me = { tenantId: 'local', personId: 'local' }
  expect(server.presence.windows(me)).toBe(0)
  const report = { deviceId: 'd', state: 'hidden' }
  expect((await send(server, 'PUT', paths.presence(), report)).status).toBe(204)
  expect(server.presence.windows(me)).toBe(1)
})
