import { type EventPage, type LogPage, type Problem, paths, type ThreadSnapshot } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY } from '../testing/test-server.ts'

const json = async <T>(response: Response) => (await response.json()) as T

describe('health', () => {
  it('is always live, and ready only between start and drain', async () => {
    const server = await createTestServer()
    expect((await server.ask('/healthz')).status).toBe(200)
    expect((await server.ask('/readyz')).status).toBe(200)
    for (const phase of ['starting', 'draining'] as const) {
      server.phase = phase
      expect((await server.ask('/readyz')).status).toBe(503)
      expect((await server.ask('/healthz')).status).toBe(200)
    }
  })
})

describe('agents', () => {
  it('lists the agents that a run may name', async () => {
    const server = await createTestServer()
    expect(await json(await server.ask('/v1/agents'))).toMatchObject({ items: [{ agentId: 'demo', title: 'Demo' }] })
  })
})

describe('rooms', () => {
  it('creates once, answers the same again, refuses another under the same id', async () => {
    const server = await createTestServer()
    const body = { roomId: 'r1', title: 'Kitchen', agentId: 'demo' }
    const created = await server.ask('/v1/rooms', body)
    expect(created.status).toBe(201)
    expect(await json(created)).toEqual(body)
    expect((await server.ask('/v1/rooms', { roomId: 'r1', title: ' Kitchen ' })).status).toBe(200)
    await expectProblem(await server.ask('/v1/rooms', { ...body, title: 'Garden' }), 409, 'room_conflict')
    expect(await json(await server.ask('/v1/rooms/r1'))).toEqual(body)
  })

  it('mints an id if the client gives none', async () => {
    const server = await createTestServer()
    expect(await json(await server.ask('/v1/rooms', { title: 'x' }))).toMatchObject({ roomId: 'minted-1' })
  })

  it('lists page by page', async () => {
    const server = await createTestServer()
    for (const roomId of ['a', 'b', 'c']) await server.ask('/v1/rooms', { roomId, title: roomId })
    const seen: string[] = []
    let before = ''
    for (let pages = 0; pages < 10; pages++) {
      const path = `/v1/rooms?limit=2${before && `&before=${encodeURIComponent(before)}`}`
      const page = await json<{ items: { roomId: string }[]; next?: string }>(await server.ask(path))
      seen.push(...page.items.map(({ roomId }) => roomId))
      if (page.next === undefined) break
      before = page.next
    }
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'default'])
  })

  it('refuses an invalid room, and stores nothing of it', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask('/v1/rooms/none'), 404, 'not_found')
    await expectProblem(await server.ask('/v1/rooms/a%20b'), 422, 'invalid')
    await expectProblem(await server.ask(`/v1/rooms/${'x'.repeat(129)}`), 422, 'invalid')
    await expectProblem(await server.ask('/v1/rooms?limit=0'), 422, 'invalid')
    await expectProblem(await server.ask('/v1/rooms?limit=1&limit=2'), 422, 'invalid')
    await expectProblem(await server.ask('/v1/rooms?before=%00nonsense'), 422, 'invalid_cursor')
    for (const body of [{}, { title: '' }, { title: 7 }, { title: 'x', roomId: '../x' }, [], 'x', null]) {
      await expectProblem(await server.ask('/v1/rooms', body), 422, 'invalid')
    }
    await expectProblem(await server.ask('/v1/rooms', { title: 'x', agentId: 'nobody' }), 422, 'unknown_agent')
    expect(await json<{ items: unknown[] }>(await server.ask('/v1/rooms'))).toMatchObject({
      items: [{ roomId: 'default' }],
    })
  })

  it('says where the body is invalid', async () => {
    const server = await createTestServer()
    const problem = await expectProblem(await server.ask('/v1/rooms', { title: 7 }), 422, 'invalid')
    expect(problem.issues?.[0]?.path).toBe('title')
    expect(problem.detail).toContain('title')
  })
})

describe('threads', () => {
  it('creates once, answers the same again, refuses another under the same id', async () => {
    const server = await createTestServer()
    const path = paths.threads('default')
    const created = await server.ask(path, { threadId: 't1', title: 'Tea' })
    expect(created.status).toBe(201)
    expect(await json(created)).toMatchObject({ ...KEY, title: 'Tea', status: 'idle', unread: false, archived: false })
    expect((await server.ask(path, { threadId: 't1', title: 'Tea' })).status).toBe(200)
    await expectProblem(await server.ask(path, { threadId: 't1', title: 'Coffee' }), 409, 'thread_conflict')
    await expectProblem(await server.ask(paths.threads('none'), { threadId: 't1' }), 404, 'not_found')
    expect(await json(await server.ask(path))).toMatchObject({ items: [{ threadId: 't1' }] })
  })

  it('refuses an unknown room and an invalid cursor', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask(paths.threads('none')), 404, 'not_found')
    await expectProblem(await server.ask(`${paths.threads('default')}?before=nonsense`), 422, 'invalid_cursor')
  })

  it('returns a snapshot that the log continues', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask(paths.thread(KEY)), 404, 'not_found')
    await server.start('r1')
    await server.say(await server.claim(), 'one ')
    const snapshot = await json<ThreadSnapshot>(await server.ask(paths.thread(KEY)))
    expect(Object.keys(snapshot).sort()).toEqual(
      [
        'firstSeq',
        'interrupts',
        'messages',
        'open',
        'progress',
        'queue',
        'queuePaused',
        'runs',
        'seq',
        'state',
        'subagents',
        'superseded',
        'thread',
      ].sort(),
    )
    expect(snapshot.runs).toMatchObject([{ runId: 'r1', status: 'running' }])
    const { envelopes, upToDate } = await json<LogPage>(await server.ask(`${paths.log(KEY)}?after=${snapshot.seq}`))
    expect({ envelopes, upToDate }).toEqual({ envelopes: [], upToDate: true })
  })
})

describe('starting a run', () => {
  it('G7 accepts once, and answers the same run on every retry', async () => {
    const server = await createTestServer()
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.start('r1')))
    for (const answer of answers) {
      expect(answer.status).toBe(202)
      expect(await json(answer)).toMatchObject({ run: { runId: 'r1', status: 'queued', agentId: 'demo' } })
    }
    expect(await json(await server.ask(paths.runs(KEY)))).toMatchObject({ items: [{ runId: 'r1' }] })
  })

  it('refuses another request under the same id, and a second run beside a live one', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const other = { runId: 'r1', messages: [{ id: 'q', role: 'user', content: 'Other' }] }
    await expectProblem(await server.ask(paths.runs(KEY), other), 409, 'run_id_reused')
    const busy = await expectProblem(await server.start('r2'), 409, 'run_active')
    expect(busy.runId).toBe('r1')
  })

  it('refuses what it cannot do with a clear message, and leaves nothing behind', async () => {
    const server = await createTestServer()
    const good = { runId: 'r1', messages: [{ id: 'q', role: 'user', content: 'Hello' }] }
    const refused: [unknown, number, Problem['code']][] = [
      [{ ...good, onBusy: 'whatever' }, 422, 'invalid'],
      [{ ...good, resume: [{ interruptId: 'i', status: 'resolved' }] }, 409, 'interrupt_closed'],
      [{ ...good, agentId: 'nobody' }, 422, 'unknown_agent'],
      [{ ...good, parentId: 'nowhere' }, 422, 'unknown_parent'],
      [{ ...good, forwardedProps: { script: { tokens: 'many' } } }, 422, 'invalid'],
      [{ runId: 'r1' }, 422, 'nothing_to_answer'],
      [{ messages: good.messages }, 422, 'invalid'],
      [{ ...good, runId: 'a b' }, 422, 'invalid'],
      [{ ...good, messages: [{ role: 'user', content: 'x' }] }, 422, 'invalid'],
      [{ ...good, messages: [{ id: 'a/b', role: 'user', content: 'x' }] }, 422, 'invalid'],
      [{ ...good, messages: [{ id: 'q', role: 'emperor', content: 'x' }] }, 422, 'invalid'],
      [{ ...good, messages: [...good.messages, ...good.messages] }, 422, 'invalid'],
      [{ ...good, messages: 'Hello' }, 422, 'invalid'],
      [{ ...good, tools: {} }, 422, 'invalid'],
    ]
    for (const [body, status, code] of refused)
      await expectProblem(await server.ask(paths.runs(KEY), body), status, code)
    await expectProblem(await server.ask(paths.runs({ ...KEY, roomId: 'none' }), good), 404, 'not_found')
    await expectProblem(await server.ask(paths.thread(KEY)), 404, 'not_found')
    expect(server.faults).toEqual([])
  })

  it('refuses a message id that is already used for another message, and names it', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const start = (body: object) => server.ask(paths.runs(KEY), { runId: 'r2', onBusy: 'enqueue', ...body })
    const other = { id: 'r1-q', role: 'user', content: 'Something else' }
    const asked = { id: 'm', role: 'user', content: 'One' }
    const problem = await expectProblem(await start({ messages: [asked, other] }), 409, 'message_id_reused')
    expect(problem.messageId).toBe('r1-q')
    await expectProblem(await start({ messages: [asked, { ...asked, content: 'Two' }] }), 409, 'message_id_reused')
    expect((await start({ messages: [asked] })).status).toBe(202)
    expect((await start({ messages: [asked] })).status).toBe(202)
    const edit = (...messages: object[]) => server.ask(paths.run(KEY, 'r2'), { messages }, { method: 'PATCH' })
    await expectProblem(await edit(other), 409, 'message_id_reused')
    expect((await edit({ ...asked, content: 'Two' })).status).toBe(200)
  })

  it('starts nothing new while draining, and says when to retry', async () => {
    const server = await createTestServer()
    server.phase = 'draining'
    const answer = await server.start('r1')
    expect(answer.headers.get('retry-after')).toBe('5')
    await expectProblem(answer, 503, 'draining')
    await expectProblem(await server.ask(paths.thread(KEY)), 404, 'not_found')
  })
})

describe('runs', () => {
  it('returns one run, and all', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask(paths.runs(KEY)), 404, 'not_found')
    await server.start('r1')
    expect(await json(await server.ask(paths.run(KEY, 'r1')))).toMatchObject({ runId: 'r1', status: 'queued' })
    await expectProblem(await server.ask(paths.run(KEY, 'r2')), 404, 'not_found')
  })
})

describe('cancelling', () => {
  it('G6 is accepted for a run, for a run that does not exist yet, and is too late for one that ended', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const asked = await server.ask(`${paths.cancelRun(KEY, 'r1')}`, { reason: 'enough' })
    expect(asked.status).toBe(202)
    expect(await json(asked)).toMatchObject({ run: { runId: 'r1', status: 'cancelling' } })
    await server.finish(lease, { type: 'cancelled', by: 'local', reason: 'enough' })
    const late = await server.ask(paths.cancelRun(KEY, 'r1'), {})
    expect(late.status).toBe(200)
    expect(await json(late)).toEqual({ alreadyTerminal: true, status: 'cancelled' })
    const elsewhere = { ...KEY, threadId: 'not-yet' }
    const early = await server.ask(paths.cancelRun(elsewhere, 'r9'), {})
    expect([early.status, await json(early)]).toEqual([202, {}])
    await expectProblem(await server.ask(paths.thread(elsewhere)), 404, 'not_found')
    await expectProblem(await server.ask(paths.cancelRun({ ...KEY, roomId: 'none' }, 'r1'), {}), 404, 'not_found')
  })

  it('accepts an empty body, and refuses an invalid reason', async () => {
    const server = await createTestServer()
    const headers = { 'Content-Type': 'application/json' }
    const empty = await server.app.request(paths.cancelRun(KEY, 'r1'), { method: 'POST', headers })
    expect(empty.status).toBe(202)
    await expectProblem(await server.ask(paths.cancelRun(KEY, 'r1'), { reason: 7 }), 422, 'invalid')
  })

  it('cancels the live run of a thread', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask(paths.cancelThread(KEY), {}), 404, 'not_found')
    await server.ask(paths.threads('default'), { threadId: 't1' })
    const nothing = await server.ask(paths.cancelThread(KEY), {})
    expect([nothing.status, await json(nothing)]).toEqual([200, { alreadyTerminal: true, status: null }])
    await server.start('r1')
    await server.claim()
    expect((await server.ask(paths.cancelThread(KEY), {})).status).toBe(202)
  })
})

describe('the log as pages', () => {
  it('returns envelopes after a cursor, and where to continue', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    await server.say(lease, 'one ', 'two ')
    await server.finish(lease)
    const all = await json<LogPage>(await server.ask(paths.log(KEY)))
    expect(all.envelopes.map(({ seq }) => seq)).toEqual(all.envelopes.map((_, index) => index + 1))
    expect(all).toMatchObject({ next: all.envelopes.length, upToDate: true })
    const two = await server.ask(`${paths.log(KEY)}?after=1&limit=2`)
    expect(two.headers.get('stream-next-offset')).toBe('3')
    expect(await json(two)).toEqual({ envelopes: all.envelopes.slice(1, 3), next: 3, upToDate: false })
    expect(
      (await json<LogPage>(await server.ask(paths.log(KEY), undefined, { headers: { 'Last-Event-ID': '2' } })))
        .envelopes[0]?.seq,
    ).toBe(3)
  })

  it('refuses cursors that are invalid, ahead, or of an unknown thread', async () => {
    const server = await createTestServer()
    await expectProblem(await server.ask(paths.log(KEY)), 404, 'not_found')
    await server.start('r1')
    const head = (await json<LogPage>(await server.ask(paths.log(KEY)))).next
    for (const live of ['', '&live=sse', '&live=long-poll']) {
      const ahead = await expectProblem(await server.ask(`${paths.log(KEY)}?after=99${live}`), 409, 'cursor_ahead')
      expect(ahead.head).toBe(head)
      for (const after of ['-1', '1.5', 'x', '', '1e3', '99999999999999999999']) {
        await expectProblem(await server.ask(`${paths.log(KEY)}?after=${after}${live}`), 422, 'invalid_cursor')
      }
    }
    const headers = { 'Last-Event-ID': 'nonsense' }
    await expectProblem(await server.ask(paths.log(KEY), undefined, { headers }), 422, 'invalid_cursor')
    await expectProblem(await server.ask(`${paths.log(KEY)}?live=telepathy`), 422, 'invalid')
    await expectProblem(await server.ask(`${paths.log(KEY)}?limit=1001`), 422, 'invalid')
  })
})

describe('one run’s events as pages', () => {
  it('returns bare events, where to continue, and whether the run is over', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    await server.say(lease, 'one ')
    const path = paths.runEvents(KEY, 'r1')
    const open = await server.ask(path)
    expect(open.headers.get('stream-closed')).toBeNull()
    const first = await json<EventPage>(open)
    expect(first.events.map(({ type }) => type)).toEqual(['RUN_STARTED', 'TEXT_MESSAGE_CONTENT'])
    expect(first.upToDate).toBe(true)
    await server.finish(lease)
    const closed = await server.ask(`${path}?after=${first.next}`)
    expect(closed.headers.get('stream-closed')).toBe('true')
    const rest = await json<EventPage>(closed)
    expect(rest.events.map(({ type }) => type)).toEqual(['RUN_FINISHED'])
    expect(closed.headers.get('stream-next-offset')).toBe(String(rest.next))
    for (const live of ['sse', 'long-poll']) {
      const past = await server.ask(`${path}?after=${rest.next}&live=${live}`)
      expect([past.status, past.headers.get('stream-closed')]).toEqual([204, 'true'])
      await expectProblem(await server.ask(`${path}?after=999&live=${live}`), 409, 'cursor_ahead')
    }
    await expectProblem(await server.ask(paths.runEvents(KEY, 'r2')), 404, 'not_found')
  })

  it('does not read the whole thread for a late run', async () => {
    const server = await createTestServer()
    await server.start('r1')
    await server.finish(await server.claim())
    await server.start('r2')
    await server.finish(await server.claim())
    const { events } = await json<EventPage>(await server.ask(`${paths.runEvents(KEY, 'r2')}?limit=3`))
    expect(events[0]).toMatchObject({ type: 'RUN_STARTED', runId: 'r2' })
  })
})
