import { expect, test } from 'vitest'
import { ask, emptyThread, runningThread } from './testing/written-thread.ts'
import type { ThreadView } from './thread-view.ts'

test('a run moves from the queue into the conversation when it starts', () => {
  const { log, view } = emptyThread()
  log.accept('run', [ask])
  expect(view()).toMatchObject({ messages: [], queue: [{ run: { runId: 'run' }, messages: [ask] }] })
  log.start('run', [ask], null)
  expect(view()).toMatchObject({
    queue: [],
    runs: [{ status: 'running', startedAt: '2026-01-01T00:00:03.000Z', parentId: 'ask' }],
  })
  expect(view().messages).toHaveLength(1)
})

test('the queue has the order of acceptance until it is reordered, and an edit replaces messages', () => {
  const { log, view } = emptyThread()
  for (const runId of ['a', 'b', 'c']) log.accept(runId, [{ ...ask, id: runId }])
  log.accept('a', [])
  log.control({ type: 'queue.changed', order: ['c', 'unknown', 'a'], paused: true, edited: { a: [ask] } })
  expect(view().queue.map(({ run, messages }) => [run.runId, messages[0]?.id])).toEqual([
    ['c', 'c'],
    ['a', 'ask'],
    ['b', 'b'],
  ])
  log.control({ type: 'queue.changed', order: ['b'], paused: false })
  expect(view().queue.map(({ run }) => run.runId)).toEqual(['b', 'c', 'a'])
})

test('S001-66 queued runs keep their order, words and pause in a view that is continued after a restart', () => {
  const { log, view } = emptyThread()
  for (const runId of ['one', 'two', 'three']) log.accept(runId, [{ ...ask, id: runId }])
  log.control({ type: 'queue.changed', order: ['two', 'three', 'one'], paused: true })
  const before = view()
  log.accept('four', [{ ...ask, id: 'four' }])
  const after = view(JSON.parse(JSON.stringify(before)) as ThreadView)
  expect(after.queue.slice(0, 3)).toEqual(before.queue)
  expect(after.queue.map(({ run }) => run.runId)).toEqual(['two', 'three', 'one', 'four'])
  expect(after.queuePaused).toBe(true)
})

test('a position in the queue is not stored, because the next start would make it stale', () => {
  const { log, view } = emptyThread()
  const run = { runId: 'run', agentId: 'demo', status: 'queued', position: 3, acceptedAt: 'then' } as const
  log.control({ type: 'run.accepted', run }, 'run')
  expect(view().runs).toEqual([{ runId: 'run', agentId: 'demo', status: 'queued', acceptedAt: 'then' }])
})

test('a run that starts at once is not in the queue', () => {
  const { log, view } = emptyThread()
  log.control(
    { type: 'run.accepted', run: { runId: 'run', agentId: 'demo', status: 'running', acceptedAt: 'then' } },
    'run',
  )
  expect(view()).toMatchObject({ queue: [], runs: [{ status: 'running' }] })
})

test('a cancelled run stays cancelling until it has ended, even if it starts meanwhile', () => {
  const { log, view } = emptyThread()
  log.accept('run', [ask])
  log.control({ type: 'run.cancel-requested', by: 'ada' }, 'run')
  log.control({ type: 'run.status', status: 'cancelling' }, 'run')
  expect(view()).toMatchObject({ queue: [{ messages: [ask] }], runs: [{ status: 'cancelling' }] })
  log.start('run', [ask], null)
  expect(view().runs.map(({ runId, status }) => [runId, status])).toEqual([['run', 'cancelling']])
  log.end('run', { type: 'cancelled', by: 'ada' }, [{ outputTokens: 3 }])
  expect(view().runs).toEqual([
    {
      runId: 'run',
      agentId: 'demo',
      status: 'cancelled',
      outcome: { type: 'cancelled', by: 'ada' },
      parentId: 'ask',
      acceptedAt: '2026-01-01T00:00:00.000Z',
      startedAt: '2026-01-01T00:00:05.000Z',
      endedAt: '2026-01-01T00:00:07.000Z',
      usage: [{ outputTokens: 3 }],
    },
  ])
})

test('I2 an ended run never changes', () => {
  const { log, view } = runningThread()
  log.end('run', { type: 'failed', code: 'agent_error', message: 'Broke.' }, [])
  const { runs } = view()
  log.control({ type: 'run.status', status: 'cancelling' }, 'run')
  log.start('run', [], null)
  log.end('run', { type: 'succeeded' }, [{ outputTokens: 1 }])
  expect(view().runs).toEqual(runs)
})

test('a queued run that ends leaves the queue', () => {
  const { log, view } = emptyThread()
  log.accept('run', [ask])
  log.agui('run', { type: 'RUN_ERROR', message: 'x', usage: [] })
  log.control({ type: 'run.ended', outcome: { type: 'superseded', by: 'other' } }, 'run')
  expect(view()).toMatchObject({ queue: [], runs: [{ status: 'superseded' }] })
})

test('interrupts are open until they are answered', () => {
  const { log, say, view } = runningThread()
  const interrupts = [
    { id: 'a', reason: 'approval' },
    { id: 'b', reason: 'approval' },
  ]
  log.end('run', { type: 'interrupted', interrupts })
  expect(view().interrupts).toEqual(interrupts)
  log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['a', 'unknown'] })
  expect(view().interrupts).toEqual([interrupts[1]])
  log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['unknown'] })
  expect(view().interrupts).toEqual([interrupts[1]])
  say({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } })
  expect(view().interrupts).toEqual([])
})

test('a run says how its questions were resolved, once all of them are', () => {
  const { log, view, everyway } = runningThread()
  const interrupts = [
    { id: 'a', reason: 'approval' },
    { id: 'b', reason: 'approval' },
  ]
  log.accept('later')
  log.end('run', { type: 'interrupted', interrupts })
  log.control({ type: 'run.ended', outcome: { type: 'cancelled', by: 'ada' } }, 'later')
  log.control({ type: 'interrupts.resolved', by: 'system', status: 'expired', interruptIds: ['a'] })
  expect(view().runs[0]).not.toHaveProperty('resolved')
  log.control({ type: 'interrupts.resolved', by: 'system', status: 'expired', interruptIds: ['b'] })
  expect(view().runs).toMatchObject([{ status: 'interrupted', resolved: 'expired' }, { status: 'cancelled' }])
  everyway()
})

test('questions that an older version recorded as resolved were answered', () => {
  const { log, view } = runningThread()
  log.end('run', { type: 'interrupted', interrupts: [{ id: 'a', reason: 'approval' }] })
  log.control({ type: 'interrupts.resolved', by: 'ada', interruptIds: ['a'] })
  expect(view().runs).toMatchObject([{ resolved: 'answered' }])
})

test('a run counts how often it has continued, also while it is being cancelled', () => {
  const { log, view, everyway } = runningThread()
  log.control({ type: 'run.status', status: 'running', resumed: 1 }, 'run')
  expect(view().runs).toMatchObject([{ status: 'running', resumed: 1 }])
  log.control({ type: 'run.status', status: 'cancelling' }, 'run')
  log.control({ type: 'run.status', status: 'running', resumed: 2 }, 'run')
  expect(view().runs).toMatchObject([{ status: 'cancelling', resumed: 2 }])
  log.end('run', { type: 'succeeded' })
  expect(everyway().runs).toMatchObject([{ status: 'succeeded', resumed: 2 }])
})

test('events of runs that were never accepted are ignored', () => {
  const { log, view } = emptyThread()
  log.control({ type: 'run.status', status: 'running' }, 'unknown')
  log.control({ type: 'run.ended', outcome: { type: 'succeeded' } })
  expect(view().runs).toEqual([])
})

test('questions of a run that the view does not hold are resolved all the same', () => {
  const { log, view } = emptyThread()
  const before = { ...view(), interrupts: [{ id: 'q', reason: 'question' }] }
  log.control({ type: 'interrupts.resolved', interruptIds: ['q'], status: 'answered', by: 'you' })
  expect(view(before)).toMatchObject({ interrupts: [], runs: [] })
})
