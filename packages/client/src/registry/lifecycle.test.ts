/** The ends of runs: told once, and never guessed from silence. */
import { describe, expect, it } from 'vitest'
import { RegistryError } from '../thread/registry-error.ts'
import { A, B, look, running, setUp, until } from './testing/looking.ts'

describe('the ends of runs', () => {
  it('S000-45 S000-50 are told once, after the state has changed; a closing connection adds none', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const states: string[] = []
    parts.registry.lifecycle.subscribe(() => void states.push(a.state().activity.type))
    parts.transport.end(A, a.runId)
    parts.transport.drop(A, 'ended')
    await until(() => expect(a.state().connection.type).toBe('waiting'))
    expect(states).toEqual(['idle'])
    expect(parts.events).toEqual([
      { type: 'RunStarted', ...A, runId: a.runId },
      { type: 'RunCompleted', ...A, runId: a.runId, outcome: { type: 'succeeded' } },
    ])
  })

  it.each([
    ['S000-42', { type: 'succeeded' }],
    ['S000-43', { type: 'failed', code: 'agent_error', message: 'It broke.' }],
    ['S000-44', { type: 'cancelled', by: 'you', reason: 'enough' }],
  ] as const)('%s are told with how it ended', async (_, outcome) => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId, outcome)
    expect(parts.told('RunCompleted')).toMatchObject([{ outcome }])
    expect(a.state().activity).toMatchObject({ last: { outcome } })
  })

  it('S000-51 deltas are no news', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const before = parts.events.length
    for (let delta = 0; delta < 100; delta += 1) parts.transport.say(A, a.runId, 'x')
    parts.frame()
    expect(parts.events).toHaveLength(before)
  })

  it('that came while this device was cut off are news; those from before it looked are history', async () => {
    const { registry, transport, environment, events } = setUp()
    transport.startElsewhere(A, 'before', 'Hello')
    transport.end(A, 'before')
    const view = look(registry, A)
    await until(view.isLive)
    transport.drop(A)
    await until(() => expect(view.state().connection.type).toBe('waiting'))
    transport.startElsewhere(A, 'meanwhile', 'Hello')
    transport.end(A, 'meanwhile')
    environment.clock.advance(500)
    await until(view.isLive)
    expect(events.map(({ type, runId }) => [type, runId])).toEqual([
      ['RunStarted', 'meanwhile'],
      ['RunCompleted', 'meanwhile'],
    ])
  })

  it('S000-47 decided: never follow from silence: a run without a connection is still active', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.environment.clock.advance(300_000)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(parts.told('RunCompleted')).toEqual([])
  })

  it('can be answered with another answer, or a further one, by the agent that gave the first', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.say(A, a.runId, 'No.')
    parts.transport.end(A, a.runId, { type: 'failed', code: 'worker_lost', message: 'Lost.' })
    const [question] = parts.transport.view(A).messages
    const { agentId } = parts.transport.view(A).runs[0] ?? {}
    expect(agentId).toBeTruthy()
    const retry = parts.registry.retry(A, a.runId)
    await retry.accepted
    expect(retry.messageIds).toEqual([])
    parts.transport.end(A, retry.runId)
    await parts.registry.continueFrom(A, `${a.runId}-answer`).accepted
    const bodies = parts.transport.asked.flatMap((asked) => (asked.type === 'start' ? [asked.body] : []))
    expect(bodies.slice(1)).toMatchObject([
      { messages: [], parentId: question?.id, agentId },
      { messages: [], parentId: `${a.runId}-answer`, agentId },
    ])
    expect(() => parts.registry.retry(B, 'unknown')).toThrow(RegistryError)
  })
})
