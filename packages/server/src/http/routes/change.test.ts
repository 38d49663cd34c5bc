import { type List, type Problem, paths, type RunInThread, type ThreadInfo } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createHouse, expectProblem, type House, KEY, readUntil } from '../testing/house.ts'

const json = async <T>(response: Response) => (await response.json()) as T
const patch = (house: House, path: string, body: unknown) => house.ask(path, body, { method: 'PATCH' })
const remove = (house: House, path: string) => house.ask(path, undefined, { method: 'DELETE' })

async function ended(house: House, runId = 'r1') {
  await house.start(runId)
  await house.finish(await house.claim())
}

describe('a thread that is changed', () => {
  it('is shown as it is now, and takes back a mute', async () => {
    const house = await createHouse()
    await ended(house)
    const body = { title: ' Plans ', mutedUntil: '2030-01-01T01:00:00+01:00', archived: true }
    const changed = await patch(house, paths.thread(KEY), body)
    expect(changed.status).toBe(200)
    const expected = { title: 'Plans', mutedUntil: '2030-01-01T00:00:00.000Z', archived: true }
    expect(await json(changed)).toMatchObject(expected)
    expect(await json(await house.ask(paths.threads('default')))).toMatchObject({ items: [expected] })
    expect(await json(await patch(house, paths.thread(KEY), { mutedUntil: null }))).not.toHaveProperty('mutedUntil')
    expect(await json(await patch(house, paths.thread(KEY), {}))).toMatchObject({ title: 'Plans' })
  })

  it('is left as it was by what makes no sense', async () => {
    const house = await createHouse()
    await ended(house)
    const before = await json(await house.ask(paths.thread(KEY)))
    for (const body of [
      { title: '' },
      { title: 'x'.repeat(201) },
      { title: 7 },
      { mutedUntil: 'tomorrow' },
      { mutedUntil: 5 },
      { mutedUntil: '9999-12-31T23:59:59-00:01' },
      { mutedUntil: '0000-01-01T00:00:00+00:01' },
      { archived: 'yes' },
      { archived: null },
      [],
    ]) {
      await expectProblem(await patch(house, paths.thread(KEY), body), 422, 'invalid')
    }
    expect(await json(await house.ask(paths.thread(KEY)))).toEqual(before)
    await expectProblem(await patch(house, paths.thread({ ...KEY, threadId: 'no' }), { title: 'x' }), 404, 'not_found')
  })
})

describe('a room that is changed', () => {
  it('is called otherwise and asks another agent, if there is one', async () => {
    const house = await createHouse()
    await house.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })
    expect(await json(await patch(house, paths.room('r'), { title: 'Garden' }))).toEqual({
      roomId: 'r',
      title: 'Garden',
      agentId: 'demo',
    })
    await expectProblem(await patch(house, paths.room('r'), { agentId: 'nobody' }), 422, 'unknown_agent')
    await expectProblem(await patch(house, paths.room('none'), { title: 'x' }), 404, 'not_found')
    expect((await house.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })).status).toBe(200)
  })
})

describe('a deletion', () => {
  it('I8 leaves nothing of a thread, and is the same when it is asked for again', async () => {
    const house = await createHouse()
    await ended(house)
    await expectProblem(await remove(house, paths.thread({ ...KEY, threadId: 'none' })), 404, 'not_found')
    for (let n = 0; n < 2; n++) expect((await remove(house, paths.thread(KEY))).status).toBe(204)
    const gone: [string, unknown?, string?][] = [
      [paths.thread(KEY)],
      [paths.log(KEY)],
      [`${paths.log(KEY)}?live=sse`],
      [`${paths.log(KEY)}?live=long-poll`],
      [paths.runs(KEY)],
      [paths.run(KEY, 'r1')],
      [paths.runEvents(KEY, 'r1')],
      [paths.queue(KEY)],
      [paths.cancelThread(KEY), {}],
      [paths.cancelRun(KEY, 'r1'), {}],
      [paths.threads('default'), { threadId: KEY.threadId }],
      [paths.thread(KEY), { title: 'x' }, 'PATCH'],
      [paths.queue(KEY), { paused: true }, 'PATCH'],
    ]
    for (const [path, body, method] of gone) {
      await expectProblem(await house.ask(path, body, method ? { method } : {}), 410, 'deleted')
    }
    await expectProblem(await house.start('r1'), 410, 'deleted')
    expect(await json(await house.ask(paths.threads('default')))).toEqual({ items: [] })
  })

  it('waits for a live run unless it is forced', async () => {
    const house = await createHouse()
    await house.start('r1')
    const lease = await house.claim()
    const busy = await expectProblem(await remove(house, paths.thread(KEY)), 409, 'run_active')
    expect(busy.runId).toBe('r1')
    await expectProblem(await remove(house, `${paths.thread(KEY)}?force=yes`), 422, 'invalid')
    await expectProblem(await remove(house, `${paths.thread(KEY)}?force=false`), 409, 'run_active')
    expect((await remove(house, `${paths.thread(KEY)}?force=true`)).status).toBe(204)
    expect(await house.store.work.append(lease, ['{}'])).toEqual({ type: 'lost' })
  })

  it('tells open readers, wherever they are, and ends what they read', async () => {
    const house = await createHouse()
    await house.start('r1')
    const lease = await house.claim()
    const live = await house.ask(`${paths.log(KEY)}?live=sse`)
    const events = await house.ask(`${paths.runEvents(KEY, 'r1')}?live=sse`)
    const poll = house.ask(`${paths.log(KEY)}?live=long-poll&after=3`)
    await house.say(lease, 'one ')
    expect((await poll).status).toBe(200)
    const waiting = house.ask(`${paths.log(KEY)}?live=long-poll&after=4`)
    expect((await remove(house, `${paths.thread(KEY)}?force=true`)).status).toBe(204)
    const text = await live.text()
    const types = [...text.matchAll(/"event":\{"type":"([^"]+)"/g)].map(([, type]) => type)
    expect(types.slice(-3)).toEqual(['RUN_FINISHED', 'run.ended', 'thread.deleted'])
    expect(await events.text()).toContain('RUN_FINISHED')
    expect([200, 410]).toContain((await waiting).status)
    expect(house.feed.watching.readers).toBe(0)
  })

  it('takes a room with all that is in it, but for the default room', async () => {
    const house = await createHouse()
    await house.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })
    const key = { roomId: 'r', threadId: 't' }
    await house.start('r1', key)
    await expectProblem(await remove(house, paths.room('default')), 409, 'default_room')
    await expectProblem(await remove(house, paths.room('none')), 404, 'not_found')
    await expectProblem(await remove(house, paths.room('r')), 409, 'run_active')
    for (let n = 0; n < 2; n++) expect((await remove(house, `${paths.room('r')}?force=true`)).status).toBe(204)
    await expectProblem(await house.ask(paths.room('r')), 410, 'deleted')
    await expectProblem(await house.ask(paths.threads('r')), 410, 'deleted')
    await expectProblem(await house.ask(paths.thread(key)), 410, 'deleted')
    await expectProblem(await house.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' }), 410, 'deleted')
    await expectProblem(await house.start('r2', key), 410, 'deleted')
    await expectProblem(await patch(house, paths.room('r'), { title: 'x' }), 410, 'deleted')
  })

  it('ends a reader that was still catching up with the one record that is left', async () => {
    const house = await createHouse()
    await house.start('r1')
    const lease = await house.claim()
    const stream = await house.ask(`${paths.log(KEY)}?live=sse`)
    // The web sink is full after this: the reader waits until somebody reads.
    for (let n = 0; n < 40; n++) await house.say(lease, 'x'.repeat(16 * 1024))
    await remove(house, `${paths.thread(KEY)}?force=true`)
    expect(await readUntil(stream, 'thread.deleted')).toContain('run.accepted')
    await expect.poll(() => house.feed.watching.readers).toBe(0)
  })
})

describe('finding', () => {
  it('looks for words in titles and in what was said', async () => {
    const house = await createHouse()
    await ended(house)
    await house.ask(paths.threads('default'), { threadId: 't2', title: 'Grüße' })
    const found = async (q: string) => {
      const list = await json<List<ThreadInfo>>(
        await house.ask(`${paths.threads('default')}?q=${encodeURIComponent(q)}`),
      )
      return list.items.map(({ threadId }) => threadId)
    }
    expect(await found('hel')).toEqual(['t1'])
    expect(await found('gruße')).toEqual(['t2'])
    expect((await found(' ')).toSorted()).toEqual(['t1', 't2'])
    expect(await found('"*')).toEqual([])
    await expectProblem(await house.ask(`${paths.threads('default')}?q=${'x'.repeat(201)}`), 422, 'invalid')
  })

  it('lists runs of all threads within a time', async () => {
    const house = await createHouse()
    await ended(house)
    house.clock.advance(60_000)
    await house.start('r2', { ...KEY, threadId: 'other' })
    const all = await json<List<RunInThread>>(await house.ask(paths.allRuns()))
    expect(all.items).toMatchObject([
      { roomId: 'default', threadId: 'other', runId: 'r2' },
      { threadId: 't1', runId: 'r1', status: 'succeeded' },
    ])
    const since = encodeURIComponent(all.items[0]?.acceptedAt ?? '')
    expect(await json(await house.ask(`${paths.allRuns()}?since=${since}`))).toMatchObject({ items: [{ runId: 'r2' }] })
    expect(await json(await house.ask(`${paths.allRuns()}?until=${since}`))).toMatchObject({ items: [{ runId: 'r1' }] })
    const first = await json<List<RunInThread>>(await house.ask(`${paths.allRuns()}?limit=1`))
    expect(await json(await house.ask(`${paths.allRuns()}?before=${first.next}`))).toMatchObject({
      items: [{ runId: 'r1' }],
    })
    const refused: [string, Problem['code']][] = [
      ['since=yesterday', 'invalid'],
      ['until=2026-13-01T00:00:00Z', 'invalid'],
      ['limit=0', 'invalid'],
      ['limit=201', 'invalid'],
      ['before=x', 'invalid_cursor'],
    ]
    for (const [query, code] of refused) {
      await expectProblem(await house.ask(`${paths.allRuns()}?${query}`), 422, code)
    }
  })
})
