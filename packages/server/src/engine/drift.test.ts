/** A run that meets another one's address does not use it, and says so. */
import { expect, it } from 'vitest'
import type { RunWork } from '../store/port.ts'
import { createHouse, expectLegalEnd } from './testing/house.ts'

const FORGED = { type: 'RUN_FINISHED', threadId: 'b', runId: 'b' }

it('S001-10 S001-2 what an agent says of another run is noted, and nothing of it is taken', async () => {
  const house = await createHouse()
  await house.engine.start()
  await house.ask('a')
  await house.settle()
  house.calls[0]?.say({ type: 'RUN_STARTED', threadId: 'a', runId: 'b' })
  house.calls[0]?.text('mine')
  house.calls[0]?.say({ type: 'TEXT_MESSAGE_END', messageId: 'a-text' })
  house.calls[0]?.say(FORGED)
  await house.pass(100)
  const lease = expect.objectContaining({ ...house.key('a'), runId: 'a' })
  expect(house.log).toEqual([
    { type: 'address_drift', lease, where: 'agent', field: 'runId', event: 'RUN_STARTED' },
    { type: 'address_drift', lease, where: 'agent', field: 'threadId', event: 'RUN_FINISHED' },
    { type: 'address_drift', lease, where: 'agent', field: 'runId', event: 'RUN_FINISHED' },
  ])
  const envelopes = await house.envelopes('a')
  expectLegalEnd(envelopes, { type: 'succeeded' })
  for (const { event, ...address } of envelopes) {
    expect(address).toMatchObject({ ...house.key('a'), runId: 'a' })
    if ('threadId' in event) expect(event).toMatchObject({ threadId: 'a', runId: 'a' })
  }
})

it('S001-10 S001-35 in development it fails the run, and only that one', async () => {
  const house = await createHouse({ strict: true })
  await house.engine.start()
  await house.ask('a')
  await house.ask('b')
  await house.settle()
  house.calls[0]?.text('half')
  house.calls[0]?.say(FORGED)
  house.calls[1]?.text('whole')
  house.calls[1]?.finish()
  await house.pass(100)
  expect(await house.run('a')).toMatchObject({ status: 'failed', outcome: { code: 'agent_protocol' } })
  expect(await house.text('a')).toBe('half')
  expect(await house.run('b')).toMatchObject({ status: 'succeeded' })
  expect(await house.text('b')).toBe('whole')
})

it.each(['threadId', 'runId'] as const)(
  'S001-10 S001-49 a run that is handed the input of another %s calls no agent, writes nothing of it and fails',
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
    const house = await createHouse({ work: mixUp })
    await house.engine.start()
    await house.ask('a')
    await house.pass(100)
    expect(house.calls).toEqual([])
    expect(house.log).toMatchObject([{ type: 'address_drift', where: 'input', field, lease: { runId: 'a' } }])
    expectLegalEnd(await house.envelopes('a'), { type: 'failed', code: 'store_failed' })
  },
)
