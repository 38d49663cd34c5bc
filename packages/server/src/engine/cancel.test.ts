import { isEnded } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RunWork } from '../store/port.ts'
import { createPuppet, createTestServer, expectLegalEnd } from './testing/test-server.ts'

it('G6 a cancel aborts the agent, keeps the partial text, and is confirmed by the log', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('one ')
  server.calls[0]?.text('two ')
  await server.settle()
  await server.cancel('a', 'enough')
  await server.settle()
  expect(server.calls[0]?.context.signal.reason).toMatchObject({ name: 'AbortError' })
  expect(await server.text('a')).toBe('one two ')
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled', by: 'local', reason: 'enough' })
  expect(server.engine.active).toBe(0)
})

it('G6 an agent that ignores the abort and never answers is abandoned after the grace period', async () => {
  const server = await createTestServer({ cancelGraceMs: 5_000 })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 2, intervalMs: 10, hang: true, ignoreAbort: true })
  await server.pass(100)
  await server.cancel('a')
  await server.pass(4_900, 100)
  expect(await server.run('a')).toMatchObject({ status: 'cancelling' })
  await server.pass(200, 100)
  expect(await server.text('a')).toBe('t0 t1 ')
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
  expect(server.log).toContainEqual(expect.objectContaining({ type: 'agent_left_behind', stopped: false }))
})

it('I6 I2 what an agent sends after its cancel is counted and not written', async () => {
  const late = createPuppet('late', { stopsOnAbort: false })
  const server = await createTestServer({ agents: [late.agent] })
  await server.engine.start()
  await server.ask('a', 'late')
  await server.settle()
  const [call] = late.calls
  call?.text('before ')
  await server.settle()
  await server.cancel('a')
  await server.settle()
  call?.text('after ')
  call?.text('and after ')
  await server.settle()
  expect(await server.text('a')).toBe('before ')
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
  expect(call?.left).toBe(true)
  expect(server.log).toContainEqual(
    expect.objectContaining({ type: 'agent_left_behind', lateEvents: 1, stopped: true }),
  )
})

it('G6 a cancel whose notice is lost is found with the agent’s next append', async () => {
  const server = await createTestServer({ deaf: true })
  await server.ask('a')
  await server.engine.start()
  await server.settle()
  await server.cancel('a')
  await server.settle()
  expect(server.calls[0]?.context.signal.aborted).toBe(false)
  server.calls[0]?.text('word')
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
})

it('G6 a cancel whose notice is lost reaches a silent agent with the next lease renewal', async () => {
  const server = await createTestServer({ deaf: true })
  await server.ask('a')
  await server.engine.start()
  await server.settle()
  await server.cancel('a')
  await server.pass(5_100, 100)
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
})

it('G6 a cancel that overtakes the answer to the claim is not lost, however silent the agent is', async () => {
  let deliver = () => {}
  const server = await createTestServer({
    work: (work) => ({
      ...work,
      async claim(request) {
        const claims = await work.claim(request)
        if (claims.length > 0) await new Promise<void>((resolve) => (deliver = resolve))
        return claims
      },
    }),
  })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  await server.cancel('a')
  deliver()
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled' })
})

it('a cancel between the agent’s last event and the written end makes the run cancelled, with all its text', async () => {
  let release = () => {}
  const server = await createTestServer({
    work: (work) => ({
      ...work,
      async end(lease, end) {
        if (end.outcome.type === 'succeeded') await new Promise<void>((resolve) => (release = resolve))
        return work.end(lease, end)
      },
    }),
  })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('all of it')
  server.calls[0]?.finish()
  await server.settle()
  await server.cancel('a', 'too late?')
  release()
  await server.settle()
  expect(await server.text('a')).toBe('all of it')
  expectLegalEnd(await server.envelopes('a'), { type: 'cancelled', reason: 'too late?' })
})

it('I1 I2 G6 in whatever order cancel, events and end happen, there is one end, and never success after an acknowledged cancel', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('text', 'cancel', 'finish', 'fail', 'refused'), { minLength: 1, maxLength: 8 }),
      fc.nat(3),
      async (scheduler, script, faults) => {
        let left = faults
        const slow = <F extends (...args: never[]) => Promise<unknown>>(call: F, name: string) =>
          (async (...args: Parameters<F>) => {
            await scheduler.schedule(Promise.resolve(), `${name} asked`)
            if (left > 0 && name !== 'renew' && left-- > 0) throw new Error('fault')
            const answer = await call(...args)
            await scheduler.schedule(Promise.resolve(), `${name} answered`)
            return answer
          }) as unknown as F
        const server = await createTestServer({
          cancelGraceMs: 50,
          work: (work): RunWork => ({
            ...work,
            append: slow(work.append, 'append'),
            renew: slow(work.renew, 'renew'),
            end: slow(work.end, 'end'),
          }),
        })
        await server.engine.start()
        await server.ask('a')
        await server.settle()
        const [call] = server.calls
        let acknowledged = false
        let texts = ''
        for (const [n, move] of script.entries()) {
          void scheduler.schedule(Promise.resolve(), move).then(async () => {
            switch (move) {
              case 'text':
                texts += `${n} `
                return call?.text(`${n} `)
              case 'finish':
                return call?.finish()
              case 'fail':
                return call?.fail(new Error('x'))
              case 'refused':
                return call?.say({ type: 'nonsense' })
              case 'cancel':
                acknowledged = (await server.cancel('a')).type === 'requested' || acknowledged
            }
          })
        }
        for (let n = 0; n < 60; n++) {
          await scheduler.waitIdle()
          await server.pass(100, 50)
        }
        const run = await server.run('a')
        if (acknowledged) expect(run.status).toBe('cancelled')
        if (script.every((move) => move === 'text')) expect(run.status).toBe('running')
        if (!isEnded(run)) return
        expectLegalEnd(await server.envelopes('a'), { type: run.status })
        expect(texts.startsWith(await server.text('a'))).toBe(true)
        if (run.status === 'succeeded')
          expect(await server.text('a')).toBe(texts.slice(0, (await server.text('a')).length))
        expect(server.log.filter((entry) => entry.type === 'run_broke' || entry.type === 'lease_lost')).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
})

it('a superseded run’s agent is aborted, its text is kept, and the superseding run is next', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('half ')
  await server.settle()
  await server.askAs('a', 'b', 'supersede')
  await server.settle()
  expect(server.calls[0]?.context.signal.reason).toMatchObject({ name: 'AbortError' })
  expect(await server.run('a')).toMatchObject({ status: 'superseded', outcome: { by: 'b' } })
  const own = (await server.envelopes('a')).filter(({ runId }) => runId === 'a')
  expectLegalEnd(own, { type: 'superseded', by: 'b' })
  expect(server.calls[1]?.input).toMatchObject({ runId: 'b', messages: [{}, { content: 'half ' }, { id: 'b-q' }] })
})

it('G6 a run that was superseded, then cancelled, just before its end was stored ends cancelled', async () => {
  const server = await createTestServer({
    deaf: true,
    work: (inner) => ({
      ...inner,
      async end(lease, end) {
        if (end.outcome.type === 'superseded') await server.cancel('a')
        return inner.end(lease, end)
      },
    }),
  })
  await server.ask('a')
  await server.engine.start()
  await server.settle()
  await server.askAs('a', 'b', 'supersede')
  server.calls[0]?.text('half ')
  await server.settle()
  expect(await server.run('a')).toMatchObject({ status: 'cancelled' })
})

it('S001-68 queued messages run one after the other', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.askAs('a', 'b', 'enqueue')
  await server.settle()
  expect(server.calls).toHaveLength(1)
  server.calls[0]?.text('done')
  server.calls[0]?.finish()
  await server.settle()
  expect(server.calls[1]?.input.runId).toBe('b')
})
