import { expect, it, vi } from 'vitest'
import { AgentFailure } from '../agents/failure.ts'
import { StoreFault } from '../store/fault.ts'
import { createEngine } from './engine.ts'
import { createHouse, expectLegalEnd } from './testing/house.ts'

it('carries a run out to its end with nobody looking', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 30, intervalMs: 20, tool: true })
  await house.pass(700)
  expect(await house.text('a')).toBe(Array.from({ length: 30 }, (_, n) => `t${n} `).join(''))
  expect(await house.run('a')).toMatchObject({ status: 'succeeded', outcome: { type: 'succeeded' } })
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
  expect(house.engine.active).toBe(0)
})

it('writes the first event at once, then gathers deltas for a beat, each word once and in order (G2)', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  const [call] = house.calls
  call?.text('a')
  await house.settle()
  expect(await house.text('a')).toBe('a')
  for (const letter of 'bcdef') {
    call?.text(letter)
    await house.settle()
  }
  expect(await house.text('a')).toBe('a')
  await house.pass(20)
  expect(await house.text('a')).toBe('abcdef')
  const deltas = (await house.envelopes('a')).filter(({ event }) => event.type === 'TEXT_MESSAGE_CONTENT')
  expect(deltas).toHaveLength(2)
})

it('S000-34 S000-32 S001-60 cancelling one run leaves the other to finish', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.ask('b')
  await house.settle()
  const [a, b] = house.calls
  a?.text('a1')
  b?.text('b1 ')
  await house.settle()
  await house.cancel('a', 'enough')
  await house.settle()
  b?.text('b2')
  b?.finish()
  await house.pass(40)
  expect(await house.run('a')).toMatchObject({ outcome: { type: 'cancelled', by: 'local', reason: 'enough' } })
  expect(await house.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await house.text('b')).toBe('b1 b2')
  expect(b?.context.signal.aborted).toBe(false)
})

it('S000-57 a run that fails keeps the question and the partial answer', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 9, failAfter: 3, flood: true })
  await house.pass(40)
  expect(await house.text('a')).toBe('t0 t1 t2 ')
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'agent_error' })
  const started = (await house.envelopes('a')).find(({ event }) => event.type === 'RUN_STARTED')
  expect(JSON.stringify(started)).toContain('"Hi"')
})

it('finds queued runs in its own time when no notice reaches it', async () => {
  const house = await createHouse({ deaf: true })
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 1, flood: true })
  await house.pass(4_900, 100)
  expect(await house.run('a')).toMatchObject({ status: 'queued' })
  await house.pass(200, 20)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
})

it('carries out as many runs at once as it may, the others as places become free', async () => {
  const house = await createHouse({ maxConcurrent: 2 })
  for (const id of ['a', 'b', 'c']) await house.ask(id)
  await house.engine.start()
  await house.settle()
  expect(house.engine.active).toBe(2)
  house.calls[0]?.text('done')
  house.calls[0]?.finish()
  await house.settle()
  expect(house.calls.map((call) => call.input.runId)).toEqual(['a', 'b', 'c'])
})

it('takes everything that waits, however much it is', async () => {
  const house = await createHouse()
  for (let n = 0; n < 70; n++) await house.ask(`r${n}`)
  await house.engine.start()
  await house.settle()
  expect(house.engine.active).toBe(70)
})

it('a run whose agent is not set up any more fails with a sentence', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a', 'gone')
  await house.settle()
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'agent_unknown' })
})

it('counts what a run has cost, whatever the agent reports', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  const [call] = house.calls
  call?.context.usage({ model: 'm', inputTokens: 3 })
  call?.context.usage({ model: 'm', inputTokens: 4, outputTokens: -1 })
  call?.context.usage(null as never)
  call?.text('x')
  call?.finish()
  await house.pass(40)
  expect(await house.run('a')).toMatchObject({ usage: [{ model: 'm', inputTokens: 7 }] })
})

it('G4 an exclusive start ends at once what an earlier process left', async () => {
  const house = await createHouse({ exclusive: true })
  await house.ask('a')
  await house.store.work.claim({ workerId: 'earlier', limit: 1, leaseMs: 15_000 })
  await house.engine.start()
  expect(await house.run('a')).toMatchObject({ outcome: { type: 'failed', code: 'worker_lost' } })
  expect(house.log).toContainEqual({ type: 'orphans_settled', count: 1 })
})

it('G4 beside others it ends their runs only once their lease is over', async () => {
  const house = await createHouse()
  await house.ask('a')
  await house.store.work.claim({ workerId: 'other', limit: 1, leaseMs: 15_000 })
  await house.engine.start()
  await house.pass(14_000, 500)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  await house.pass(6_000, 500)
  expect(await house.run('a')).toMatchObject({ outcome: { type: 'failed', code: 'worker_lost' } })
})

it('I5 G5 a long silence ends nothing: the lease is kept as long as the process lives', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.pass(120_000, 1_000)
  const [call] = house.calls
  call?.text('still here')
  call?.finish()
  await house.pass(40)
  expect(call?.context.signal.aborted).toBe(false)
  expect(await house.text('a')).toBe('still here')
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
})

it('a store that is broken at the start is said to whoever starts it', async () => {
  const broken = async () => {
    throw new StoreFault('storage_failed', 'disk')
  }
  const house = await createHouse({ exclusive: true, work: (work) => ({ ...work, settleOrphans: broken }) })
  await expect(house.engine.start()).rejects.toThrow('disk')
  await house.engine.close()
})

it('goes on claiming after the store could not', async () => {
  let faults = 2
  const house = await createHouse({
    work: (work) => ({
      ...work,
      async claim(request) {
        if (faults-- > 0) throw new StoreFault('storage_busy', 'busy')
        return work.claim(request)
      },
    }),
  })
  await house.ask('a', 'demo', { tokens: 1, flood: true })
  await house.engine.start()
  await house.pass(500, 10)
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
  expect(house.log.filter((entry) => entry.type === 'store_fault')).toHaveLength(2)
})

it('closing lets runs finish, takes no more, and leaves no timer behind (I10)', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  const closed = house.engine.close()
  await house.ask('b')
  await house.pass(1_000, 100)
  const [call] = house.calls
  call?.text('whole')
  call?.finish()
  await house.pass(40)
  await closed
  await house.engine.close()
  expect(await house.text('a')).toBe('whole')
  expect(await house.run('a')).toMatchObject({ status: 'succeeded' })
  expect(await house.run('b')).toMatchObject({ status: 'queued' })
  expect(house.clock.waiting).toBe(0)
})

it('closing while a claim is on its way ends what it brings, and stops listening (I10)', async () => {
  let deliver = () => {}
  let listening = 0
  const house = await createHouse({
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
    subscribe: (listener: Parameters<typeof house.bus.subscribe>[0]) => {
      const undo = house.bus.subscribe(listener)
      listening++
      return () => {
        listening--
        undo()
      }
    },
  }
  const engine = createEngine({ ...house.settings, bus })
  await engine.start()
  await house.ask('a')
  await house.settle()
  const closed = engine.close()
  deliver()
  await house.pass(10)
  await closed
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'worker_lost' })
  expect(listening).toBe(0)
  expect(house.clock.waiting).toBe(0)
})

it('closing ends what does not finish in time visibly, with its partial text', async () => {
  const house = await createHouse({ drainMs: 5_000 })
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.text('partial')
  const closed = house.engine.close()
  await house.pass(5_000, 100)
  await closed
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  expect(await house.text('a')).toBe('partial')
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'worker_lost' })
  expect(house.clock.waiting).toBe(0)
})

it('a closing engine does not wait for a cancelled agent that does not stop', async () => {
  const house = await createHouse({ drainMs: 0, cancelGraceMs: 1e9 })
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 1, hang: true, ignoreAbort: true })
  await house.pass(40)
  await house.cancel('a')
  await house.settle()
  const closed = house.engine.close()
  await house.pass(10)
  await closed
  expectLegalEnd(await house.envelopes('a'), { type: 'cancelled' })
})

it('starting twice and closing before a start are harmless', async () => {
  const house = await createHouse()
  await Promise.all([house.engine.start(), house.engine.start()])
  await house.engine.close()
  const idle = createEngine(house.settings)
  await idle.close()
  await idle.start()
  await house.ask('a')
  await house.settle()
  expect(idle.active).toBe(0)
  expect(house.clock.waiting).toBe(0)
})

it('says an agent’s own reason, and of anything else that it throws only that it failed', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.ask('b')
  await house.settle()
  house.calls[0]?.fail(new AgentFailure('model_auth', 'The key is wrong.'))
  house.calls[1]?.fail(new Error('sk-secret at /home/me/agent.ts:1'))
  await house.settle()
  const outcome = { type: 'failed', code: 'model_auth', message: 'The key is wrong.' }
  expectLegalEnd(await house.envelopes('a'), outcome)
  expectLegalEnd(await house.envelopes('b'), { type: 'failed', code: 'agent_error' })
  expect(JSON.stringify(await house.envelopes('b'))).not.toContain('sk-secret')
  await vi.waitFor(() => expect(house.log).toContainEqual(expect.objectContaining({ type: 'agent_threw' })))
})
