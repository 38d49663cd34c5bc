import { EventSchema } from '@ag-ui/core/schemas'
import { describe, expect, it } from 'vitest'
import { runStarted, runTerminal } from './events.ts'
import type { Outcome } from './outcome.ts'

const run = { threadId: 't1', runId: 'r1' }

describe('RUN_STARTED', () => {
  it('carries the messages of its run and their parent, and never forwardedProps', () => {
    const hostile = {
      ...run,
      parentId: 'm0',
      messages: [{ id: 'm1', role: 'user' as const, content: 'Hi' }],
      state: { a: 1 },
    }
    const event = runStarted(Object.assign(hostile, { forwardedProps: { secret: 1 } }))
    expect(event.metadata).toEqual({ holdfast: { parentId: 'm0' } })
    expect(event.input).toMatchObject({ ...run, messages: hostile.messages, state: { a: 1 }, tools: [], context: [] })
    expect(JSON.stringify(event)).not.toContain('secret')
    expect(EventSchema.safeParse(event).error).toBeUndefined()
  })

  it('leaves out a null state, which AG-UI does not have', () => {
    const event = runStarted({ ...run, parentId: null, messages: [], state: null, resume: [] })
    expect(event.input).not.toHaveProperty('state')
    expect(event.input).toHaveProperty('resume')
  })
})

describe('the last event', () => {
  it.each<readonly [Outcome, Record<string, unknown>]>([
    [{ type: 'succeeded' }, { type: 'RUN_FINISHED', ...run, outcome: { type: 'success' } }],
    [
      { type: 'cancelled', by: 'p1' },
      { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' } },
    ],
    [
      { type: 'superseded', by: 'r2' },
      { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' } },
    ],
    [
      { type: 'interrupted', interrupts: [{ id: 'i1', reason: 'x' }] },
      { type: 'RUN_FINISHED', ...run, outcome: { type: 'interrupt', interrupts: [{ id: 'i1', reason: 'x' }] } },
    ],
    [
      { type: 'failed', code: 'worker_lost', message: 'Gone.' },
      { type: 'RUN_ERROR', message: 'Gone.', code: 'worker_lost' },
    ],
  ])('of %j is the one of docs/PROTOCOL.md', (outcome, event) => {
    expect(runTerminal(outcome, run)).toEqual(event)
    expect(EventSchema.safeParse(event).error).toBeUndefined()
  })

  it('carries the usage without invalid counts', () => {
    const usage = [{ provider: 'p', model: 'm', inputTokens: 3, outputTokens: Number.NaN, totalTokens: -1 }]
    const event = runTerminal({ type: 'succeeded' }, run, usage)
    expect(event).toMatchObject({ usage: [{ provider: 'p', model: 'm', inputTokens: 3 }] })
    expect(EventSchema.safeParse(JSON.parse(JSON.stringify(event))).error).toBeUndefined()
  })
})
