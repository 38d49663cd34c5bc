import { expect, it } from 'vitest'
import { StoreFault, type StoreFaultCode } from '../store/fault.ts'
import type { RunWork } from '../store/port.ts'
import { createEngine } from './engine.ts'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

/** A store whose chosen calls fail while `broken` is set. */
function faulty(calls: readonly (keyof RunWork)[], code: StoreFaultCode = 'storage_full') {
  const state = { broken: false }
  const wrap = (work: RunWork): RunWork => {
    const wrapped = { ...work }
    for (const name of calls) {
      const call = work[name] as (...args: unknown[]) => Promise<never>
      wrapped[name] = async (...args: unknown[]) => {
        if (state.broken) throw new StoreFault(code, 'no')
        return call(...args)
      }
    }
    return wrapped
  }
  return { state, wrap }
}

it('I12 G9 a process that lost the lease writes nothing more, stops its agent and logs it', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('mine ')
  await server.settle()
  await server.store.work.settleOrphans('all')
  const before = await server.envelopes('a')
  server.calls[0]?.text('stale ')
  await server.pass(40)
  expect(await server.envelopes('a')).toEqual(before)
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  expect(server.log).toContainEqual({ type: 'lease_lost', lease: expect.objectContaining({ runId: 'a' }) })
  expect(server.engine.active).toBe(0)
})

it('I12 a silent agent is stopped with the lease renewal that finds the lease lost', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  await server.store.work.settleOrphans('all')
  await server.pass(5_100, 100)
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  expect(server.engine.active).toBe(0)
})

it('I1 two processes on one store execute each run once', async () => {
  const server = await createTestServer()
  const other = createEngine({ ...server.settings, workerId: 'other' })
  await Promise.all([server.engine.start(), other.start()])
  const ids = Array.from({ length: 12 }, (_, n) => `r${n}`)
  for (const id of ids) await server.ask(id, 'demo', { tokens: 5, intervalMs: 10 })
  await server.pass(40_000, 500)
  for (const id of ids) {
    expect(await server.text(id)).toBe('t0 t1 t2 t3 t4 ')
    expectLegalEnd(await server.envelopes(id), { type: 'succeeded' })
  }
  await Promise.all([server.engine.close(), other.close()])
})

it('a full disk pauses the agent, not the run: it continues when there is space again, with all its text', async () => {
  const { state, wrap } = faulty(['append', 'end'])
  const server = await createTestServer({ work: wrap })
  await server.engine.start()
  await server.ask('a', 'demo', { tokens: 20, intervalMs: 20 })
  await server.pass(100)
  state.broken = true
  await server.pass(3_000, 50)
  expect(server.engine.active).toBe(1)
  state.broken = false
  await server.pass(6_000, 50)
  expect(await server.text('a')).toBe(Array.from({ length: 20 }, (_, n) => `t${n} `).join(''))
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
})

it('a short fault late in a long run is waited out, because the renewed lease counts', async () => {
  const { state, wrap } = faulty(['append'])
  const server = await createTestServer({ work: wrap })
  await server.engine.start()
  await server.ask('a')
  await server.pass(60_000, 500)
  state.broken = true
  server.calls[0]?.text('x')
  await server.pass(1_000, 50)
  state.broken = false
  await server.pass(2_000, 50)
  server.calls[0]?.finish()
  await server.settle()
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
})

it('a store that stays broken as long as the lease fails the run once that can be stored, with all its text', async () => {
  const { state, wrap } = faulty(['append', 'end', 'renew', 'settleOrphans'], 'storage_failed')
  const server = await createTestServer({ work: wrap })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.text('saved ')
  await server.pass(100)
  state.broken = true
  server.calls[0]?.text('unsaved ')
  await server.pass(20_000, 100)
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  state.broken = false
  await server.pass(6_000, 100)
  const run = await server.run('a')
  expect(run).toMatchObject({ status: 'failed' })
  expect(server.engine.active).toBe(0)
  expect(server.log.some((entry) => entry.type === 'store_fault' && entry.during === 'append')).toBe(true)
})

it('a broken store does not keep an engine from closing: the run is left as an orphan', async () => {
  const { state, wrap } = faulty(['append', 'end'])
  const server = await createTestServer({ work: wrap, drainMs: 1_000 })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  state.broken = true
  server.calls[0]?.text('x')
  await server.settle()
  const closed = server.engine.close()
  await server.pass(30_000, 100)
  await closed
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  expect(server.clock.waiting).toBe(0)
  expect(await server.store.work.settleOrphans('all')).toBe(1)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'worker_lost' })
})

it('a closed store is not asked again', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  await server.store.close()
  server.calls[0]?.text('x')
  await server.pass(100)
  expect(server.engine.active).toBe(0)
  expect(server.calls[0]?.context.signal.aborted).toBe(true)
})

it('a run whose agent finished before the store broke succeeds once the store works again', async () => {
  const { state, wrap } = faulty(['end'])
  const server = await createTestServer({ work: wrap })
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  state.broken = true
  server.calls[0]?.text('whole')
  server.calls[0]?.finish()
  await server.pass(30_000, 200)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  state.broken = false
  await server.pass(6_000, 100)
  expectLegalEnd(await server.envelopes('a'), { type: 'succeeded' })
  expect(await server.text('a')).toBe('whole')
})
