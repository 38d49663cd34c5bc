import type { Envelope, Run } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createTrace, type RunTrace } from './run-trace.ts'
import { textOf } from './trace-text.ts'

const KEY = { roomId: 'default', threadId: 't1' }
const START = Date.parse('2026-01-01T00:00:00.000Z')
const RUN: Run = { runId: 'r1', agentId: 'demo', status: 'queued', acceptedAt: new Date(START).toISOString() }

let seq = 0
function record(ms: number, event: object, runId: string | null = 'r1', key = KEY): Envelope {
  const kind = 'type' in event && String(event.type).includes('.') ? 'control' : 'agui'
  const at = new Date(START + ms).toISOString()
  return { v: 1, ...key, ...(runId && { runId }), seq: ++seq, at, kind, event } as unknown as Envelope
}

function traceOf(envelopes: readonly Envelope[]): RunTrace | undefined {
  const builder = createTrace(KEY, 'r1')
  for (const envelope of envelopes) builder.add(envelope, 100)
  return builder.done()
}

const accepted = (ms = 0) => record(ms, { type: 'run.accepted', run: RUN })
const claimed = (ms: number) => record(ms, { type: 'run.status', status: 'running' })
const text = (ms: number, type: string, messageId = 'm1') => record(ms, { type: `TEXT_MESSAGE_${type}`, messageId })

it('a trace says when the run was accepted, claimed, spoke and ended, and what it wrote', () => {
  seq = 0
  const trace = traceOf([
    accepted(),
    record(5, { type: 'thread.changed', title: 'Other' }, null),
    claimed(40),
    record(40, { type: 'RUN_STARTED' }),
    text(60, 'START'),
    text(60, 'CONTENT'),
    text(260, 'CONTENT'),
    text(270, 'END'),
    record(280, { type: 'RUN_FINISHED' }),
    record(280, { type: 'run.ended', outcome: { type: 'succeeded' } }),
    record(900, { type: 'run.ended', outcome: { type: 'succeeded' } }, 'r2'),
  ])
  expect(trace).toMatchObject({
    ...KEY,
    runId: 'r1',
    agentId: 'demo',
    status: 'succeeded',
    accepted: { ms: 0, seq: 1 },
    claims: [{ epoch: 1, ms: 40, seq: 3 }],
    firstEvent: { type: 'TEXT_MESSAGE_START', ms: 60 },
    phases: [{ kind: 'text', id: 'm1', from: { ms: 60 }, to: { ms: 270 }, records: 4, bytes: 400 }],
    records: 9,
    bytes: 900,
    commits: 6,
    largestGap: { ms: 200, before: { seq: 7 } },
    ended: { ms: 280, outcome: { type: 'succeeded' } },
  })
})

it('a queued run has no gap and no end, and a run that was not accepted has no trace', () => {
  const trace = traceOf([accepted()])
  expect(trace).toMatchObject({ status: 'queued', claims: [], records: 1, commits: 1 })
  expect(trace).not.toHaveProperty('largestGap')
  expect(trace).not.toHaveProperty('ended')
  expect(traceOf([record(0, { type: 'run.accepted', run: RUN }, 'r1', { ...KEY, threadId: 't2' })])).toBeUndefined()
  expect(traceOf([claimed(1)])).toBeUndefined()
})

it('a run that another worker takes over has one claim for each epoch', () => {
  const trace = traceOf([accepted(), claimed(10), text(20, 'START'), claimed(5_000), text(5_010, 'END')])
  expect(trace?.claims.map(({ epoch, ms }) => [epoch, ms])).toEqual([
    [1, 10],
    [2, 5_000],
  ])
  expect(trace?.largestGap?.ms).toBe(4_980)
})

it('tool calls, steps, waits and cancels are points of the path, and what is open stays open', () => {
  const toolCallId = 'c1'
  const trace = traceOf([
    accepted(),
    claimed(1),
    record(2, { type: 'STEP_STARTED', stepName: 'look' }),
    record(3, { type: 'CUSTOM', name: 'holdfast.waiting', value: { reason: 'rate_limited', attempt: 2 } }),
    record(4, { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'search' }),
    record(5, { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{}' }),
    record(6, { type: 'TOOL_CALL_END', toolCallId }),
    record(90, { type: 'TOOL_CALL_RESULT', toolCallId, messageId: 'm9', content: 'x' }),
    record(91, { type: 'run.cancel-requested', by: 'local' }),
  ])
  expect(trace).toMatchObject({
    phases: [
      { kind: 'step', id: 'look', from: { ms: 2 } },
      { kind: 'tool call', id: 'c1', name: 'search', to: { ms: 6 }, result: { ms: 90 }, records: 3 },
    ],
    waits: [{ ms: 3, reason: 'rate_limited', attempt: 2 }],
    cancels: [{ ms: 91, by: 'local' }],
  })
  expect(trace?.phases[0]).not.toHaveProperty('to')
})

it('the lines for a person follow the path in time, readers among them', () => {
  seq = 0
  const trace = traceOf([accepted(), claimed(1_500), text(1_600, 'START'), text(1_900, 'END')])
  if (!trace) throw new Error('There is no trace.')
  const change = { type: 'reader_joined', at: '', ms: 1_700, seq: 2, readers: 1 } as const
  expect(textOf(trace, { recorded: true, atStart: 0, changes: [change] })).toEqual([
    'Run r1 in default/t1, agent demo: running',
    '       +0 ms  accepted     2026-01-01T00:00:00.000Z',
    '    +1.500 s  claimed      epoch 1, queued for 1.500 s',
    '    +1.600 s  first event  TEXT_MESSAGE_START',
    '    +1.600 s  text         m1: 300 ms, seq 3–4, 2 records, 200 B',
    '    +1.700 s  reader +     from seq 2; 1 reader now',
    '              log          4 records in 4 commits, 400 B',
    '              largest gap  300 ms, before TEXT_MESSAGE_END (seq 4)',
    '              readers      0 at the claim',
  ])
  expect(textOf(trace, { recorded: false }).at(-1)).toContain('not recorded')
})
