/** The bars of a run's tools and sub-agents, from whatever records there are. */
import { createLogBuilder } from '@holdfast/core/testing'
import { describe, expect, it } from 'vitest'
import { createRunParts, MAX_PARTS } from './run-parts.ts'

const tool = (toolCallId: string, more = {}) =>
  ({ type: 'TOOL_CALL_START', toolCallId, toolCallName: 'look', ...more }) as const
const result = (toolCallId: string, more = {}) =>
  ({ type: 'TOOL_CALL_RESULT', toolCallId, messageId: toolCallId, content: '', ...more }) as const

function partsOf(...events: readonly Parameters<ReturnType<typeof createLogBuilder>['agui']>[1][]) {
  const log = createLogBuilder()
  for (const event of events) log.agui('r', event)
  const parts = createRunParts('r')
  parts.take(log.envelopes)
  return parts
}
const said = ({ parts }: ReturnType<typeof createRunParts>) =>
  parts.map(({ kind, name, depth, status }) => `${depth} ${kind} ${name} ${status}`)

describe('the parts of a run', () => {
  it('are nested under the sub-agent that they belong to, and equal ids of two sub-agents are two calls', () => {
    const parts = partsOf(
      tool('c', { toolCallName: 'run_sub_agent' }),
      { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'Ada', parentToolCallId: 'c' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 's2', name: 'Bob', parentSubagentRunId: 's1' },
      tool('x', { subagentRunId: 's1' }),
      tool('x', { subagentRunId: 's2' }),
      result('x', { subagentRunId: 's2', metadata: { holdfast: { error: true } } }),
      { type: 'SUBAGENT_ERROR', subagentRunId: 's2', message: '', code: 'cancelled' },
      { type: 'SUBAGENT_FINISHED', subagentRunId: 's1' },
      result('c'),
    )
    expect(said(parts)).toEqual([
      '0 tool run_sub_agent succeeded',
      '0 agent Ada succeeded',
      '1 agent Bob cancelled',
      '2 tool look failed',
      '1 tool look running',
    ])
    const [call] = parts.parts
    expect((call?.to ?? 0) - (call?.from ?? 0)).toBe(8_000)
  })

  it('that are open when the run ends have not finished', () => {
    const log = createLogBuilder()
    log.agui('r', tool('c'))
    log.agui('another', tool('d'))
    log.end('r', { type: 'cancelled', by: 'you' })
    const parts = createRunParts('r')
    parts.take(log.envelopes)
    expect(said(parts)).toEqual(['0 tool look unanswered'])
  })

  it('are the newest of a long run, and the others are counted', () => {
    const calls = (count: number) =>
      partsOf(...Array.from({ length: count }, (_, n) => [tool(`c${n}`), result(`c${n}`)]).flat())
    expect(calls(MAX_PARTS)).toMatchObject({ dropped: 0, parts: { length: MAX_PARTS } })
    const more = calls(MAX_PARTS + 5)
    expect(more).toMatchObject({ dropped: 5, parts: { length: MAX_PARTS } })
    expect(more.parts[0]?.id).toContain('c5')
  })

  it('are shown once each, whatever an agent sends', () => {
    const parts = partsOf(
      { type: 'SUBAGENT_STARTED', subagentRunId: 's1', parentSubagentRunId: 's2' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 's2', parentSubagentRunId: 's1' },
      { type: 'SUBAGENT_STARTED', subagentRunId: 's3', parentSubagentRunId: 's3', name: 7 },
      result('unknown', { metadata: null }),
      { type: 'TOOL_CALL_START' },
    )
    expect(said(parts).toSorted()).toEqual([
      '0 agent unnamed running',
      '0 agent unnamed running',
      '0 tool unnamed running',
      '1 agent unnamed running',
    ])
  })
})
