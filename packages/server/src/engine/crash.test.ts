/** Runs whose process has died, seen from the engine that comes next: each is handled as its agent declared. */
import { expect, it } from 'vitest'
import { StoreFault } from '../store/fault.ts'
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import { createEngine } from './engine.ts'
import { createPuppet, createTestServer, expectLegalEnd } from './testing/test-server.ts'

/** A server whose process stalls in the middle of an answer, and a second engine that has not started. */
async function abandoned(afterCrash: 'restart' | 'resume', options: Parameters<typeof createTestServer>[0] = {}) {
  const puppet = createPuppet('keeper')
  const server = await createTestServer({
    maxConcurrent: 1,
    ...options,
    agents: [{ ...puppet.agent, afterCrash }],
    drainMs: 0,
  })
  await server.engine.start()
  await server.ask('a', 'keeper', undefined, afterCrash)
  await server.settle()
  puppet.calls[0]?.text('One ')
  await server.pass(40)
  puppet.calls[0]?.text('two ')
  await server.pass(40)
  const next = createEngine({ ...server.settings, maxConcurrent: 10, workerId: 'next', exclusive: true })
  return { server, next, calls: puppet.calls }
}

it('a resumable run continues in the next process with the events it had written, under the same RUN_STARTED', async () => {
  const { server, next, calls } = await abandoned('resume')
  const before = await server.envelopes('a')
  await next.start()
  await server.pass(40)
  expect(calls).toHaveLength(2)
  expect(calls[1]?.input).toEqual(calls[0]?.input)
  expect(calls[0]?.context.resumed).toBeUndefined()
  expect(calls[1]?.context.resumed?.events.map((event) => ('delta' in event ? event.delta : event.type))).toEqual([
    'TEXT_MESSAGE_START',
    'One ',
    'two ',
  ])
  // The first process wakes up; its lease is over (I12).
  calls[0]?.text('stale ')
  calls[1]?.say({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a-text', delta: 'three' })
  calls[1]?.say({ type: 'TEXT_MESSAGE_END', messageId: 'a-text' })
  calls[1]?.finish()
  await server.pass(60)
  const after = await server.envelopes('a')
  expect(after.slice(0, before.length)).toEqual(before)
  expect(await server.text('a')).toBe('One two three')
  expectLegalEnd(after, { type: 'succeeded' })
  expect(server.log).toContainEqual(expect.objectContaining({ type: 'run_resumed', events: 3 }))
})

it('what a resumed agent leaves open is closed and what it opens twice is refused, because the recorder knows what was open', async () => {
  const { server, next, calls } = await abandoned('resume')
  await next.start()
  await server.pass(40)
  calls[1]?.say({ type: 'TEXT_MESSAGE_START', messageId: 'a-text', role: 'assistant' })
  await server.pass(40)
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'failed', code: 'agent_protocol' })
  expect(envelopes.at(-3)?.event.type).toBe('TEXT_MESSAGE_END')
})

it('a restartable run ends failed, and one new run retries it', async () => {
  const { server, next, calls } = await abandoned('restart')
  await next.start()
  await server.pass(40)
  expect(await server.run('a')).toMatchObject({ status: 'failed', outcome: { code: 'worker_lost' } })
  expect(calls).toHaveLength(2)
  expect(calls[1]?.context.resumed).toBeUndefined()
  expect(calls[1]?.input).toMatchObject({ runId: 'a.again', messages: [{ id: 'a-q' }] })
  calls[1]?.text('Again')
  calls[1]?.finish()
  await server.pass(60)
  const runs = await server.store.runs.list(LOCAL_PRINCIPAL, server.key('a'), { limit: 200 })
  expect(runs).toMatchObject({ items: [{ status: 'failed' }, { status: 'succeeded', retryOf: 'a' }] })
})

it('a process that shuts down leaves such a run, fully written, to the next process', async () => {
  for (const nature of ['restart', 'resume'] as const) {
    const { server, next, calls } = await abandoned(nature)
    calls[0]?.text('three ')
    await server.settle()
    const closed = server.engine.close()
    // Less than the gathering interval, so the last deltas have not been written yet.
    await server.pass(1, 1)
    await closed
    expect(calls[0]?.context.signal.aborted).toBe(true)
    expect(await server.run('a')).toMatchObject({ status: 'running' })
    expect(await server.text('a')).toBe('One two three ')
    expect(await server.store.work.settleOrphans('expired'), 'settled without waiting for the lease').toBe(1)
    await next.start()
    await server.pass(40)
    expect(calls).toHaveLength(2)
    expect(await server.run('a')).toMatchObject({ status: nature === 'resume' ? 'running' : 'failed' })
  }
})

it('G6 a run that was cancelled while its process stopped ends cancelled', async () => {
  const { server } = await abandoned('resume')
  const [closed] = [server.engine.close(), server.cancel('a')]
  await server.pass(6_000, 100)
  await closed
  expect(await server.run('a')).toMatchObject({ status: 'cancelled' })
})

it('if the agent is no longer resumable, the run ends as after a crash, with its partial text', async () => {
  const { server } = await abandoned('resume')
  const { agent } = createPuppet('keeper')
  const catalogue = { ...server.settings.catalogue, get: () => agent }
  const next = createEngine({ ...server.settings, maxConcurrent: 10, catalogue, workerId: 'next', exclusive: true })
  await next.start()
  await server.pass(40)
  expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'worker_lost' })
  expect(await server.text('a')).toBe('One two ')
})

it('if its log cannot be read, the run is left as an orphan and no agent is called', async () => {
  const { server, calls } = await abandoned('resume')
  const log = { read: () => Promise.reject(new StoreFault('storage_failed', 'no')) }
  const next = createEngine({
    ...server.settings,
    maxConcurrent: 10,
    store: { ...server.settings.store, log },
    exclusive: true,
  })
  await next.start()
  await server.pass(2_000, 50)
  expect(calls).toHaveLength(1)
  expect(await server.run('a')).toMatchObject({ status: 'running' })
  expect(server.log).toContainEqual(expect.objectContaining({ type: 'store_fault', during: 'resume' }))
  expect(server.log).toContainEqual(expect.objectContaining({ type: 'lease_lost' }))
})

it('a resumed agent gets no events of other runs in its thread', async () => {
  const { server, next, calls } = await abandoned('resume')
  const messages = [{ id: 'q2', role: 'user' as const, content: 'And then?' }]
  const request = { runId: 'b', messages, agentId: 'keeper', tools: [], context: [], onBusy: 'enqueue' as const }
  await server.store.runs.start(LOCAL_PRINCIPAL, server.key('a'), request)
  await server.store.runs.cancelRun(LOCAL_PRINCIPAL, server.key('a'), 'b')
  expect((await server.envelopes('a')).map(({ runId, event }) => `${runId} ${event.type}`)).toContain('b RUN_FINISHED')
  await next.start()
  await server.pass(40)
  expect(calls[1]?.context.resumed?.events).toHaveLength(3)
})

it('a run that comes back to the same process drops its older call at once, and that process can still stop it', async () => {
  const { server, calls } = await abandoned('resume', { maxConcurrent: 10 })
  await server.store.work.settleOrphans('all')
  await server.pass(40)
  expect(calls).toHaveLength(2)
  expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true, false])
  expect(server.engine.active).toBe(1)
  await server.cancel('a')
  await server.pass(40)
  expect(await server.run('a')).toMatchObject({ status: 'cancelled' })
  expect(server.engine.active).toBe(0)
})

it('S003-11 a sub-agent that was asked to stop before the crash stays stopped in the next process', async () => {
  const { server, next, calls } = await abandoned('resume')
  calls[0]?.say({ type: 'SUBAGENT_STARTED', subagentRunId: 'child', name: 'researcher' })
  await server.pass(40)
  await server.store.subagents.cancel(LOCAL_PRINCIPAL, server.key('a'), 'child')
  await server.settle()
  expect(calls[0]?.context.childSignal('child').aborted).toBe(true)
  await next.start()
  await server.pass(40)
  expect(calls[1]?.context.childSignal('child').aborted).toBe(true)
  expect(calls[1]?.context.childSignal('other').aborted).toBe(false)
  expect(calls[1]?.context.signal.aborted).toBe(false)
})
