import { type EventPage, envelopeJson, HEARTBEAT, type LogPage, paths, splitFrames } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import { STREAM_HEADERS } from './stream-headers.ts'
import { createTestServer, expectProblem, KEY, readUntil } from './testing/test-server.ts'

const LOG = `${paths.log(KEY)}?live=sse`
const CAUGHT_UP = ': caught-up\n\n'
const framesOf = (text: string) => splitFrames(text.replaceAll(HEARTBEAT, '').replaceAll(CAUGHT_UP, ''))

describe('the log as a stream', () => {
  it('replays after the cursor, then continues live, each frame with its seq as id', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    await server.say(lease, 'one ')
    const response = await server.ask(LOG)
    expect(response.status).toBe(200)
    for (const [name, value] of Object.entries(STREAM_HEADERS)) expect(response.headers.get(name)).toBe(value)
    const replayed = await readUntil(response, '"delta":"one "')
    expect(replayed.startsWith(HEARTBEAT)).toBe(true)
    await server.say(lease, 'two ')
    const live = await readUntil(response, '"delta":"two "')
    const { envelopes } = (await (await server.ask(paths.log(KEY))).json()) as LogPage
    expect(framesOf(replayed + live).map((stored) => JSON.parse(envelopeJson(stored)))).toEqual(envelopes)
    expect(framesOf(replayed + live).map((stored) => Number.parseInt(stored.slice(4), 10))).toEqual(
      envelopes.map(({ seq }) => seq),
    )
  })

  it('continues after Last-Event-ID, which is newer than the URL’s cursor', async () => {
    const server = await createTestServer()
    await server.start('r1')
    await server.say(await server.claim(), 'one ')
    const response = await server.ask(`${LOG}&after=0`, undefined, { headers: { 'Last-Event-ID': '2' } })
    expect(await readUntil(response, 'id: ')).toContain('id: 3\n')
  })

  it('sends its first byte at once, even if there is no record', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const { next } = (await (await server.ask(paths.log(KEY))).json()) as LogPage
    const response = await server.ask(`${LOG}&after=${next}`)
    expect(await readUntil(response, CAUGHT_UP)).toBe(HEARTBEAT + CAUGHT_UP)
    server.clock.advance(15_000)
    expect(await readUntil(response, '\n\n')).toBe(HEARTBEAT)
  })

  it('G5 I5 S004-1 S001-13 detaches when the reader leaves, and the run does not notice', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const response = await server.ask(LOG)
    expect(server.feed.watching.readers).toBe(1)
    await response.body?.cancel()
    expect(server.feed.watching).toEqual({ threads: 0, readers: 0 })
    await server.say(lease, 'on and on')
    expect(await (await server.ask(paths.run(KEY, 'r1'))).json()).toMatchObject({ status: 'running' })
  })

  it('refuses before a stream begins', async () => {
    const server = await createTestServer()
    const nowhere = { ...KEY, roomId: 'nowhere' }
    await expectProblem(await server.ask(`${paths.log(nowhere)}?live=sse`), 404, 'not_found')
    await expectProblem(await server.ask(`${LOG}&after=1`), 409, 'cursor_ahead')
    await expectProblem(await server.ask(paths.log(KEY)), 404, 'not_found')
    expect(server.feed.watching.threads).toBe(0)
  })

  it('reports once that it has caught up, after the history and before live records', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    await server.say(lease, 'one ')
    const response = await server.ask(LOG)
    const history = await readUntil(response, CAUGHT_UP)
    expect(history.indexOf('"delta":"one "')).toBeGreaterThan(0)
    await server.say(lease, 'two ')
    await server.say(lease, 'three ')
    const live = await readUntil(response, '"delta":"three "')
    expect(live).not.toContain('caught-up')
  })

  it('waits for a thread that does not exist yet, and delivers it from its first record', async () => {
    const server = await createTestServer()
    const response = await server.ask(LOG)
    expect(response.status).toBe(200)
    expect(await readUntil(response, CAUGHT_UP)).toBe(HEARTBEAT + CAUGHT_UP)
    await server.start('r1')
    expect(await readUntil(response, '"run.accepted"')).toMatch(/^id: 1\n/)
    const other = { ...KEY, threadId: 'later' }
    await server.start('r1', other)
    await server.store.threads.delete(LOCAL_PRINCIPAL, other, true)
    await expectProblem(await server.ask(`${paths.log(other)}?live=sse`), 410, 'deleted')
    expect(server.faults).toEqual([])
  })

  it('ends the wait for a thread whose room is deleted, and refuses one whose room was deleted before', async () => {
    const server = await createTestServer()
    await server.ask('/v1/rooms', { roomId: 'r', title: 'R' })
    const log = `${paths.log({ roomId: 'r', threadId: 't' })}?live=sse`
    const response = await server.ask(log)
    await readUntil(response, CAUGHT_UP)
    await server.store.rooms.delete(LOCAL_PRINCIPAL, 'r', false)
    server.clock.advance(15_000)
    server.clock.advance(15_000)
    await vi.waitFor(() => expect(server.feed.watching.threads).toBe(0))
    await expectProblem(await server.ask(log), 410, 'deleted')
    expect(server.feed.watching.threads).toBe(0)
  })
})

describe('the log as long-poll', () => {
  const path = `${paths.log(KEY)}?live=long-poll`

  it('answers at once if there are records, else waits, and gives up after 25 s', async () => {
    const server = await createTestServer()
    const unborn = server.ask(path)
    await vi.waitFor(() => expect(server.feed.watching.threads).toBe(1))
    await server.start('r1')
    expect(((await (await unborn).json()) as LogPage).envelopes[0]).toMatchObject({ seq: 1 })
    const nowhere = `${paths.log({ ...KEY, roomId: 'nowhere' })}?live=long-poll`
    await expectProblem(await server.ask(nowhere), 404, 'not_found')
    const lease = await server.claim()
    const first = (await (await server.ask(path)).json()) as LogPage
    expect(first.next).toBeGreaterThan(0)

    const waiting = server.ask(`${path}&after=${first.next}`)
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    await server.say(lease, 'one ')
    expect(((await (await waiting).json()) as LogPage).envelopes).toMatchObject([{ seq: first.next + 1 }])

    const empty = server.ask(`${path}&after=${first.next + 1}`)
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    server.clock.advance(25_000)
    const answer = await empty
    expect([answer.status, answer.headers.get('stream-next-offset')]).toEqual([204, String(first.next + 1)])
    expect(server.clock.waiting).toBe(0)
  })
})

describe('one run’s events, live', () => {
  it('streams bare events and ends after the last one; reopened past it, it is 204', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const response = await server.ask(`${paths.runEvents(KEY, 'r1')}?live=sse`)
    await server.say(lease, 'one ')
    await server.finish(lease)
    const frames = framesOf(await response.text())
    const events = frames.map((text) => JSON.parse(text.slice(text.indexOf('data: ') + 6)) as { type: string })
    expect(events.map(({ type }) => type)).toEqual(['RUN_STARTED', 'TEXT_MESSAGE_CONTENT', 'RUN_FINISHED'])
    const last = Number.parseInt(frames.at(-1)?.slice(4) ?? '', 10)
    expect((await server.ask(`${paths.runEvents(KEY, 'r1')}?live=sse&after=${last}`)).status).toBe(204)
    expect(server.feed.watching.readers).toBe(0)
  })

  it('waits for the run’s next event, not for other records of the thread', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const accepted = (await (await server.ask(paths.log(KEY))).json()) as LogPage
    const waiting = server.ask(`${paths.runEvents(KEY, 'r1')}?live=long-poll&after=${accepted.next}`)
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    await server.claim()
    const page = (await (await waiting).json()) as EventPage
    expect(page.events).toMatchObject([{ type: 'RUN_STARTED' }])
    const nothing = server.ask(`${paths.runEvents(KEY, 'r1')}?live=long-poll&after=${page.next}`)
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    server.clock.advance(25_000)
    expect((await nothing).status).toBe(204)
  })

  it('skips records that are not its events', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const lease = await server.claim()
    const { next } = (await (await server.ask(paths.runEvents(KEY, 'r1'))).json()) as EventPage
    const waiting = server.ask(`${paths.runEvents(KEY, 'r1')}?live=long-poll&after=${next}`)
    await vi.waitFor(() => expect(server.clock.waiting).toBeGreaterThan(1))
    await server.ask(paths.cancelRun(KEY, 'r1'), {})
    await server.finish(lease, { type: 'cancelled', by: 'local' })
    const answer = await waiting
    expect(answer.headers.get('stream-closed')).toBe('true')
    expect(((await answer.json()) as EventPage).events).toMatchObject([{ type: 'RUN_FINISHED' }])
  })
})
