/** Agents that call tools and start sub-agents, stopped: everything ends, and nothing comes after it. */
import type { Envelope } from '@holdfast/core'
import { expect, it } from 'vitest'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

const SCRIPT = { subagents: 2, subagentSteps: 50, tokens: 2, intervalMs: 50 }

async function withChildren(script: object = SCRIPT) {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a', 'demo', script)
  await server.pass(300)
  const ids = idsOf(await server.envelopes('a'), 'SUBAGENT_STARTED')
  expect(ids).toHaveLength(2)
  return { server, ids }
}

function idsOf(envelopes: readonly Envelope[], type: string): string[] {
  return envelopes.flatMap(({ event }) =>
    event.type === type && 'subagentRunId' in event ? [String(event.subagentRunId)] : [],
  )
}

it('S003-19 a stop ends every sub-agent as cancelled, and no progress comes after it', async () => {
  const { server, ids } = await withChildren()
  await server.cancel('a', 'enough')
  await server.settle()
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'cancelled', by: 'local', reason: 'enough' })
  const ends = envelopes.filter(({ event }) => event.type === 'SUBAGENT_ERROR')
  expect(ends.map(({ event }) => 'code' in event && event.code)).toEqual(['cancelled', 'cancelled'])
  expect(idsOf(envelopes, 'SUBAGENT_ERROR').sort()).toEqual([...ids].sort())
  const view = await server.store.threads.snapshot(me, server.key('a'))
  expect(view).toMatchObject({ view: { subagents: [{ status: 'cancelled' }, { status: 'cancelled' }], open: [] } })
  await server.pass(10_000, 500)
  expect(await server.envelopes('a')).toHaveLength(envelopes.length)
  expect(server.clock.waiting).toBeLessThan(10)
})

it('S003-19 a stop ends a run within its grace period even if its sub-agents ignore it', async () => {
  const { server } = await withChildren({ ...SCRIPT, ignoreAbort: true })
  await server.cancel('a')
  await server.pass(5_200, 100)
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'cancelled' })
  await server.pass(5_000, 500)
  expect(await server.envelopes('a')).toHaveLength(envelopes.length)
})

it('S003-2 one sub-agent is stopped while the other and their run go on', async () => {
  const { server, ids } = await withChildren({ ...SCRIPT, subagentSteps: 10 })
  const [first = '', second] = ids
  expect(await server.store.subagents.cancel(me, server.key('a'), first)).toMatchObject({ type: 'requested' })
  await server.pass(2_000)
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'succeeded' })
  expect(idsOf(envelopes, 'SUBAGENT_ERROR')).toEqual([first])
  expect(idsOf(envelopes, 'SUBAGENT_FINISHED')).toEqual([second])
  expect(await server.text('a')).toContain('t0 t1 ')
})

it('S000-C10 a cancel during a tool call ends the run cancelled, and the next call is not made', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a', 'demo', { steps: 5, intervalMs: 100, tokens: 1 }, 'resume')
  await server.pass(150)
  await server.cancel('a')
  await server.pass(2_000, 100)
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'cancelled' })
  const types = envelopes.map(({ event }) => event.type)
  expect(types.filter((type) => type === 'TOOL_CALL_START')).toHaveLength(2)
  expect(types.filter((type) => type === 'TOOL_CALL_RESULT')).toHaveLength(1)
})

it('S003-C2 a run whose steps a process leaves behind goes on in the next one, and completes each of them once', async () => {
  const server = await createTestServer({ drainMs: 0 })
  await server.engine.start()
  await server.ask('a', 'demo', { steps: 4, intervalMs: 100, tokens: 3 }, 'resume')
  await server.pass(250)
  await server.store.work.settleOrphans('all')
  await server.pass(3_000, 100)
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'succeeded' })
  const results = envelopes.flatMap(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? [event.content] : []))
  expect(results).toEqual(['step 0', 'step 1', 'step 2', 'step 3'])
  expect(await server.run('a')).toMatchObject({ resumed: 1 })
})
