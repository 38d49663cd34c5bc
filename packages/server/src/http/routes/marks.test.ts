import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type NotificationSettings,
  paths,
  type RoomInfo,
  type ThreadInfo,
} from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY, readUntil, type TestServer } from '../testing/test-server.ts'

const json = async <T>(response: Response) => (await response.json()) as T
const put = (server: TestServer, path: string, body: unknown) => server.ask(path, body, { method: 'PUT' })

async function withOneRun() {
  const server = await createTestServer()
  await server.start('r1')
  const lease = await server.claim()
  const [messageId, role] = ['a', 'assistant']
  const said = [
    { type: 'TEXT_MESSAGE_START', messageId, role },
    { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'An answer.\nMore.' },
  ]
  await server.store.work.append(
    lease,
    said.map((event) => JSON.stringify(event)),
  )
  await server.finish(lease)
  return server
}

const thread = async (server: TestServer, key = KEY) => {
  const snapshot = await json<{ readonly thread: ThreadInfo }>(await server.ask(paths.thread(key)))
  return snapshot.thread
}

describe('read marks', () => {
  it('S000-60 a thread says until where it was read, and reading it to its end makes it read everywhere', async () => {
    const server = await withOneRun()
    const before = await thread(server)
    expect(before).toMatchObject({ unread: true, readSeq: 0, completedSeq: before.lastSeq, preview: 'An answer.' })
    const read = await put(server, paths.read(KEY), { seq: before.completedSeq })
    expect(read.status).toBe(200)
    const after = { ...before, unread: false, readSeq: before.completedSeq }
    expect(await json(read)).toEqual(after)
    expect(await thread(server)).toEqual(after)
    expect(await json(await server.ask(paths.inbox()))).toMatchObject({ rooms: [{ unread: 0 }], threads: [] })
  })

  it('S000-59 a thread that is marked as unread is listed and counted in the inbox', async () => {
    const server = await withOneRun()
    await put(server, paths.read(KEY), { seq: 1_000 })
    const marked = await server.ask(paths.unread(KEY), {})
    expect(marked.status).toBe(200)
    expect(await json(marked)).toMatchObject({ unread: true, markedUnread: true })
    expect(await json(await server.ask(paths.inbox()))).toMatchObject({
      rooms: [{ roomId: 'default', unread: 1 }],
      threads: [{ ...KEY, status: 'idle', unread: true, markedUnread: true }],
    })
  })

  it('S000-62 a room and everything are read with one request, with an empty body or none', async () => {
    const server = await withOneRun()
    await server.ask(paths.rooms(), { roomId: 'other', title: 'Other' })
    await server.ask(paths.threads('other'), { threadId: 't' })
    const other = { roomId: 'other', threadId: 't' }
    await server.ask(paths.unread(other), {})
    const room = await put(server, paths.readRoom('default'), {})
    expect(room.status).toBe(200)
    expect(await json(room)).toEqual({ roomId: 'default', unread: 0, working: 0, needsYou: 0 })
    const rooms = async () => (await json<{ rooms: unknown }>(await server.ask(paths.inbox()))).rooms
    expect(await rooms()).toMatchObject([{ unread: 0 }, { unread: 1 }])
    const all = await server.ask(paths.readAll(), undefined, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
    })
    expect(all.status).toBe(204)
    expect(await rooms()).toMatchObject([{ unread: 0 }, { unread: 0 }])
  })

  it('a moved mark reaches the person’s other devices through the feed', async () => {
    const server = await withOneRun()
    const { cursor } = await json<{ cursor: string }>(await server.ask(paths.inbox()))
    const feed = await server.ask(paths.feed(), { inbox: cursor })
    await put(server, paths.read(KEY), { seq: 1_000 })
    await put(server, paths.notificationSettings(), { ...DEFAULT_NOTIFICATION_SETTINGS, needsYouBreaksThrough: true })
    const text = await readUntil(feed, 'SettingsChanged')
    expect(text).toContain('"type":"ReadMarkMoved"')
  })

  it.each<readonly [string, unknown]>([
    ['no position', {}],
    ['a position below 0', { seq: -1 }],
    ['half a position', { seq: 0.5 }],
    ['a position that no number holds exactly', { seq: 2 ** 60 }],
    ['a word', { seq: '1' }],
    ['null', { seq: null }],
    ['a list', []],
  ])('refuses a read with %s, and moves nothing', async (_, body) => {
    const server = await withOneRun()
    await expectProblem(await put(server, paths.read(KEY), body), 422, 'invalid')
    expect(await thread(server)).toMatchObject({ readSeq: 0, unread: true })
  })

  it('S000-61 an unknown thread is 404, a deleted one 410, for every mark', async () => {
    const server = await withOneRun()
    await server.ask(paths.rooms(), { roomId: 'gone', title: 'Gone' })
    await server.ask(paths.room('gone'), undefined, { method: 'DELETE' })
    await server.ask(paths.thread(KEY), undefined, { method: 'DELETE' })
    const marksOf = (threadId: string, roomId: string) => [
      put(server, paths.read({ ...KEY, threadId }), { seq: 1 }),
      server.ask(paths.unread({ ...KEY, threadId }), {}),
      put(server, paths.readRoom(roomId), {}),
    ]
    for (const answer of await Promise.all(marksOf('unknown', 'unknown'))) await expectProblem(answer, 404, 'not_found')
    for (const answer of await Promise.all(marksOf(KEY.threadId, 'gone'))) await expectProblem(answer, 410, 'deleted')
  })
})

describe('a room that a person mutes', () => {
  it('is muted in lists and by itself until the mute ends, and stays unread', async () => {
    const server = await withOneRun()
    const patch = (body: unknown) => server.ask(paths.room('default'), body, { method: 'PATCH' })
    const mutedUntil = '2030-01-01T00:00:00.000Z'
    expect(await json(await patch({ mutedUntil }))).toMatchObject({ roomId: 'default', mutedUntil })
    expect(await json(await server.ask(paths.rooms()))).toMatchObject({ items: [{ mutedUntil }] })
    expect(await json(await patch({ title: 'Renamed' }))).toMatchObject({ title: 'Renamed', mutedUntil })
    expect(await thread(server)).toMatchObject({ unread: true })
    expect(await json<RoomInfo>(await patch({ mutedUntil: null }))).not.toHaveProperty('mutedUntil')
    expect(await json<RoomInfo>(await server.ask(paths.room('default')))).not.toHaveProperty('mutedUntil')
    for (const wrong of [5, 'tomorrow', true]) await expectProblem(await patch({ mutedUntil: wrong }), 422, 'invalid')
  })
})

describe('notification settings', () => {
  const settings: NotificationSettings = {
    kinds: { finished: true, failed: true, needsYou: true, stopped: false },
    needsYouBreaksThrough: true,
    quietHours: { from: '22:00', to: '07:30', timeZone: 'Europe/Zurich' },
  }

  it('are the defaults until a person changes them, and are replaced as a whole', async () => {
    const server = await createTestServer()
    const get = async () => json(await server.ask(paths.notificationSettings()))
    expect(await get()).toEqual(DEFAULT_NOTIFICATION_SETTINGS)
    const changed = await put(server, paths.notificationSettings(), settings)
    expect([changed.status, await json(changed)]).toEqual([200, settings])
    expect(await get()).toEqual(settings)
    await put(server, paths.notificationSettings(), DEFAULT_NOTIFICATION_SETTINGS)
    expect(await get()).toEqual(DEFAULT_NOTIFICATION_SETTINGS)
  })

  it.each<readonly [string, unknown]>([
    ['no kinds', { needsYouBreaksThrough: true }],
    ['a kind too few', { ...settings, kinds: { finished: true, failed: true, needsYou: true } }],
    ['a word as a switch', { ...settings, needsYouBreaksThrough: 'yes' }],
    ['an hour that no day has', { ...settings, quietHours: { ...settings.quietHours, from: '24:00' } }],
    ['a minute that no hour has', { ...settings, quietHours: { ...settings.quietHours, to: '7:60' } }],
    ['half of the quiet hours', { ...settings, quietHours: { from: '22:00', timeZone: 'UTC' } }],
    ['a time zone that is none', { ...settings, quietHours: { ...settings.quietHours, timeZone: 'Mars/Olympus' } }],
    ['an offset as a time zone', { ...settings, quietHours: { ...settings.quietHours, timeZone: '+01:00' } }],
    ['null for the quiet hours', { ...settings, quietHours: null }],
  ])('refuse %s and stay as they are', async (_, body) => {
    const server = await createTestServer()
    await put(server, paths.notificationSettings(), settings)
    await expectProblem(await put(server, paths.notificationSettings(), body), 422, 'invalid')
    expect(await json(await server.ask(paths.notificationSettings()))).toEqual(settings)
  })
})
