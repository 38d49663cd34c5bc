/** What an operator learns of tools and sub-agents: the lines of `events.jsonl`, and the spans. */
import { type Event, EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { framesOf } from '../store/decide/commit.ts'
import type { LogRecord } from '../store/decide/facts.ts'
import { aguiRecord, controlRecord } from '../store/decide/records.ts'
import { type ActivityEvent, activityOf, createActivity, PROGRESS_MS } from './activity.ts'
import { createActivityLines, MAX_LINES } from './activity-lines.ts'
import { createLifecycle, type LifecycleEvent } from './lifecycle.ts'

const KEY = { tenantId: 'acme', roomId: 'r', threadId: 't' }
const START = Date.parse('2026-01-01T00:00:00.000Z')

function open() {
  const errors: unknown[] = []
  const bus = createInProcessBus({ onListenerError: (error) => errors.push(error) })
  const lifecycle = createLifecycle({ bus, onListenerError: (error) => errors.push(error) })
  const heard: LifecycleEvent[] = []
  lifecycle.subscribe((event) => heard.push(event))
  let head = 0
  let now = START
  return {
    errors,
    heard,
    lines: () => heard.filter(({ type }) => !type.startsWith('run_')),
    pass: (ms: number) => (now += ms),
    commit(...records: readonly LogRecord[]): void {
      const frames = Buffer.from(framesOf(KEY, head, now, records).join(''))
      bus.publish({ type: 'thread.more', key: KEY, firstSeq: head + 1, lastSeq: head + records.length, frames })
      head += records.length
    },
  }
}

const said = (event: object): LogRecord => aguiRecord('x', event as Event)
const SECRET = 'sk-secret'
const child = { subagentRunId: 'child' }
const childCall = (n: number) => [
  said({ type: 'TOOL_CALL_START', toolCallId: `c${n}`, toolCallName: 'look_up', ...child }),
  said({ type: 'TOOL_CALL_ARGS', toolCallId: `c${n}`, delta: `{"key":"${SECRET}"}`, ...child }),
  said({ type: 'TOOL_CALL_END', toolCallId: `c${n}`, ...child }),
  said({ type: 'TOOL_CALL_RESULT', toolCallId: `c${n}`, messageId: `m${n}`, role: 'tool', content: SECRET, ...child }),
]
const begun = [
  said({ type: 'TOOL_CALL_START', toolCallId: 'call', toolCallName: 'run_sub_agent' }),
  said({
    type: 'SUBAGENT_STARTED',
    ...child,
    name: 'researcher',
    parentToolCallId: 'call',
    metadata: { holdfast: { jobId: 'job-1' } },
  }),
]

it('S003-16 start, progress, cancel and end of a sub-agent are lines with room, thread, run, toolCallId and jobId', () => {
  const { commit, lines, pass } = open()
  commit(...begun)
  pass(PROGRESS_MS)
  commit(...childCall(1))
  commit(controlRecord('x', { type: 'subagent.cancel-requested', subagentRunId: 'child', by: 'me' }))
  commit(said({ type: 'SUBAGENT_ERROR', ...child, code: 'cancelled', message: SECRET }))
  commit(
    said({
      type: 'TOOL_CALL_RESULT',
      toolCallId: 'call',
      messageId: 'm',
      role: 'tool',
      content: SECRET,
      metadata: { holdfast: { error: true } },
    }),
  )
  const place = { ...KEY, runId: 'x', at: expect.any(String), seq: expect.any(Number) }
  const of = { ...place, subagentRunId: 'child', jobId: 'job-1', toolCallId: 'call', name: 'researcher' }
  const at = new Date(START).toISOString()
  expect(lines().filter(({ type }) => type.startsWith('subagent_'))).toEqual([
    { type: 'subagent_start', ...of },
    { type: 'subagent_progress', ...of, steps: 1 },
    { type: 'subagent_cancel', ...of, by: 'me' },
    { type: 'subagent_end', ...of, outcome: 'cancelled', code: 'cancelled', steps: 1, startedAt: at },
  ])
  const own = { ...place, subagentRunId: 'child', jobId: 'job-1', toolCallId: 'c1', tool: 'look_up' }
  expect(lines().filter(({ type }) => type.startsWith('tool_'))).toEqual([
    { type: 'tool_start', ...place, toolCallId: 'call', tool: 'run_sub_agent' },
    { type: 'tool_start', ...own },
    { type: 'tool_end', ...own, outcome: 'succeeded', startedAt: expect.any(String) },
    { type: 'tool_end', ...place, toolCallId: 'call', tool: 'run_sub_agent', outcome: 'failed', startedAt: at },
  ])
  expect(JSON.stringify(lines())).not.toContain(SECRET)
})

it('progress is sampled: one line for each call and sub-agent in a while, however much there is', () => {
  const { commit, lines, pass } = open()
  commit(...begun)
  const progress = () =>
    said({ type: 'CUSTOM', name: 'holdfast.progress', value: { toolCallId: 'call', text: SECRET } })
  for (let n = 0; n < 50; n++) {
    pass(PROGRESS_MS / 10)
    commit(...childCall(n), progress())
  }
  const count = (type: string) => lines().filter((line) => line.type === type).length
  expect(count('subagent_progress')).toBe(5)
  expect(count('tool_progress')).toBe(5)
  expect(lines().findLast(({ type }) => type === 'subagent_progress')).toMatchObject({ steps: 41 })
  expect(JSON.stringify(lines())).not.toContain(SECRET)
})

it('a resumed run says how often it was resumed, and how many texts are said again', () => {
  const { commit, heard } = open()
  commit(controlRecord('x', { type: 'run.status', status: 'running', resumed: 2 }))
  commit(said({ type: 'CUSTOM', name: 'holdfast.superseded', value: { messageIds: ['a', 'b'] } }))
  expect(heard).toMatchObject([
    { type: 'run_resumed', times: 2 },
    { type: 'text_superseded', count: 2 },
  ])
})

it('an agent’s names are reported only if they look like names, and its texts are never taken for events', () => {
  const { commit, lines, errors } = open()
  commit(said({ type: 'TOOL_CALL_START', toolCallId: 'a', toolCallName: `Please send\n${SECRET}` }))
  commit(said({ type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'x'.repeat(65), metadata: { holdfast: null } }))
  commit(said({ type: 'SUBAGENT_ERROR', subagentRunId: 's', code: `${SECRET} <br>`, message: SECRET }))
  commit(said({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '"type":"TOOL_CALL_START","name":"holdfast.' }))
  commit(said({ type: 'CUSTOM', name: 'holdfast.progress', value: null }))
  commit(said({ type: 'CUSTOM', name: 'other', value: { type: 'TOOL_CALL_START', toolCallId: 'no' } }))
  expect(lines()).toMatchObject([
    { type: 'tool_start', toolCallId: 'a' },
    { type: 'subagent_start', subagentRunId: 's', jobId: 's' },
    { type: 'subagent_end', subagentRunId: 's', outcome: 'failed', code: 'other' },
  ])
  expect(lines()).toHaveLength(3)
  expect(JSON.stringify(lines())).not.toContain(SECRET)
  expect(errors).toEqual([])
})

it('what is remembered of a run is bounded', () => {
  const activity = createActivity()
  const place = { ...KEY, runId: 'x', at: new Date(START).toISOString(), seq: 1 }
  for (let n = 0; n < 2_000; n++) {
    const call = { type: EventType.TOOL_CALL_START, toolCallId: `c${n}`, toolCallName: 'f' } as Event
    expect(activityOf(activity, place, call)).toMatchObject({ type: 'tool_start' })
    const started = { type: EventType.SUBAGENT_STARTED, subagentRunId: `s${n}`, name: 'sub' } as Event
    activityOf(activity, place, started)
  }
  expect([activity.calls.size, activity.children.size]).toEqual([1_000, 1_000])
})

describe('the lines of one run', () => {
  const place = { ...KEY, runId: 'x', at: 'then', seq: 1 }
  const call: ActivityEvent = { type: 'tool_start', ...place, toolCallId: 'c' }
  const ended: LifecycleEvent = { type: 'run_ended', ...place, outcome: 'succeeded' }

  it(`are at most ${MAX_LINES}, and its end says how many were left out`, () => {
    const lines = createActivityLines()
    for (let n = 0; n < MAX_LINES; n++) expect(lines.of(call)).toEqual([call])
    expect(lines.of(call)).toEqual([])
    expect(lines.of({ ...call, runId: 'y' })).toHaveLength(1)
    expect(lines.of(ended)).toMatchObject([{ type: 'activity_left_out', runId: 'x', count: 1 }, ended])
    expect(lines.of(call)).toEqual([call])
  })
})
