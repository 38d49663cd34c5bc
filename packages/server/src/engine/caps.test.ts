/** More runs than may execute at once: a queued run shows its place, and every person gets a turn. */
import { expect, it } from 'vitest'
import { createTestServer } from './testing/test-server.ts'

const position = (run: object) => ('position' in run ? run.position : undefined)

it('S002-43 a start over the cap stays queued with its place in line, and starts when a slot is free', async () => {
  const server = await createTestServer({ caps: { perPerson: 2 } })
  await server.engine.start()
  for (const thread of ['a', 'b', 'c', 'd']) await server.ask(thread)
  await server.settle()
  const runs = await Promise.all(['a', 'b', 'c', 'd'].map(server.run))
  expect(runs.map(({ status }) => status)).toEqual(['running', 'running', 'queued', 'queued'])
  expect(runs.map(position)).toEqual([undefined, undefined, 1, 2])
  const shown = await server.store.threads.snapshot({ tenantId: 'local', personId: 'local' }, server.key('d'))
  expect(shown).toMatchObject({ thread: { status: 'queued', position: 2 } })

  server.calls[0]?.text('done')
  server.calls[0]?.finish()
  await server.settle()
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await server.run('c')).toMatchObject({ status: 'running' })
  expect(await server.run('d')).toMatchObject({ status: 'queued', position: 1 })
})

it('a run queued behind a run of its own thread counts both its thread’s turn and its place in the thread', async () => {
  const server = await createTestServer({ caps: { perAgent: 1 } })
  await server.engine.start()
  for (const thread of ['a', 'b', 'c']) await server.ask(thread)
  const behind = { runId: 'c2', messages: [{ id: 'c2-q', role: 'user', content: 'And?' }], agentId: 'puppet' } as const
  const me = { tenantId: 'local', personId: 'local' }
  await server.store.runs.start(me, server.key('c'), { ...behind, onBusy: 'enqueue', tools: [], context: [] })
  await server.settle()
  expect(position(await server.run('b'))).toBe(1)
  expect(position(await server.run('c'))).toBe(2)
  expect(await server.store.runs.get(me, server.key('c'), 'c2')).toMatchObject({ run: { position: 3 } })
})

it('a run of another agent overtakes runs that wait for a capped agent', async () => {
  const server = await createTestServer({ caps: { perAgent: 1 } })
  await server.engine.start()
  await server.ask('a')
  await server.ask('b')
  await server.ask('c', 'demo', { tokens: 1, intervalMs: 0 })
  await server.pass(50)
  expect(await server.run('b')).toMatchObject({ status: 'queued' })
  expect(await server.run('c')).toMatchObject({ status: 'succeeded' })
})

it('G10 a person with a hundred runs does not delay another person’s first', async () => {
  const server = await createTestServer({ maxConcurrent: 2 })
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
  for (let n = 0; n < 100; n++) await server.store.runs.start(busy, server.key(`busy-${n}`), request('r'))
  await server.store.runs.start(late, server.key('late'), request('r'))
  expect(await server.store.runs.get(late, server.key('late'), 'r')).toMatchObject({ run: { position: 2 } })
  await server.engine.start()
  await server.settle()
  expect(server.calls.map(({ input }) => input.threadId)).toEqual(['busy-0', 'late'])
})

it('S001-67 the answer to a start, the run, its thread, the lists and the inbox all give the same place in line', async () => {
  const server = await createTestServer({ caps: { perPerson: 1 } })
  await server.engine.start()
  const me = { tenantId: 'local', personId: 'local' }
  const start = (threadId: string, runId = threadId) =>
    server.store.runs.start(me, server.key(threadId), {
      runId,
      messages: [{ id: `${runId}-q`, role: 'user', content: 'Hi' }],
      agentId: 'puppet',
      onBusy: 'enqueue',
      tools: [],
      context: [],
    })
  await start('a')
  await server.settle()
  expect(await start('b')).toMatchObject({ type: 'accepted', run: { status: 'queued', position: 1 } })
  expect(await start('c')).toMatchObject({ type: 'accepted', run: { status: 'queued', position: 2 } })
  expect(await start('c')).toMatchObject({ type: 'same', run: { position: 2 } })
  expect(await start('c', 'c2')).toMatchObject({ type: 'accepted', run: { position: 3 } })
  // Behind a live run, the run waits for its own thread.
  expect(await start('a', 'a2')).toMatchObject({ type: 'accepted', run: { position: 1 } })
  expect(await server.run('c')).toMatchObject({ status: 'queued', position: 2 })
  expect(await server.store.threads.snapshot(me, server.key('c'))).toMatchObject({ thread: { position: 2 } })
  const line = { b: 1, c: 2 }
  const placesOf = (items: readonly { threadId: string; position?: number }[]) =>
    Object.fromEntries(items.flatMap(({ threadId, position }) => (position ? [[threadId, position]] : [])))
  const list = await server.store.threads.list(me, 'default', { limit: 10 })
  expect(list.type === 'page' && placesOf(list.items)).toEqual(line)
  const { threads } = await server.store.inbox.overview(me)
  expect(placesOf(threads)).toEqual(line)
  expect(threads.filter(({ status }) => status === 'queued')).toHaveLength(2)
})
