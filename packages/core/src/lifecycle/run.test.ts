import { expect, it } from 'vitest'
import { isEnded, type Run } from './run.ts'

const common = { runId: 'r1', agentId: 'demo', acceptedAt: '2026-01-01T00:00:00.000Z' }

it.each<readonly [Run, boolean]>([
  [{ ...common, status: 'queued' }, false],
  [{ ...common, status: 'running' }, false],
  [{ ...common, status: 'cancelling' }, false],
  [{ ...common, status: 'succeeded', outcome: { type: 'succeeded' }, endedAt: common.acceptedAt }, true],
  [{ ...common, status: 'superseded', outcome: { type: 'superseded', by: 'r2' }, endedAt: common.acceptedAt }, true],
])('$0.status has ended: $1', (run, ended) => {
  expect(isEnded(run)).toBe(ended)
})
