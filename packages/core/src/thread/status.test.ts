import { expect, test } from 'vitest'
import type { Run } from '../run/run.ts'
import { threadStatus } from './status.ts'

const common = { runId: 'run', agentId: 'demo', acceptedAt: 'then' }
const queued: Run = { ...common, status: 'queued' }
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

test.each([
  ['needs_you', [running, queued], [question]],
  ['working', [failed('1'), queued, running], []],
  ['working', [cancelling], []],
  ['queued', [failed('1'), queued], []],
  ['failed', [succeeded('1'), failed('2')], []],
  ['failed', [failed('2'), succeeded('1')], []],
  ['idle', [failed('1'), succeeded('2')], []],
  ['idle', [], []],
] as const)('the highest step of the ladder is shown: %s', (status, runs, interrupts) => {
  expect(threadStatus({ runs, interrupts })).toBe(status)
})
