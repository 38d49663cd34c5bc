import { describe, expect, it } from 'vitest'
import { type Closable, closingEvents } from './close.ts'

describe('closing open items', () => {
  it('closes texts, reasoning, blocks, calls, steps and sub-agents in this order, the newest of a kind first', () => {
    const open: Closable[] = [
      { kind: 'subagent', id: 'parent' },
      { kind: 'step', id: 'outer' },
      { kind: 'subagent', id: 'child' },
      { kind: 'step', id: 'inner', subagentRunId: 'child' },
      { kind: 'tool_call', id: 'c1' },
      { kind: 'reasoning_block', id: 'b1' },
      { kind: 'reasoning', id: 'r1' },
      { kind: 'text', id: 'm1' },
      { kind: 'text', id: 'm2', subagentRunId: 'child' },
    ]
    expect(closingEvents(open)).toEqual([
      { type: 'TEXT_MESSAGE_END', messageId: 'm2', subagentRunId: 'child' },
      { type: 'TEXT_MESSAGE_END', messageId: 'm1' },
      { type: 'REASONING_MESSAGE_END', messageId: 'r1' },
      { type: 'REASONING_END', messageId: 'b1' },
      { type: 'TOOL_CALL_END', toolCallId: 'c1' },
      { type: 'STEP_FINISHED', stepName: 'inner', subagentRunId: 'child' },
      { type: 'STEP_FINISHED', stepName: 'outer' },
      { type: 'SUBAGENT_ERROR', subagentRunId: 'child', message: 'Its run ended first.', code: 'run_ended' },
      { type: 'SUBAGENT_ERROR', subagentRunId: 'parent', message: 'Its run ended first.', code: 'run_ended' },
    ])
  })

  it.each([
    ['run_ended', { type: 'succeeded' }],
    ['run_ended', { type: 'interrupted', interrupts: [] }],
    ['cancelled', { type: 'cancelled', by: 'ada' }],
    ['cancelled', { type: 'superseded', by: 'other' }],
    ['worker_lost', { type: 'failed', code: 'worker_lost', message: 'Lost.' }],
    ['token_limit', { type: 'failed', code: 'token_limit', message: 'Too much.' }],
  ] as const)('S003-12 an open sub-agent ends as %s with a run that ends %o', (code, outcome) => {
    const [end] = closingEvents([{ kind: 'subagent', id: 's' }], outcome)
    expect(end).toEqual({ type: 'SUBAGENT_ERROR', subagentRunId: 's', code, message: expect.any(String) })
  })

  it('makes no events if nothing is open', () => {
    expect(closingEvents([])).toEqual([])
  })
})
