import { expect, it } from 'vitest'
import { StoreFault, type StoreFaultCode } from '../store/fault.ts'
import type { RunWork } from '../store/port.ts'
import { createEngine } from './engine.ts'
import { createHouse, expectLegalEnd } from './testing/house.ts'

/** A store whose chosen calls have a fault for as long as `broken` says. */
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

it('I12 G9 who has lost the lease writes nothing more, stops its agent and says so loudly', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.text('mine ')
  await house.settle()
  await house.store.work.settleOrphans('all')
  const before = await house.envelopes('a')
  house.calls[0]?.text('stale ')
  await house.pass(40)
  expect(await house.envelopes('a')).toEqual(before)
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  expect(house.log).toContainEqual({ type: 'lease_lost', lease: expect.objectContaining({ runId: 'a' }) })
  expect(house.engine.active).toBe(0)
})

it('I12 a silent agent hears of its lost lease with the next beat', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  await house.store.work.settleOrphans('all')
  await house.pass(5_100, 100)
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  expect(house.engine.active).toBe(0)
})

it('I1 two processes on one store carry each run out once', async () => {
  const house = await createHouse()
  const other = createEngine({ ...house.settings, workerId: 'other' })
  await Promise.all([house.engine.start(), other.start()])
  const ids = Array.from({ length: 12 }, (_, n) => `r${n}`)
  for (const id of ids) await house.ask(id, 'demo', { tokens: 5, intervalMs: 10 })
  await house.pass(40_000, 500)
  for (const id of ids) {
    expect(await house.text(id)).toBe('t0 t1 t2 t3 t4 ')
    expectLegalEnd(await house.envelopes(id), { type: 'succeeded' })
  }
  await Promise.all([house.engine.close(), other.close()])
})

it('a full disk stops the agent, not the run: it goes on when there is room again, with every word', async () => {
  const { state, wrap } = faulty(['append', 'end'])
  const house = await createHouse({ work: wrap })
  await house.engine.start()
  await house.ask('a', 'demo', { tokens: 20, intervalMs: 20 })
  await house.pass(100)
  state.broken = true
  await house.pass(3_000, 50)
  expect(house.engine.active).toBe(1)
  state.broken = false
  await house.pass(6_000, 50)
  expect(await house.text('a')).toBe(Array.from({ length: 20 }, (_, n) => `t${n} `).join(''))
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
})

it('a short fault late in a long run is waited out: what counts is the lease as it was renewed', async () => {
  const { state, wrap } = faulty(['append'])
  const house = await createHouse({ work: wrap })
  await house.engine.start()
  await house.ask('a')
  await house.pass(60_000, 500)
  state.broken = true
  house.calls[0]?.text('x')
  await house.pass(1_000, 50)
  state.broken = false
  await house.pass(2_000, 50)
  house.calls[0]?.finish()
  await house.settle()
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
})

it('a store that stays broken for as long as the lease fails the run as soon as it can be said, with every word', async () => {
  const { state, wrap } = faulty(['append', 'end', 'renew', 'settleOrphans'], 'storage_failed')
  const house = await createHouse({ work: wrap })
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.text('saved ')
  await house.pass(100)
  state.broken = true
  house.calls[0]?.text('unsaved ')
  await house.pass(20_000, 100)
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  state.broken = false
  await house.pass(6_000, 100)
  const run = await house.run('a')
  expect(run).toMatchObject({ status: 'failed' })
  expect(house.engine.active).toBe(0)
  expect(house.log.some((entry) => entry.type === 'store_fault' && entry.during === 'append')).toBe(true)
})

it('a broken store does not keep an engine from closing: the run is left to whoever settles orphans', async () => {
  const { state, wrap } = faulty(['append', 'end'])
  const house = await createHouse({ work: wrap, drainMs: 1_000 })
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  state.broken = true
  house.calls[0]?.text('x')
  await house.settle()
  const closed = house.engine.close()
  await house.pass(30_000, 100)
  await closed
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  expect(house.clock.waiting).toBe(0)
  expect(await house.store.work.settleOrphans('all')).toBe(1)
  expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'worker_lost' })
})

it('a store that was closed is not asked again', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  await house.store.close()
  house.calls[0]?.text('x')
  await house.pass(100)
  expect(house.engine.active).toBe(0)
  expect(house.calls[0]?.context.signal.aborted).toBe(true)
})

it('an agent that was done before the store broke has succeeded when the store can say so', async () => {
  const { state, wrap } = faulty(['end'])
  const house = await createHouse({ work: wrap })
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  state.broken = true
  house.calls[0]?.text('whole')
  house.calls[0]?.finish()
  await house.pass(30_000, 200)
  expect(await house.run('a')).toMatchObject({ status: 'running' })
  state.broken = false
  await house.pass(6_000, 100)
  expectLegalEnd(await house.envelopes('a'), { type: 'succeeded' })
  expect(await house.text('a')).toBe('whole')
})
