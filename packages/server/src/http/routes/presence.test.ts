import type { PresenceBody } from '@holdfast/core'
import { expect, it } from 'vitest'
import { LOCAL_PRINCIPAL } from '../../store/principal.ts'
import { threadOf } from '../../store/tenant-thread.ts'
import { createTestServer, expectProblem, KEY, type TestServer } from '../testing/test-server.ts'

const PUT = { method: 'PUT' }
const say = (server: TestServer, body: unknown) => server.ask('/v1/presence', body, PUT)
const shown: PresenceBody = { deviceId: 'd', state: 'focused', thread: KEY }

it('keeps what a device shows for 30 seconds, or until it is hidden', async () => {
  const server = await createTestServer()
  await server.start('r')
  expect((await say(server, shown)).status).toBe(204)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('focused')
  expect((await say(server, { ...shown, state: 'visible' })).status).toBe(204)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('visible')
  expect((await say(server, { deviceId: 'd', state: 'hidden' })).status).toBe(204)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('none')
  await say(server, shown)
  server.clock.advance(29_999)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('focused')
  server.clock.advance(1)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('none')
})

it('accepts a thread that is shown before it exists', async () => {
  const server = await createTestServer()
  expect((await say(server, shown)).status).toBe(204)
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('focused')
  await expectProblem(await server.ask('/v1/rooms/default/threads/t1'), 404, 'not_found')
})

it.each<readonly [string, unknown]>([
  ['no device', { state: 'focused' }],
  ['what is no device', { ...shown, deviceId: 'a/b' }],
  ['another state', { ...shown, state: 'asleep' }],
  ['half a thread', { ...shown, thread: { roomId: 'default' } }],
  ['null', { ...shown, thread: null }],
  ['a thread by its id', { ...shown, thread: 't1' }],
])('%s is refused, and what was known stays', async (_, body) => {
  const server = await createTestServer()
  await say(server, shown)
  await expectProblem(await say(server, body), 422, 'invalid')
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('focused')
})

it('a thread that may not be seen is a 404, and the answer does not reveal whether it exists', async () => {
  const server = await createTestServer()
  await server.store.rooms.create(
    { tenantId: 'other', personId: 'x' },
    { roomId: 'theirs', title: 'X', agentId: 'demo' },
  )
  const about = async (roomId: string) => {
    const thread = { roomId, threadId: 't1' }
    const answer = await expectProblem(await say(server, { ...shown, thread }), 404, 'not_found')
    expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, thread))).toBe('none')
    return answer
  }
  expect(await about('theirs')).toEqual(await about('nowhere'))
  await server.ask('/v1/rooms', { roomId: 'gone', title: 'Gone' })
  await server.ask('/v1/rooms/gone', undefined, { method: 'DELETE' })
  await expectProblem(await say(server, { ...shown, thread: { ...KEY, roomId: 'gone' } }), 410, 'deleted')
})

it('checks that the person may report this thread', async () => {
  const asked: unknown[] = []
  const server = await createTestServer({
    authorise: async (principal, action, { threads = [] }) => {
      asked.push([principal, action, threads])
      return threads.length === 0
    },
  })
  const answer = await expectProblem(await say(server, shown), 404, 'not_found')
  expect(answer).toMatchObject({ detail: 'There is nothing here, or nothing that you may see.' })
  expect(asked).toEqual([[LOCAL_PRINCIPAL, 'presence.report', [KEY]]])
  expect(server.presence.attention(threadOf(LOCAL_PRINCIPAL, KEY))).toBe('none')
  expect((await say(server, { deviceId: 'd', state: 'visible' })).status).toBe(204)
})
