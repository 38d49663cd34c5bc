/** A run that meets the address of another run does not use it, and reports it. */
import { expect, it } from 'vitest'
import type { RunWork } from '../store/port.ts'
import { createTestServer, expectLegalEnd } from './testing/test-server.ts'

const FORGED = { type: 'RUN_FINISHED', threadId: 'b', runId: 'b' }

it('S001-10 S001-2 an agent’s event for another run is logged, and nothing of it is used', async () => {
  const server = await createTestServer()
  await server.engine.start()
  await server.ask('a')
  await server.settle()
  server.calls[0]?.say({ type: 'RUN_STARTED', threadId: 'a', runId: 'b' })
  server.calls[0]?.text('mine')
  server.calls[0]?.say({ type: 'TEXT_MESSAGE_END', messageId: 'a-text' })
  server.calls[0]?.say(FORGED)
  await server.pass(100)
  const lease = expect.objectContaining({ ...server.key('a'), runId: 'a' })
  expect(server.log).toEqual([
    { type: 'address_drift', lease, where: 'agent', field: 'runId', event: 'RUN_STARTED' },
    { type: 'address_drift', lease, where: 'agent', field: 'threadId', event: 'RUN_FINISHED' },
    { type: 'address_drift', lease, where: 'agent', field: 'runId', event: 'RUN_FINISHED' },
  ])
  const envelopes = await server.envelopes('a')
  expectLegalEnd(envelopes, { type: 'succeeded' })
  for (const { event, ...address } of envelopes) {
    expect(address).toMatchObject({ ...server.key('a'), runId: 'a' })
    if ('threadId' in event) expect(event).toMatchObject({ threadId: 'a', runId: 'a' })
  }
})

it('S001-10 S001-35 in development it fails that run, and only that run', async () => {
  const server = await createTestServer({ strict: true })
  await server.engine.start()
  await server.ask('a')
  await server.ask('b')
  await server.settle()
  server.calls[0]?.text('half')
  server.calls[0]?.say(FORGED)
  server.calls[1]?.text('whole')
  server.calls[1]?.finish()
  await server.pass(100)
  expect(await server.run('a')).toMatchObject({ status: 'failed', outcome: { code: 'agent_protocol' } })
  expect(await server.text('a')).toBe('half')
  expect(await server.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await server.text('b')).toBe('whole')
})

it.each(['threadId', 'runId'] as const)(
  'S001-10 S001-49 a run that gets the input of another %s calls no agent, writes none of it and fails',
  async (field) => {
    const mixUp = (work: RunWork): RunWork => ({
      ...work,
      async claim(order) {
        const claims = await work.claim(order)
        return claims.map((claim) =>
          claim.lease.runId === 'a' ? { ...claim, input: { ...claim.input, [field]: 'b' } } : claim,
        )
      },
    })
    const server = await createTestServer({ work: mixUp })
    await server.engine.start()
    await server.ask('a')
    await server.pass(100)
    expect(server.calls).toEqual([])
    expect(server.log).toMatchObject([{ type: 'address_drift', where: 'input', field, lease: { runId: 'a' } }])
    expectLegalEnd(await server.envelopes('a'), { type: 'failed', code: 'store_failed' })
  },
)
