import { describe, expect, it, test } from 'vitest'
import type { QueuedRun, Run } from '../lifecycle/run.ts'
import { isHeld, threadStatus } from './status.ts'
import type { QueueEntry } from './thread-view.ts'

const common = { runId: 'run', agentId: 'demo', acceptedAt: 'then' }
const queued: QueuedRun = { ...common, status: 'queued' }
const running: Run = { ...common, status: 'running' }
const cancelling: Run = { ...common, status: 'cancelling' }
const failed = (endedAt: string): Run => ({
  ...common,
  status: 'failed',
  outcome: { type: 'failed', code: 'agent_error', message: '' },
  endedAt,
})
const succeeded = (endedAt: string): Run => ({
  ...common,
  status: 'succeeded',
  outcome: { type: 'succeeded' },
  endedAt,
})
const question = { id: 'q', reason: 'approval' }
const waits: QueueEntry = { run: queued, messages: [] }

/** The runs that wait are those that are queued. */
function viewOf(runs: readonly Run[], more: { paused?: boolean; first?: true; asks?: boolean } = {}) {
  const { paused: queuePaused = false, first, asks } = more
  const entry = first ? { ...waits, first } : waits
  const queue = runs.flatMap((run) => (run.status === 'queued' ? [entry] : []))
  return { runs, queue, queuePaused, interrupts: asks ? [question] : [] }
}

test.each([
  ['needs_you', [running, queued], { asks: true }],
  ['working', [failed('1'), queued, running], {}],
  ['working', [cancelling], {}],
  ['queued', [failed('1'), queued], {}],
  ['failed', [succeeded('1'), failed('2')], {}],
  ['failed', [failed('2'), succeeded('1')], {}],
  ['idle', [failed('1'), succeeded('2')], {}],
  ['idle', [], {}],
] as const)('the highest step of the ladder is shown: %s', (status, runs, more) => {
  expect(threadStatus(viewOf(runs, more))).toBe(status)
})

describe('a paused queue', () => {
  it.each([
    ['needs_you', [queued], { paused: true }],
    ['needs_you', [succeeded('1'), queued], { paused: true }],
    ['failed', [failed('1'), queued], { paused: true }],
    ['needs_you', [failed('1'), queued], { paused: true, asks: true }],
    ['working', [running, queued], { paused: true }],
    ['queued', [queued], { paused: true, first: true }],
  ] as const)('needs a person, and hides no failure: %s', (status, runs, more) => {
    expect(threadStatus(viewOf(runs, more))).toBe(status)
  })

  it('is held while it contains a run that does not start next', () => {
    expect(isHeld(viewOf([queued], { paused: true }))).toBe(true)
    expect(isHeld(viewOf([running, queued], { paused: true }))).toBe(true)
    expect(isHeld(viewOf([queued], { paused: true, first: true }))).toBe(false)
    expect(isHeld(viewOf([queued]))).toBe(false)
    expect(isHeld(viewOf([], { paused: true }))).toBe(false)
  })
})
