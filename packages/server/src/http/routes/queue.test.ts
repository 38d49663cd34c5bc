import { type Problem, paths, type QueueInfo, type ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createTestServer, expectProblem, KEY, type TestServer } from '../testing/test-server.ts'

const json = async <T>(response: Response) => (await response.json()) as T

const words = (id: string) => [{ id, role: 'user', content: `text of ${id}` }]
const start = (server: TestServer, runId: string, onBusy: string, key: ThreadKey = KEY) =>
  server.ask(paths.runs(key), { runId, messages: words(`${runId}-q`), onBusy })
const patch = (server: TestServer, path: string, body: unknown) => server.ask(path, body, { method: 'PATCH' })

/** A live run, and two queued ones. */
async function busyServer() {
  const server = await createTestServer()
  await server.start('r1')
  const lease = await server.claim()
  for (const runId of ['r2', 'r3']) expect((await start(server, runId, 'enqueue')).status).toBe(202)
  return { server, lease }
}

describe('the queue', () => {
  it('is returned with positions and messages', async () => {
    const { server } = await busyServer()
    const queue = await json<QueueInfo>(await server.ask(paths.queue(KEY)))
    expect(queue).toMatchObject({ order: ['r2', 'r3'], paused: false })
    expect(queue.items).toMatchObject([
      { run: { runId: 'r2', position: 1 }, messages: [{ id: 'r2-q' }] },
      { run: { runId: 'r3', position: 2 } },
    ])
    expect(await json(await server.ask(paths.run(KEY, 'r3')))).toMatchObject({ status: 'queued', position: 2 })
    expect(await json(await server.ask(paths.thread(KEY)))).toMatchObject({
      queue: [{ run: { runId: 'r2' } }, {}],
      queuePaused: false,
    })
    await expectProblem(await server.ask(paths.queue({ ...KEY, threadId: 'none' })), 404, 'not_found')
  })

  it('is reordered, paused and edited, and refuses runs that are not queued', async () => {
    const { server } = await busyServer()
    const changed = await patch(server, paths.queue(KEY), { order: ['r3'], paused: true })
    expect(changed.status).toBe(200)
    expect(await json(changed)).toMatchObject({ order: ['r3', 'r2'], paused: true })
    expect(await json(await patch(server, paths.run(KEY, 'r2'), { messages: words('m') }))).toMatchObject({
      runId: 'r2',
      parentId: 'm',
      position: 2,
    })
    const started = await expectProblem(
      await patch(server, paths.run(KEY, 'r1'), { messages: words('m') }),
      409,
      'not_queued',
    )
    expect(started.runId).toBe('r1')
    await expectProblem(await patch(server, paths.queue(KEY), { order: ['r1'] }), 409, 'not_queued')
    await expectProblem(await patch(server, paths.run(KEY, 'r9'), { messages: words('m') }), 404, 'not_found')
  })

  it('refuses an invalid request, and stays unchanged', async () => {
    const { server } = await busyServer()
    const before = await json(await server.ask(paths.log(KEY)))
    const refused: [string, unknown, number, Problem['code']][] = [
      [paths.queue(KEY), { order: 'r2' }, 422, 'invalid'],
      [paths.queue(KEY), { order: ['r2', 'r2'] }, 422, 'invalid'],
      [paths.queue(KEY), { order: ['no id'] }, 422, 'invalid'],
      [paths.queue(KEY), { paused: 'yes' }, 422, 'invalid'],
      [paths.run(KEY, 'r2'), {}, 422, 'invalid'],
      [paths.run(KEY, 'r2'), { messages: [] }, 422, 'invalid'],
      [paths.run(KEY, 'r2'), { messages: [{ role: 'user', content: 'x' }] }, 422, 'invalid'],
      [paths.queue({ ...KEY, roomId: 'none' }), {}, 404, 'not_found'],
    ]
    for (const [path, body, status, code] of refused) await expectProblem(await patch(server, path, body), status, code)
    expect(await json(await server.ask(paths.log(KEY)))).toEqual(before)
  })

  it('loses a run that is cancelled, and a run with `now` goes first', async () => {
    const { server, lease } = await busyServer()
    expect((await server.ask(paths.cancelRun(KEY, 'r2'), {})).status).toBe(202)
    await patch(server, paths.queue(KEY), { supersede: true })
    expect(await json(await server.ask(paths.run(KEY, 'r1')))).toMatchObject({ status: 'cancelling' })
    await server.finish(lease, { type: 'superseded', by: 'r3' })
    expect(await json(await server.ask(paths.run(KEY, 'r1')))).toMatchObject({ outcome: { by: 'r3' } })
    expect((await server.claim()).runId).toBe('r3')
  })

  it('S000-33 ends a live run that another one supersedes', async () => {
    const { server, lease } = await busyServer()
    const accepted = await start(server, 'r4', 'supersede')
    expect([accepted.status, await json(accepted)]).toMatchObject([202, { run: { runId: 'r4', position: 1 } }])
    await server.finish(lease, { type: 'superseded', by: 'r4' })
    expect((await server.claim()).runId).toBe('r4')
  })
})

describe('a question to a person', () => {
  it('blocks the thread until every one is answered', async () => {
    const server = await createTestServer()
    await server.start('r1')
    await server.finish(await server.claim(), { type: 'interrupted', interrupts: [{ id: 'i', reason: 'approval' }] })
    const open = await expectProblem(await server.start('r2'), 409, 'needs_answer')
    expect(open.interruptIds).toEqual(['i'])
    expect(await json(await server.ask(paths.thread(KEY)))).toMatchObject({
      thread: { status: 'needs_you' },
      interrupts: [{ id: 'i' }],
    })
    const body = { runId: 'r3', resume: [{ interruptId: 'i', status: 'resolved', payload: { ok: true } }] }
    const answered = await server.ask(paths.runs(KEY), body)
    expect([answered.status, await json(answered)]).toMatchObject([202, { run: { continues: 'r1' } }])
    expect((await server.ask(paths.runs(KEY), body)).status).toBe(202)
    await expectProblem(await server.ask(paths.runs(KEY), { ...body, runId: 'r4' }), 409, 'interrupt_answered')
  })

  it('is what the refusal of a message names, in words that are also shown to people', async () => {
    const server = await createTestServer()
    await server.start('r1')
    const live = await expectProblem(await server.start('r2'), 409, 'run_active')
    await server.finish(await server.claim(), { type: 'interrupted', interrupts: [{ id: 'i', reason: 'approval' }] })
    const open = await expectProblem(await server.start('r3'), 409, 'needs_answer')
    for (const { detail } of [live, open]) {
      expect(detail).toMatch(/queue this message/)
      expect(detail).not.toMatch(/onBusy|resume|`/)
    }
  })
})
