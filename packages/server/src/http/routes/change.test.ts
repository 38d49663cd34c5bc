import { type List, type Problem, paths, type RunInThread, type ThreadInfo } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY, readUntil, type TestServer } from '../testing/test-server.ts'

const json = async <T>(response: Response) => (await response.json()) as T
const patch = (server: TestServer, path: string, body: unknown) => server.ask(path, body, { method: 'PATCH' })
const remove = (server: TestServer, path: string) => server.ask(path, undefined, { method: 'DELETE' })

async function ended(server: TestServer, runId = 'r1') {
  await server.start(runId)
  await server.finish(await server.claim())
}

describe('a thread that is changed', () => {
  it('is returned with its changes, and a mute can be undone', async () => {
    const server = await createTestServer()
    await ended(server)
    const body = { title: ' Plans ', mutedUntil: '2030-01-01T01:00:00+01:00', archived: true }
    const changed = await patch(server, paths.thread(KEY), body)
    expect(changed.status).toBe(200)
    const expected = { title: 'Plans', mutedUntil: '2030-01-01T00:00:00.000Z', archived: true }
    expect(await json(changed)).toMatchObject(expected)
    expect(await json(await server.ask(paths.threads('default')))).toMatchObject({ items: [expected] })
    expect(await json(await patch(server, paths.thread(KEY), { mutedUntil: null }))).not.toHaveProperty('mutedUntil')
    expect(await json(await patch(server, paths.thread(KEY), {}))).toMatchObject({ title: 'Plans' })
  })

  it('is unchanged by an invalid request', async () => {
    const server = await createTestServer()
    await ended(server)
    const before = await json(await server.ask(paths.thread(KEY)))
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
      await expectProblem(await patch(server, paths.thread(KEY), body), 422, 'invalid')
    }
    expect(await json(await server.ask(paths.thread(KEY)))).toEqual(before)
    await expectProblem(await patch(server, paths.thread({ ...KEY, threadId: 'no' }), { title: 'x' }), 404, 'not_found')
  })
})

describe('a room that is changed', () => {
  it('can be renamed and given another agent, if that agent exists', async () => {
    const server = await createTestServer()
    await server.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })
    expect(await json(await patch(server, paths.room('r'), { title: 'Garden' }))).toEqual({
      roomId: 'r',
      title: 'Garden',
      agentId: 'demo',
    })
    await expectProblem(await patch(server, paths.room('r'), { agentId: 'nobody' }), 422, 'unknown_agent')
    await expectProblem(await patch(server, paths.room('none'), { title: 'x' }), 404, 'not_found')
    expect((await server.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })).status).toBe(200)
  })
})

describe('a deletion', () => {
  it('I8 leaves nothing of a thread, and can be repeated', async () => {
    const server = await createTestServer()
    await ended(server)
    await expectProblem(await remove(server, paths.thread({ ...KEY, threadId: 'none' })), 404, 'not_found')
    for (let n = 0; n < 2; n++) expect((await remove(server, paths.thread(KEY))).status).toBe(204)
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
      await expectProblem(await server.ask(path, body, method ? { method } : {}), 410, 'deleted')
    }
    await expectProblem(await server.start('r1'), 410, 'deleted')
    expect(await json(await server.ask(paths.threads('default')))).toEqual({ items: [] })
  })

  it('S003-C5 is refused while a run is live, unless it is forced', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const busy = await expectProblem(await remove(server, paths.thread(KEY)), 409, 'run_active')
    expect(busy.runId).toBe('r1')
    await expectProblem(await remove(server, `${paths.thread(KEY)}?force=yes`), 422, 'invalid')
    await expectProblem(await remove(server, `${paths.thread(KEY)}?force=false`), 409, 'run_active')
    expect((await remove(server, `${paths.thread(KEY)}?force=true`)).status).toBe(204)
    expect(await server.store.work.append(lease, ['{}'])).toEqual({ type: 'lost' })
  })

  it('reaches all open readers, and ends their streams', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const live = await server.ask(`${paths.log(KEY)}?live=sse`)
    const events = await server.ask(`${paths.runEvents(KEY, 'r1')}?live=sse`)
    const poll = server.ask(`${paths.log(KEY)}?live=long-poll&after=3`)
    await server.say(lease, 'one ')
    expect((await poll).status).toBe(200)
    const waiting = server.ask(`${paths.log(KEY)}?live=long-poll&after=4`)
    expect((await remove(server, `${paths.thread(KEY)}?force=true`)).status).toBe(204)
    const text = await live.text()
    const types = [...text.matchAll(/"event":\{"type":"([^"]+)"/g)].map(([, type]) => type)
    expect(types.slice(-3)).toEqual(['RUN_FINISHED', 'run.ended', 'thread.deleted'])
    expect(await events.text()).toContain('RUN_FINISHED')
    expect([200, 410]).toContain((await waiting).status)
    expect(server.feed.watching.readers).toBe(0)
  })

  it('removes a room with everything in it, except the default room', async () => {
    const server = await createTestServer()
    await server.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' })
    const key = { roomId: 'r', threadId: 't' }
    await server.start('r1', key)
    await expectProblem(await remove(server, paths.room('default')), 409, 'default_room')
    await expectProblem(await remove(server, paths.room('none')), 404, 'not_found')
    await expectProblem(await remove(server, paths.room('r')), 409, 'run_active')
    for (let n = 0; n < 2; n++) expect((await remove(server, `${paths.room('r')}?force=true`)).status).toBe(204)
    await expectProblem(await server.ask(paths.room('r')), 410, 'deleted')
    await expectProblem(await server.ask(paths.threads('r')), 410, 'deleted')
    await expectProblem(await server.ask(paths.thread(key)), 410, 'deleted')
    await expectProblem(await server.ask('/v1/rooms', { roomId: 'r', title: 'Kitchen' }), 410, 'deleted')
    await expectProblem(await server.start('r2', key), 410, 'deleted')
    await expectProblem(await patch(server, paths.room('r'), { title: 'x' }), 410, 'deleted')
  })

  it('ends a reader that is still catching up with the one remaining record', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const stream = await server.ask(`${paths.log(KEY)}?live=sse`)
    // The web sink is full after this, so the reader waits until the client reads.
    for (let n = 0; n < 40; n++) await server.say(lease, 'x'.repeat(16 * 1024))
    await remove(server, `${paths.thread(KEY)}?force=true`)
    expect(await readUntil(stream, 'thread.deleted')).toContain('run.accepted')
    await expect.poll(() => server.feed.watching.readers).toBe(0)
  })
})

describe('search', () => {
  it('looks for words in titles and messages', async () => {
    const server = await createTestServer()
    await ended(server)
    await server.ask(paths.threads('default'), { threadId: 't2', title: 'Grüße' })
    const found = async (q: string) => {
      const list = await json<List<ThreadInfo>>(
        await server.ask(`${paths.threads('default')}?q=${encodeURIComponent(q)}`),
      )
      return list.items.map(({ threadId }) => threadId)
    }
    expect(await found('hel')).toEqual(['t1'])
    expect(await found('gruße')).toEqual(['t2'])
    expect((await found(' ')).toSorted()).toEqual(['t1', 't2'])
    expect(await found('"*')).toEqual([])
    await expectProblem(await server.ask(`${paths.threads('default')}?q=${'x'.repeat(201)}`), 422, 'invalid')
  })

  it('lists runs of all threads within a time', async () => {
    const server = await createTestServer()
    await ended(server)
    server.clock.advance(60_000)
    await server.start('r2', { ...KEY, threadId: 'other' })
    const all = await json<List<RunInThread>>(await server.ask(paths.allRuns()))
    expect(all.items).toMatchObject([
      { roomId: 'default', threadId: 'other', runId: 'r2' },
      { threadId: 't1', runId: 'r1', status: 'succeeded' },
    ])
    const since = encodeURIComponent(all.items[0]?.acceptedAt ?? '')
    expect(await json(await server.ask(`${paths.allRuns()}?since=${since}`))).toMatchObject({
      items: [{ runId: 'r2' }],
    })
    expect(await json(await server.ask(`${paths.allRuns()}?until=${since}`))).toMatchObject({
      items: [{ runId: 'r1' }],
    })
    const first = await json<List<RunInThread>>(await server.ask(`${paths.allRuns()}?limit=1`))
    expect(await json(await server.ask(`${paths.allRuns()}?before=${first.next}`))).toMatchObject({
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
      await expectProblem(await server.ask(`${paths.allRuns()}?${query}`), 422, code)
    }
  })
})
