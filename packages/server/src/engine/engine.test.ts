import { expect, it, vi } from 'vitest'
import { AgentFailure } from '../agents/failure.ts'
import { StoreFault } from '../store/fault.ts'
import { createEngine } from './engine.ts'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

it('executes a run to its end without any observer', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 30, intervalMs: 20, tool: true })
  await server.pass(700)
  expect(await server.text('a')).toBe(Array.from({ length: 30 }, (_, n) => `t${n} `).join(''))
  expect(await server.run('a')).toMatchObject({ status: 'succeeded', outcome: { type: 'succeeded' } })
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
  expect(server.engine.active).toBe(0)
})

it('writes the first event at once, then gathers deltas, each written once and in order (G2)', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  const [call] = server.calls
  call?.text('a')
  await server.settle()
  expect(await server.text('a')).toBe('a')
  for (const letter of 'bcdef') {
    call?.text(letter)
    await server.settle()
  }
  expect(await server.text('a')).toBe('a')
  await server.pass(20)
  expect(await server.text('a')).toBe('abcdef')
  const deltas = (await server.envelopes('a')).filter(({ event }) => event.type === 'TEXT_MESSAGE_CONTENT')
  expect(deltas).toHaveLength(2)
})

it('S000-34 S000-32 S001-60 cancelling one run leaves the other to finish', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.ask('b')
  await server.settle()
  const [a, b] = server.calls
  a?.text('a1')
  b?.text('b1 ')
  await server.settle()
  await server.cancel('a', 'enough')
  await server.settle()
  b?.text('b2')
  b?.finish()
  await server.pass(40)
  expect(await server.run('a')).toMatchObject({ outcome: { type: 'cancelled', by: 'local', reason: 'enough' } })
  expect(await server.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await server.text('b')).toBe('b1 b2')
  expect(b?.context.signal.aborted).toBe(false)
})

it('S000-57 a run that fails keeps the question and the partial answer', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 9, failAfter: 3, flood: true })
  await server.pass(40)
  expect(await server.text('a')).toBe('t0 t1 t2 ')
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'agent_error' })
  const started = (await server.envelopes('a')).find(({ event }) => event.type === 'RUN_STARTED')
  expect(JSON.stringify(started)).toContain('"Hi"')
})

it('finds queued runs by polling when no notice reaches it', async () => {
  const server = await createTestServer({ deaf: true })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 1, flood: true })
  await server.pass(4_900, 100)
  expect(await server.run('a')).toMatchObject({ status: 'queued' })
  await server.pass(200, 20)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
})

it('executes as many runs at once as allowed, the others as slots become free', async () => {
  const server = await createTestServer({ maxConcurrent: 2 })
  for (const id of ['a', 'b', 'c']) await server.ask(id)
  await server.engine.start()
  await server.settle()
  expect(server.engine.active).toBe(2)
  server.calls[0]?.text('done')
  server.calls[0]?.finish()
  await server.settle()
  expect(server.calls.map((call) => call.input.runId)).toEqual(['a', 'b', 'c'])
})

it('claims everything that is queued, however much it is', async () => {
  const server = await createTestServer()
  for (let n = 0; n < 70; n++) await server.ask(`r${n}`)
  await server.engine.start()
  await server.settle()
  expect(server.engine.active).toBe(70)
})

it('a run whose agent is no longer set up fails with a sentence that says so', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a', 'gone')
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'agent_unknown' })
})

it('counts what a run has cost, whatever its agent reports', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  const [call] = server.calls
  call?.context.usage({ model: 'm', inputTokens: 3 })
  call?.context.usage({ model: 'm', inputTokens: 4, outputTokens: -1 })
  call?.context.usage(null as never)
  call?.text('x')
  call?.finish()
  await server.pass(40)
  expect(await server.run('a')).toMatchObject({ usage: [{ model: 'm', inputTokens: 7 }] })
})

it('G4 an exclusive start settles the runs of an earlier process at once', async () => {
  const server = await createTestServer({ exclusive: true })
  await server.ask('a')
  await server.store.work.claim({ workerId: 'earlier', limit: 1, leaseMs: 15_000 })
  await server.engine.start()
  expect(await server.run('a')).toMatchObject({ outcome: { type: 'failed', code: 'worker_lost' } })
  expect(server.log).toContainEqual({ type: 'orphans_settled', count: 1 })
})

it('G4 a non-exclusive start settles runs of others only once their lease is over', async () => {
  const server = await createTestServer()
  await server.ask('a')
  await server.store.work.claim({ workerId: 'other', limit: 1, leaseMs: 15_000 })
  await server.engine.start()
  await server.pass(14_000, 500)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  await server.pass(6_000, 500)
  expect(await server.run('a')).toMatchObject({ outcome: { type: 'failed', code: 'worker_lost' } })
})

it('I5 G5 a long silence ends nothing: the lease is renewed as long as the process lives', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.pass(120_000, 1_000)
  const [call] = server.calls
  call?.text('still here')
  call?.finish()
  await server.pass(40)
  expect(call?.context.signal.aborted).toBe(false)
  expect(await server.text('a')).toBe('still here')
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
})

it('a store that is broken at the start rejects the start', async () => {
  const broken = async () => {
    throw new StoreFault('storage_failed', 'disk')
  }
  const server = await createTestServer({ exclusive: true, work: (work) => ({ ...work, settleOrphans: broken }) })
  await expect(server.engine.start()).rejects.toThrow('disk')
  await server.engine.close()
})

it('keeps claiming after a fault of the store', async () => {
  let faults = 2
  const server = await createTestServer({
    work: (work) => ({
      ...work,
      async claim(request) {
        if (faults-- > 0) throw new StoreFault('storage_busy', 'busy')
        return work.claim(request)
      },
    }),
  })
  await server.ask('a', 'demo', { tokens: 1, flood: true })
  await server.engine.start()
  await server.pass(500, 10)
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(server.log.filter((entry) => entry.type === 'store_fault')).toHaveLength(2)
})

it('closing lets runs finish, claims no more, and leaves no timer behind (I10)', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  const closed = server.engine.close()
  await server.ask('b')
  await server.pass(1_000, 100)
  const [call] = server.calls
  call?.text('whole')
  call?.finish()
  await server.pass(40)
  await closed
  await server.engine.close()
  expect(await server.text('a')).toBe('whole')
  expect(await server.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await server.run('b')).toMatchObject({ status: 'queued' })
  expect(server.clock.waiting).toBe(0)
})

it('closing during a claim ends the claimed runs, and unsubscribes (I10)', async () => {
  let deliver = () => {}
  let listening = 0
  const server = await createTestServer({
    drainMs: 0,
    work: (work) => ({
      ...work,
      async claim(request) {
        const claims = await work.claim(request)
        if (claims.length > 0) await new Promise<void>((resolve) => (deliver = resolve))
        return claims
      },
    }),
  })
  const bus = {
    subscribe: (listener: Parameters<typeof server.bus.subscribe>[0]) => {
      const undo = server.bus.subscribe(listener)
      listening++
      return () => {
        listening--
        undo()
      }
    },
  }
  const engine = createEngine({ ...server.settings, bus })
  await engine.start()
  await server.ask('a')
  await server.settle()
  const closed = engine.close()
  deliver()
  await server.pass(10)
  await closed
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'worker_lost' })
  expect(listening).toBe(0)
  expect(server.clock.waiting).toBe(0)
})

it('closing ends runs that do not finish in time as failed, with their partial text', async () => {
  const server = await createTestServer({ drainMs: 5_000 })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('partial')
  const closed = server.engine.close()
  await server.pass(5_000, 100)
  await closed
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  expect(await server.text('a')).toBe('partial')
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'worker_lost' })
  expect(server.clock.waiting).toBe(0)
})

it('a closing engine does not wait for a cancelled agent that does not stop', async () => {
  const server = await createTestServer({ drainMs: 0, cancelGraceMs: 1e9 })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 1, hang: true, ignoreAbort: true })
  await server.pass(40)
  await server.cancel('a')
  await server.settle()
  const closed = server.engine.close()
  await server.pass(10)
  await closed
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
})

it('starting twice and closing before a start are harmless', async () => {
  const server = await createTestServer()
  await Promise.all([server.engine.start(), server.engine.start()])
  await server.engine.close()
  const idle = createEngine(server.settings)
  await idle.close()
  await idle.start()
  await server.ask('a')
  await server.settle()
  expect(idle.active).toBe(0)
  expect(server.clock.waiting).toBe(0)
})

it('shows an agent’s own failure message, and a general sentence for anything else it throws', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.ask('b')
  await server.settle()
  server.calls[0]?.fail(new AgentFailure('model_auth', 'The key is wrong.'))
  server.calls[1]?.fail(new Error('sk-secret at /home/me/agent.ts:1'))
  await server.settle()
  const outcome = { type: 'failed', code: 'model_auth', message: 'The key is wrong.' }
  expectLegalEnd(await server.envelopes('a'), outcome)
  expectLegalEnd(await server.envelopes('b'), { type: 'failed', code: 'agent_error' })
  expect(JSON.stringify(await server.envelopes('b'))).not.toContain('sk-secret')
  await vi.waitFor(() => expect(server.log).toContainEqual(expect.objectContaining({ type: 'agent_threw' })))
})
