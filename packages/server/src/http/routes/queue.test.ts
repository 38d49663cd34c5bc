import { type Problem, paths, type QueueInfo, type ThreadKey } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createHouse, expectProblem, type House, KEY } from '../testing/house.ts'

const json = async <T>(response: Response) => (await response.json()) as T

const words = (id: string) => [{ id, role: 'user', content: `text of ${id}` }]
const start = (house: House, runId: string, onBusy: string, key: ThreadKey = KEY) =>
  house.ask(paths.runs(key), { runId, messages: words(`${runId}-q`), onBusy })
const patch = (house: House, path: string, body: unknown) => house.ask(path, body, { method: 'PATCH' })

/** A run that is live, and two that wait. */
async function busyHouse() {
  const house = await createHouse()
  await house.start('r1')
  const lease = await house.claim()
  for (const runId of ['r2', 'r3']) expect((await start(house, runId, 'enqueue')).status).toBe(202)
  return { house, lease }
}

describe('the queue', () => {
  it('is shown with positions and words', async () => {
    const { house } = await busyHouse()
    const queue = await json<QueueInfo>(await house.ask(paths.queue(KEY)))
    expect(queue).toMatchObject({ order: ['r2', 'r3'], paused: false })
    expect(queue.items).toMatchObject([
      { run: { runId: 'r2', position: 1 }, messages: [{ id: 'r2-q' }] },
      { run: { runId: 'r3', position: 2 } },
    ])
    expect(await json(await house.ask(paths.run(KEY, 'r3')))).toMatchObject({ status: 'queued', position: 2 })
    expect(await json(await house.ask(paths.thread(KEY)))).toMatchObject({
      queue: [{ run: { runId: 'r2' } }, {}],
      queuePaused: false,
    })
    await expectProblem(await house.ask(paths.queue({ ...KEY, threadId: 'none' })), 404, 'not_found')
  })

  it('is reordered, paused and edited, and says what does not wait', async () => {
    const { house } = await busyHouse()
    const changed = await patch(house, paths.queue(KEY), { order: ['r3'], paused: true })
    expect(changed.status).toBe(200)
    expect(await json(changed)).toMatchObject({ order: ['r3', 'r2'], paused: true })
    expect(await json(await patch(house, paths.run(KEY, 'r2'), { messages: words('m') }))).toMatchObject({
      runId: 'r2',
      parentId: 'm',
      position: 2,
    })
    const started = await expectProblem(
      await patch(house, paths.run(KEY, 'r1'), { messages: words('m') }),
      409,
      'not_queued',
    )
    expect(started.runId).toBe('r1')
    await expectProblem(await patch(house, paths.queue(KEY), { order: ['r1'] }), 409, 'not_queued')
    await expectProblem(await patch(house, paths.run(KEY, 'r9'), { messages: words('m') }), 404, 'not_found')
  })

  it('refuses what makes no sense, and leaves it as it was', async () => {
    const { house } = await busyHouse()
    const before = await json(await house.ask(paths.log(KEY)))
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
    for (const [path, body, status, code] of refused) await expectProblem(await patch(house, path, body), status, code)
    expect(await json(await house.ask(paths.log(KEY)))).toEqual(before)
  })

  it('loses a run by its cancel, and one that was sent now goes first', async () => {
    const { house, lease } = await busyHouse()
    expect((await house.ask(paths.cancelRun(KEY, 'r2'), {})).status).toBe(202)
    await patch(house, paths.queue(KEY), { supersede: true })
    expect(await json(await house.ask(paths.run(KEY, 'r1')))).toMatchObject({ status: 'cancelling' })
    await house.finish(lease, { type: 'superseded', by: 'r3' })
    expect(await json(await house.ask(paths.run(KEY, 'r1')))).toMatchObject({ outcome: { by: 'r3' } })
    expect((await house.claim()).runId).toBe('r3')
  })

  it('S000-33 makes a live run give way to one that supersedes it', async () => {
    const { house, lease } = await busyHouse()
    const accepted = await start(house, 'r4', 'supersede')
    expect([accepted.status, await json(accepted)]).toMatchObject([202, { run: { runId: 'r4', position: 1 } }])
    await house.finish(lease, { type: 'superseded', by: 'r4' })
    expect((await house.claim()).runId).toBe('r4')
  })
})

describe('a question to a person', () => {
  it('holds the thread until every one is answered', async () => {
    const house = await createHouse()
    await house.start('r1')
    await house.finish(await house.claim(), { type: 'interrupted', interrupts: [{ id: 'i', reason: 'approval' }] })
    const open = await expectProblem(await house.start('r2'), 409, 'needs_answer')
    expect(open.interruptIds).toEqual(['i'])
    expect(await json(await house.ask(paths.thread(KEY)))).toMatchObject({
      thread: { status: 'needs_you' },
      interrupts: [{ id: 'i' }],
    })
    const body = { runId: 'r3', resume: [{ interruptId: 'i', status: 'resolved', payload: { ok: true } }] }
    const answered = await house.ask(paths.runs(KEY), body)
    expect([answered.status, await json(answered)]).toMatchObject([202, { run: { continues: 'r1' } }])
    expect((await house.ask(paths.runs(KEY), body)).status).toBe(202)
    await expectProblem(await house.ask(paths.runs(KEY), { ...body, runId: 'r4' }), 409, 'interrupt_closed')
  })
})
