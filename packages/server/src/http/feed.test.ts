import { type FeedBody, type InboxFrame, type InboxOverview, isProblem, paths, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createTestServer, expectProblem, KEY, readUntil } from './testing/test-server.ts'

const OTHER: ThreadKey = { roomId: 'other', threadId: KEY.threadId }

/** With a thread of the same id in two rooms. */
async function furnished() {
  const server = await createTestServer()
  await server.ask(paths.rooms(), { roomId: OTHER.roomId, title: 'Other', agentId: 'demo' })
  const overview = async () => (await (await server.ask(paths.inbox())).json()) as InboxOverview
  const open = (body: FeedBody) => server.ask(paths.feed(), body)
  return Object.assign(server, { overview, open })
}

const data = (text: string, event: string) =>
  [...text.matchAll(/event: (.*)\ndata: (.*)\n\n/g)].filter(([, name]) => name === event).map(([, , json = '']) => json)

describe('the inbox', () => {
  it('S001-54 shows what is going on in all rooms from the first request, without an open stream', async () => {
    const server = await furnished()
    await server.start('r1')
    const lease = await server.claim()
    await server.start('r2', OTHER)
    await server.finish(await server.claim(), { type: 'interrupted', interrupts: [{ id: 'i', reason: 'Which one?' }] })
    const { rooms, threads, cursor } = await server.overview()
    expect(rooms).toEqual([
      { roomId: 'default', unread: 0, working: 1, needsYou: 0 },
      { roomId: 'other', unread: 1, working: 0, needsYou: 1 },
    ])
    expect(threads).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ ...KEY, status: 'working', unread: false }),
        expect.objectContaining({ ...OTHER, status: 'needs_you', unread: true }),
      ]),
    )
    expect(cursor).toMatch(/^[\w-]+$/)
    await server.finish(lease)
    expect((await server.overview()).threads.map(({ roomId, status }) => `${roomId} ${status}`).toSorted()).toEqual([
      'default idle',
      'other needs_you',
    ])
  })
})

describe('the feed', () => {
  it('S001-51 S001-2 carries several threads and the inbox over one stream, each under its own address', async () => {
    const server = await furnished()
    const { cursor } = await server.overview()
    await server.start('r1')
    const lease = await server.claim()
    const response = await server.open({
      inbox: cursor,
      threads: [
        { ...KEY, after: 1 },
        { ...OTHER, after: 0 },
      ],
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    await server.start('r1', OTHER)
    await server.finish(lease)
    const text = await readUntil(response, '"type":"RunCompleted"')
    const inbox = data(text, 'inbox').map((json) => JSON.parse(json) as InboxFrame)
    expect(inbox.map(({ roomId, type }) => `${roomId} ${type}`)).toEqual([
      'default ThreadCreated',
      'default RunQueued',
      'default RunStarted',
      'other ThreadCreated',
      'other RunQueued',
      'default RunCompleted',
    ])
    expect(Object.keys(inbox[0] ?? {})[0]).toBe('cursor')
    const logged = data(text, 'log')
    const page = await (await server.ask(`${paths.log(KEY)}?after=1`)).text()
    for (const json of logged.filter((one) => one.includes('"roomId":"default"'))) expect(page).toContain(json)
    await response.body?.cancel()
    await vi.waitFor(() => expect(server.feed.watching).toEqual({ threads: 0, readers: 0 }))

    const again = await server.open({ inbox: inbox[4]?.cursor ?? '' })
    expect(data(await readUntil(again, 'RunCompleted'), 'inbox')).toEqual(data(text, 'inbox').slice(5))
    await again.body?.cancel()
    expect(server.faults).toEqual([])
  })

  it('refuses an invalid request before a stream begins, and leaves nothing behind', async () => {
    const server = await furnished()
    const thread = { ...KEY, after: 0 }
    const many = Array.from({ length: 201 }, (_, index) => ({ ...thread, threadId: `t${index}` }))
    const wrong: unknown[] = [
      { threads: [thread, thread] },
      { threads: [thread, { ...thread, after: 3 }] },
      { threads: many },
      { threads: [{ threadId: 't', after: 0 }] },
      { threads: [KEY] },
      { threads: [{ ...thread, after: -1 }] },
      { threads: [{ ...thread, after: 1.5 }] },
      { threads: [{ ...thread, roomId: 'a b' }] },
      { threads: 'all' },
      { threads: [], inbox: '' },
      { threads: [], inbox: 7 },
      [],
      null,
    ]
    for (const body of wrong) await expectProblem(await server.open(body as FeedBody), 422, 'invalid')
    for (const inbox of ['x', '%%%', 'W1tdXQ', 'x'.repeat(9_000)]) {
      await expectProblem(await server.open({ inbox }), 422, 'invalid_cursor')
    }
    for (const pairs of [[['default', 99]], [['nowhere', 0]]]) {
      const inbox = Buffer.from(JSON.stringify(pairs)).toString('base64url')
      await expectProblem(await server.open({ inbox }), 409, 'cursor_ahead')
    }
    expect(isProblem(await (await server.ask(paths.feed())).json())).toBe(true)
    expect(server.feed.watching).toEqual({ threads: 0, readers: 0 })
    const most = await server.open({ threads: many.slice(1) })
    expect(most.status).toBe(200)
    await readUntil(most, '"threadId":"t200","seq":0')
    await most.body?.cancel()
    expect(server.feed.watching).toEqual({ threads: 0, readers: 0 })
  })
})
