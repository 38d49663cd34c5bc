import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import { createDueLoop } from './due-loop.ts'
import type { EngineLogEntry } from './log.ts'
import { createTestServer } from './testing/test-server.ts'

const settled = async () => {
  for (let n = 0; n < 20; n++) await Promise.resolve()
}

it('a question leaves the list by itself within ten seconds of its time', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('t')
  await settled()
  const interrupts = [{ id: 'i', reason: 'approval', expiresAt: new Date(server.clock.now() + 60_000).toISOString() }]
  server.calls[0]?.say({
    type: 'RUN_FINISHED',
    threadId: 't',
    runId: 't',
    outcome: { type: 'interrupt', interrupts },
  } as never)
  const statusOf = async () => {
    const found = await server.store.threads.snapshot({ tenantId: 'local', personId: 'local' }, server.key('t'))
    return found.type === 'snapshot' ? found.thread.status : found.type
  }
  await expect.poll(statusOf).toBe('needs_you')
  for (let ms = 0; ms < 70_000; ms += 5_000) {
    server.clock.advance(5_000)
    await settled()
  }
  await expect.poll(statusOf).toBe('idle')
  await server.engine.close()
})

it('the store is told how often a run is resumed and how long steps are kept', async () => {
  const orphans: unknown[] = []
  const due: unknown[] = []
  const server = await createTestServer({
    exclusive: true,
    maxResumes: 1,
    keepStepsMs: 7,
    work: (work) => ({
      ...work,
      settleOrphans: (...args) => {
        orphans.push(args)
        return work.settleOrphans(...args)
      },
      settleDue: (...args) => {
        due.push(args)
        return work.settleDue(...args)
      },
    }),
  })
  await server.engine.start()
  await settled()
  server.clock.advance(5_000)
  await settled()
  expect(orphans).toEqual([
    ['all', 1],
    ['expired', 1],
  ])
  expect(due).toEqual([[7], [7]])
  await server.engine.close()
})

it('a fault of the store does not end the looking, and much that is due is settled without a pause', async () => {
  const clock = createManualClock()
  const log: EngineLogEntry[] = []
  const answers = [() => Promise.reject(new StoreFault('storage_busy', 'Busy.')), () => 2, () => 1, () => 0]
  const asked: (number | undefined)[] = []
  const loop = createDueLoop({
    clock,
    keepStepsMs: 7,
    log: (entry) => log.push(entry),
    work: {
      async settleDue(keepStepsMs) {
        asked.push(keepStepsMs)
        return { expired: 0, pruned: (await answers.shift()?.()) ?? 0 }
      },
    },
  })
  loop.start()
  await settled()
  expect(log).toMatchObject([{ type: 'store_fault', during: 'due', code: 'storage_busy' }])
  clock.advance(5_000)
  await settled()
  expect(asked).toEqual([7, 7, 7, 7])
  await loop.stop()
  clock.advance(60_000)
  await settled()
  expect(asked).toHaveLength(4)
})
