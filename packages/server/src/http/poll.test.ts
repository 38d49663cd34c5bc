/** The one connection as single answers: what one asks for again and again says the same as a stream. */
import {
  type FeedBody,
  type FeedPage,
  type InboxFrame,
  type InboxOverview,
  paths,
  type ThreadKey,
} from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createHouse, expectProblem, KEY } from './testing/house.ts'

const OTHER: ThreadKey = { roomId: 'default', threadId: 't2' }

async function furnished() {
  const house = await createHouse()
  const poll = async (body: FeedBody) => {
    const response = await house.ask(paths.poll(), body)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    return (await response.json()) as FeedPage
  }
  return Object.assign(house, { poll })
}

const kinds = ({ frames }: FeedPage) => frames.map(({ event }) => event)

describe('a poll of the feed', () => {
  it('says what lies after each cursor, in the frames of the feed, and leaves nothing open', async () => {
    const house = await furnished()
    const { cursor } = (await (await house.ask(paths.inbox())).json()) as InboxOverview
    await house.start('r1')
    const page = await house.poll({
      inbox: cursor,
      threads: [
        { ...KEY, after: 0 },
        { ...OTHER, after: 0 },
      ],
    })
    expect(kinds(page)).toEqual(['inbox', 'inbox', 'log', 'caught-up', 'caught-up'])
    const log = (await (await house.ask(paths.log(KEY))).json()) as { envelopes: readonly unknown[] }
    expect(page.frames.filter(({ event }) => event === 'log').map(({ data }) => data)).toEqual(log.envelopes)
    expect(page.frames.at(-1)?.data).toEqual({ ...OTHER, seq: 0 })
    expect(page.more).toBe(false)

    const last = page.frames[1]?.data as InboxFrame
    const again = await house.poll({ inbox: last.cursor, threads: [{ ...KEY, after: log.envelopes.length }] })
    expect(kinds(again)).toEqual(['caught-up'])
    expect(house.feed.watching).toEqual({ threads: 0, readers: 0 })
  })

  it('is cut off at a size, and what follows is asked for with the cursors that it gave', async () => {
    const house = await furnished()
    await house.start('r1')
    const lease = await house.claim()
    for (let n = 0; n < 30; n += 1) await house.say(lease, 'x'.repeat(60_000))
    let after = 0
    let polls = 0
    for (let more = true; more; polls += 1) {
      const page = await house.poll({ threads: [{ ...KEY, after }] })
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
    expect(after).toBe(((await (await house.ask(paths.thread(KEY))).json()) as { seq: number }).seq)
  })

  it('tells one thread’s lost cursor, and a deletion, without refusing the others', async () => {
    const house = await furnished()
    await house.start('r1', OTHER)
    await house.start('r1')
    await house.finish(await house.claim())
    await house.finish(await house.claim())
    const { seq } = (await (await house.ask(paths.thread(KEY))).json()) as { seq: number }
    await house.ask(paths.thread(KEY), {}, { method: 'DELETE' })
    const page = await house.poll({
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

  it('refuses an inbox cursor that nothing gave, or that knows of more than there is, as the feed does', async () => {
    const house = await furnished()
    await expectProblem(await house.ask(paths.poll(), { inbox: 'no cursor' }), 422, 'invalid_cursor')
    await expectProblem(await house.ask(paths.poll(), { threads: [{ ...KEY, after: -1 }] }), 422, 'invalid')
  })
})
