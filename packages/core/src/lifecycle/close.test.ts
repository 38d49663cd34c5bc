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

  it('makes no events if nothing is open', () => {
    expect(closingEvents([])).toEqual([])
  })
})
