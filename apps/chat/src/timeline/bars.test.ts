import type { RunInThread } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { lasting } from '../design/lasting.ts'
import { lanesOf } from './bars.ts'

const at = (second: number) => new Date(second * 1000).toISOString()
const span = { from: 0, to: 100_000 }
const common = { roomId: 'R', threadId: 'T', agentId: 'demo' }
const ended: RunInThread = {
  ...common,
  runId: 'ended',
  status: 'succeeded',
  outcome: { type: 'succeeded' },
  acceptedAt: at(10),
  startedAt: at(20),
  endedAt: at(30),
}

describe('the bars of the timeline', () => {
  it('start at acceptance, end at the end of the run, and know how much was waiting', () => {
    expect(lanesOf([ended], span)).toMatchObject([{ bars: [{ left: 10, width: 20, waited: 50 }] }])
  })

  it('reach to the edge of the window while a run is live, and are all waiting while it is queued', () => {
    const live: RunInThread = { ...common, runId: 'live', status: 'running', acceptedAt: at(60), startedAt: at(60) }
    const queued: RunInThread = { ...common, threadId: 'Q', runId: 'q', status: 'queued', acceptedAt: at(75) }
    expect(lanesOf([live, queued], span)).toMatchObject([
      { bars: [{ left: 60, width: 40, waited: 0 }] },
      { bars: [{ left: 75, width: 25, waited: 100 }] },
    ])
  })

  it('are cut at the edges of the window, and absent outside it', () => {
    const window = { from: 25_000, to: 50_000 }
    expect(lanesOf([ended], window)).toMatchObject([{ bars: [{ left: 0, width: 20, waited: 0 }] }])
    expect(lanesOf([ended], { from: 31_000, to: 50_000 })).toEqual([])
  })

  it('are in one lane per thread, by room and thread', () => {
    const other: RunInThread = { ...ended, roomId: 'S' }
    expect(lanesOf([ended, { ...ended, runId: 'again' }, other], span).map(({ bars }) => bars.length)).toEqual([2, 1])
  })

  it('write a duration in words', () => {
    expect([850, 12_000, 184_000, 7_500_000].map(lasting)).toEqual(['850 ms', '12 s', '3 min 4 s', '2 h 5 min'])
  })
})
