import { describe, expect, it } from 'vitest'
import { recordAll, recorderOf, SUCCEEDED, say, start, typesOf } from './testing/recorders.ts'

describe('limits', () => {
  const child = (id: string, parentSubagentRunId?: string) => ({
    type: 'SUBAGENT_STARTED',
    subagentRunId: id,
    name: 'researcher',
    ...(parentSubagentRunId !== undefined && { parentSubagentRunId }),
  })

  it('end a run with one sub-agent more than allowed, even if the earlier ones have ended', () => {
    const recorder = recorderOf({ maxSubagents: 2 })
    recordAll(recorder, [child('a'), { type: 'SUBAGENT_FINISHED', subagentRunId: 'a' }, child('b')])
    expect(recorder.record(child('c'))).toMatchObject({ type: 'refused', failure: { code: 'child_limit' } })
    expect(recorderOf({ maxSubagents: 0 }).record(child('a'))).toMatchObject({ failure: { code: 'child_limit' } })
  })

  it('end a run whose sub-agents are nested one level deeper than allowed', () => {
    const recorder = recorderOf({ maxSubagentDepth: 2 })
    recordAll(recorder, [child('a'), child('b', 'a'), child('other'), child('second', 'a')])
    expect(recorder.record(child('c', 'b'))).toMatchObject({ type: 'refused', failure: { code: 'depth_limit' } })
  })

  const over = { type: 'refused', failure: { code: 'limit_exceeded' } }
  const custom = (value: unknown) => ({ type: 'CUSTOM', name: 'n', value })

  it('end a run with too many events, and the run still ends legally', () => {
    const recorder = recorderOf({ maxEvents: 2 })
    recordAll(recorder, [start, say('')])
    expect(recorder.record(say('a'))).toMatchObject(over)
    expect(recorder.record(say('a'))).toMatchObject(over)
    expect(typesOf(recorder.end(SUCCEEDED))).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_END', 'RUN_FINISHED'])
  })

  it('count the bytes of a run, joined deltas included', () => {
    const recorder = recorderOf({ maxBytes: 300 })
    recordAll(recorder, [start, say('x'.repeat(100))])
    expect(recorder.record(say('y'.repeat(150)))).toMatchObject(over)
    expect(recorder.take().join('').length).toBeLessThanOrEqual(300)
  })

  it('refuse one event that is too large: a text, a delta, a list, a cycle', () => {
    const cycle: unknown[] = []
    cycle.push(cycle, cycle)
    for (const event of [
      custom('é'.repeat(60)),
      custom(new Array(1e9)),
      custom(cycle),
      { ...start, name: 'x'.repeat(200) },
    ]) {
      expect(recorderOf({ maxEventBytes: 120 }).record(event)).toMatchObject(over)
    }
    const recorder = recorderOf({ maxEventBytes: 120 })
    recordAll(recorder, [start])
    expect(recorder.record(say('"'.repeat(61)))).toMatchObject(over)
  })

  it('refuse an event that is nested too deep, by one level', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)])
    expect(recorderOf({ maxDepth: 5 }).record(custom(nested(4))).type).toBe('recorded')
    expect(recorderOf({ maxDepth: 5 }).record(custom(nested(5)))).toMatchObject(over)
  })

  it('count nesting only: the depths of siblings do not add up', () => {
    const value = Array.from({ length: 20 }, () => ({ a: [{}] }))
    expect(recorderOf({ maxDepth: 5 }).record(custom(value)).type).toBe('recorded')
  })
})
