/** More runs than may go on at once: who waits sees where, and every person gets a turn. */
import { expect, it } from 'vitest'
import { createHouse } from './testing/house.ts'

const position = (run: object) => ('position' in run ? run.position : undefined)

it('a start over the cap stays queued, with its place among all that wait, and starts when a place is free', async () => {
  const house = await createHouse({ caps: { perPerson: 2 } })
  await house.engine.start()
  for (const thread of ['a', 'b', 'c', 'd']) await house.ask(thread)
  await house.settle()
  const runs = await Promise.all(['a', 'b', 'c', 'd'].map(house.run))
  expect(runs.map(({ status }) => status)).toEqual(['running', 'running', 'queued', 'queued'])
  expect(runs.map(position)).toEqual([undefined, undefined, 1, 2])
  const shown = await house.store.threads.snapshot({ tenantId: 'local', personId: 'local' }, house.key('d'))
  expect(shown).toMatchObject({ thread: { status: 'queued', position: 2 } })

  house.calls[0]?.text('done')
  house.calls[0]?.finish()
  await house.settle()
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await house.run('c')).toMatchObject({ status: 'running' })
  expect(await house.run('d')).toMatchObject({ status: 'queued', position: 1 })
})

it('what waits behind a run of its own thread counts both: its thread’s turn, and its place in the thread', async () => {
  const house = await createHouse({ caps: { perAgent: 1 } })
  await house.engine.start()
  for (const thread of ['a', 'b', 'c']) await house.ask(thread)
  const behind = { runId: 'c2', messages: [{ id: 'c2-q', role: 'user', content: 'And?' }], agentId: 'puppet' } as const
  const me = { tenantId: 'local', personId: 'local' }
  await house.store.runs.start(me, house.key('c'), { ...behind, onBusy: 'enqueue', tools: [], context: [] })
  await house.settle()
  expect(position(await house.run('b'))).toBe(1)
  expect(position(await house.run('c'))).toBe(2)
  expect(await house.store.runs.get(me, house.key('c'), 'c2')).toMatchObject({ run: { position: 3 } })
})

it('a run of another agent passes those that wait for theirs', async () => {
  const house = await createHouse({ caps: { perAgent: 1 } })
  await house.engine.start()
  await house.ask('a')
  await house.ask('b')
  await house.ask('c', 'demo', { tokens: 1, intervalMs: 0 })
  await house.pass(50)
  expect(await house.run('b')).toMatchObject({ status: 'queued' })
  expect(await house.run('c')).toMatchObject({ status: 'succeeded' })
})

it('G10 a person with a hundred runs does not keep another from their first', async () => {
  const house = await createHouse({ maxConcurrent: 2 })
  const request = (runId: string) => ({
    runId,
    messages: [{ id: `${runId}-q`, role: 'user', content: 'Hi' } as const],
    agentId: 'puppet',
    onBusy: 'reject' as const,
    tools: [],
    context: [],
  })
  const busy = { tenantId: 'local', personId: 'busy' }
  const late = { tenantId: 'local', personId: 'late' }
  for (let n = 0; n < 100; n++) await house.store.runs.start(busy, house.key(`busy-${n}`), request('r'))
  await house.store.runs.start(late, house.key('late'), request('r'))
  expect(await house.store.runs.get(late, house.key('late'), 'r')).toMatchObject({ run: { position: 2 } })
  await house.engine.start()
  await house.settle()
  expect(house.calls.map(({ input }) => input.threadId)).toEqual(['busy-0', 'late'])
})

it('S001-67 the answer to a start, the run, its thread, the lists and the inbox all give one place: 2nd of those that wait', async () => {
  const house = await createHouse({ caps: { perPerson: 1 } })
  await house.engine.start()
  const me = { tenantId: 'local', personId: 'local' }
  const start = (threadId: string, runId = threadId) =>
    house.store.runs.start(me, house.key(threadId), {
      runId,
      messages: [{ id: `${runId}-q`, role: 'user', content: 'Hi' }],
      agentId: 'puppet',
      onBusy: 'enqueue',
      tools: [],
      context: [],
    })
  await start('a')
  await house.settle()
  expect(await start('b')).toMatchObject({ type: 'accepted', run: { status: 'queued', position: 1 } })
  expect(await start('c')).toMatchObject({ type: 'accepted', run: { status: 'queued', position: 2 } })
  expect(await start('c')).toMatchObject({ type: 'same', run: { position: 2 } })
  expect(await start('c', 'c2')).toMatchObject({ type: 'accepted', run: { position: 3 } })
  // Behind a live run it is its own thread that is waited for.
  expect(await start('a', 'a2')).toMatchObject({ type: 'accepted', run: { position: 1 } })
  expect(await house.run('c')).toMatchObject({ status: 'queued', position: 2 })
  expect(await house.store.threads.snapshot(me, house.key('c'))).toMatchObject({ thread: { position: 2 } })
  const line = { b: 1, c: 2 }
  const placesOf = (items: readonly { threadId: string; position?: number }[]) =>
    Object.fromEntries(items.flatMap(({ threadId, position }) => (position ? [[threadId, position]] : [])))
  const list = await house.store.threads.list(me, 'default', { limit: 10 })
  expect(list.type === 'page' && placesOf(list.items)).toEqual(line)
  const { threads } = await house.store.inbox.overview(me)
  expect(placesOf(threads)).toEqual(line)
  expect(threads.filter(({ status }) => status === 'queued')).toHaveLength(2)
})
