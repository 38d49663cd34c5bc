/** The feed as single answers: repeated polls give the same as a stream. */
import {
  type FeedBody,
  type FeedPage,
  type InboxFrame,
  type InboxOverview,
  paths,
  type ThreadKey,
} from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY } from './testing/test-server.ts'

const OTHER: ThreadKey = { roomId: 'default', threadId: 't2' }

async function furnished() {
  const server = await createTestServer()
  const poll = async (body: FeedBody) => {
    const response = await server.ask(paths.poll(), body)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    return (await response.json()) as FeedPage
  }
  return Object.assign(server, { poll })
}

const kinds = ({ frames }: FeedPage) => frames.map(({ event }) => event)

describe('a poll of the feed', () => {
  it('returns what follows each cursor, in the frames of the feed, and leaves nothing open', async () => {
    const server = await furnished()
    const { cursor } = (await (await server.ask(paths.inbox())).json()) as InboxOverview
    await server.start('r1')
    const page = await server.poll({
      inbox: cursor,
      threads: [
        { ...KEY, after: 0 },
        { ...OTHER, after: 0 },
      ],
    })
    expect(kinds(page)).toEqual(['inbox', 'inbox', 'log', 'caught-up', 'caught-up'])
    const log = (await (await server.ask(paths.log(KEY))).json()) as { envelopes: readonly unknown[] }
    expect(page.frames.filter(({ event }) => event === 'log').map(({ data }) => data)).toEqual(log.envelopes)
    expect(page.frames.at(-1)?.data).toEqual({ ...OTHER, seq: 0 })
    expect(page.more).toBe(false)

    const last = page.frames[1]?.data as InboxFrame
    const again = await server.poll({ inbox: last.cursor, threads: [{ ...KEY, after: log.envelopes.length }] })
    expect(kinds(again)).toEqual(['caught-up'])
    expect(server.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it('is cut off at a size, and the cursors it returned continue it', async () => {
    const server = await furnished()
    await server.start('r1')
    const lease = await server.claim()
    for (let n = 0; n < 30; n += 1) await server.say(lease, 'x'.repeat(60_000))
    let after = 0
    let polls = 0
    for (let more = true; more; polls += 1) {
      const page = await server.poll({ threads: [{ ...KEY, after }] })
      for (const { event, data } of page.frames) {
        if (event !== 'log') continue
        const { seq } = data as { seq: number }
        expect(seq).toBe(after + 1)
        after = seq
      }
      expect(kinds(page).includes('caught-up')).toBe(!page.more)
      more = page.more
    }
    expect(polls).toBeGreaterThan(1)
    expect(after).toBe(((await (await server.ask(paths.thread(KEY))).json()) as { seq: number }).seq)
  })

  it('reports an invalid cursor or a deletion of one thread without refusing the others', async () => {
    const server = await furnished()
    await server.start('r1', OTHER)
    await server.start('r1')
    await server.finish(await server.claim())
    await server.finish(await server.claim())
    const { seq } = (await (await server.ask(paths.thread(KEY))).json()) as { seq: number }
    await server.ask(paths.thread(KEY), {}, { method: 'DELETE' })
    const page = await server.poll({
      threads: [
        { ...KEY, after: seq },
        { ...OTHER, after: 999 },
        { ...OTHER, threadId: 'never', after: 4 },
      ],
    })
    expect(kinds(page)).toEqual(['log', 'resync', 'resync', 'resync'])
    expect(page.frames[0]?.data).toMatchObject({ seq: seq + 1, event: { type: 'thread.deleted' } })
    expect(page.frames.slice(1).map(({ data }) => (data as { reason: string }).reason)).toEqual([
      'deleted',
      'cursor_ahead',
      'cursor_ahead',
    ])
  })

  it('refuses an inbox cursor that was never returned, or that is ahead, as the feed does', async () => {
    const server = await furnished()
    await expectProblem(await server.ask(paths.poll(), { inbox: 'no cursor' }), 422, 'invalid_cursor')
    await expectProblem(await server.ask(paths.poll(), { threads: [{ ...KEY, after: -1 }] }), 422, 'invalid')
  })
})
