/** The five ways to read a thread that never existed in a room that was deleted: all of them report the deletion. */
import { type FeedPage, paths, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createTestServer, expectProblem, readUntil, type TestServer } from './testing/test-server.ts'

const NEVER: ThreadKey = { roomId: 'r', threadId: 'never' }
const LOG = paths.log(NEVER)
const FEED = { threads: [{ ...NEVER, after: 0 }] }
const RESYNC = { event: 'resync', data: { ...NEVER, reason: 'deleted' } }

async function furnished() {
  const server = await createTestServer()
  await server.ask(paths.rooms(), { roomId: NEVER.roomId, title: 'R' })
  const remove = () => server.ask(paths.room(NEVER.roomId), undefined, { method: 'DELETE' })
  const watched = () => vi.waitFor(() => expect(server.feed.watching.threads).toBe(1))
  return Object.assign(server, { remove, watched })
}

const polled = async (server: TestServer) => ((await (await server.ask(paths.poll(), FEED)).json()) as FeedPage).frames

const resync = `event: resync\ndata: ${JSON.stringify(RESYNC.data)}\n\n`

describe('a thread that never existed', () => {
  it('is reported as deleted to a feed that waits for it as soon as its room is deleted', async () => {
    const server = await furnished()
    const response = await server.ask(paths.feed(), FEED)
    await readUntil(response, '"seq":0')
    await server.remove()
    expect(await readUntil(response, 'resync')).toContain(resync)
    await vi.waitFor(() => expect(server.feed.watching.threads).toBe(0))
    await response.body?.cancel()
  })

  it('ends a log stream that waits for it as soon as its room is deleted', async () => {
    const server = await furnished()
    const response = await server.ask(`${LOG}?live=sse`)
    await readUntil(response, ': caught-up')
    await server.remove()
    await expect(readUntil(response, 'never sent')).rejects.toThrow('ended')
    expect(server.feed.watching.threads).toBe(0)
  })

  it('answers a long-poll that waits for it with 410 as soon as its room is deleted', async () => {
    const server = await furnished()
    const response = server.ask(`${LOG}?live=long-poll`)
    await server.watched()
    await server.remove()
    await expectProblem(await response, 410, 'deleted')
    expect(server.clock.waiting).toBe(0)
  })

  it('is reported as deleted to a poll of the feed once its room is deleted', async () => {
    const server = await furnished()
    expect(await polled(server)).toEqual([{ event: 'caught-up', data: { ...NEVER, seq: 0 } }])
    await server.remove()
    expect(await polled(server)).toEqual([RESYNC])
  })

  it('answers a page of its log with 404, and with 410 once its room is deleted', async () => {
    const server = await furnished()
    await expectProblem(await server.ask(LOG), 404, 'not_found')
    await server.remove()
    await expectProblem(await server.ask(LOG), 410, 'deleted')
  })

  it('is reported as deleted to streams and long-polls that begin after its room was deleted', async () => {
    const server = await furnished()
    await server.remove()
    const feed = await server.ask(paths.feed(), FEED)
    expect(await readUntil(feed, 'resync')).toContain(resync)
    await feed.body?.cancel()
    for (const live of ['sse', 'long-poll']) {
      await expectProblem(await server.ask(`${LOG}?live=${live}`), 410, 'deleted')
    }
  })
})
