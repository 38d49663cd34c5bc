import type { LifecycleEvent } from '@holdfast/client'
import type { Outcome } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createFinished } from './finished.ts'

const T = { roomId: 'R', threadId: 'T' }
const ended = (runId: string, outcome: Outcome, key = T): LifecycleEvent => ({
  type: 'RunCompleted',
  ...key,
  runId,
  outcome,
})

function setUp(onScreen = '') {
  let tell: (event: LifecycleEvent) => void = () => {}
  const finished = createFinished({
    lifecycle: {
      subscribe: (listener) => {
        tell = listener
        return () => {}
      },
    },
    isOnScreen: ({ threadId }) => threadId === onScreen,
  })
  return { finished, tell: (event: LifecycleEvent) => tell(event), ids: () => finished.snapshot().map((r) => r.runId) }
}

describe('runs that ended unseen', () => {
  it('are those that succeeded or failed while something else was looked at', () => {
    const { tell, ids } = setUp()
    tell(ended('a', { type: 'succeeded' }))
    tell(ended('b', { type: 'failed', code: 'agent_error', message: 'No.' }, { roomId: 'S', threadId: 'T' }))
    expect(ids()).toEqual(['a', 'b'])
  })

  it('are not those that a person stopped, nor those on screen', () => {
    const { tell, ids } = setUp('seen')
    tell(ended('a', { type: 'cancelled', by: 'you' }))
    tell(ended('b', { type: 'succeeded' }, { roomId: 'R', threadId: 'seen' }))
    expect(ids()).toEqual([])
  })

  it('are one a thread, until it is looked at or something runs there again', () => {
    const { finished, tell, ids } = setUp()
    tell(ended('a', { type: 'succeeded' }))
    tell(ended('b', { type: 'succeeded' }))
    expect(ids()).toEqual(['b'])
    tell({ type: 'RunStarted', ...T, runId: 'c' })
    expect(ids()).toEqual([])
    tell(ended('c', { type: 'succeeded' }))
    finished.seen({ roomId: 'R', threadId: 'U' })
    expect(ids()).toEqual(['c'])
    finished.seen(T)
    expect(ids()).toEqual([])
  })

  it('S000-C12 S000-71 looking at a room or thread of which nothing has ended changes nothing, least of all elsewhere', () => {
    const { finished, tell, ids } = setUp()
    tell(ended('a', { type: 'succeeded' }))
    tell(ended('b', { type: 'succeeded' }, { roomId: 'S', threadId: 'T' }))
    const before = finished.snapshot()
    finished.seen({ roomId: 'nowhere', threadId: 'T' })
    finished.seen({ roomId: 'R', threadId: 'nothing' })
    expect(finished.snapshot()).toBe(before)
    finished.seen(T)
    expect(ids()).toEqual(['b'])
  })
})
