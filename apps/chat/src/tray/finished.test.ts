import type { InboxEntry, InboxEvent, Outcome } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createFinished } from './finished.ts'

const T = { roomId: 'R', threadId: 'T' }
const AT = '2026-01-01T00:00:00.000Z'
const ended = (runId: string, outcome: Outcome, key = T): InboxEntry => ({
  type: 'RunCompleted',
  at: AT,
  ...key,
  runId,
  outcome,
})
const about = (event: InboxEvent & { readonly roomId: string }): InboxEntry => ({ at: AT, ...event })

function setUp(onScreen = '') {
  let tell: (entry: InboxEntry) => void = () => {}
  const finished = createFinished({
    inbox: {
      subscribe: (listener) => {
        tell = listener
        return () => {}
      },
    },
    isOnScreen: ({ threadId }) => threadId === onScreen,
    titleOf: ({ roomId, threadId }) => (roomId === 'R' ? `${roomId}/${threadId}` : undefined),
  })
  return { finished, tell: (entry: InboxEntry) => tell(entry), ids: () => finished.snapshot().map((r) => r.runId) }
}

describe('runs that ended unseen', () => {
  it('are those that succeeded or failed while another thread was shown', () => {
    const { finished, tell, ids } = setUp()
    tell(ended('a', { type: 'succeeded' }))
    tell(ended('b', { type: 'failed', code: 'agent_error', message: 'No.' }, { roomId: 'S', threadId: 'T' }))
    expect(ids()).toEqual(['a', 'b'])
    expect(finished.snapshot().map(({ title }) => title)).toEqual(['R/T', undefined])
  })

  it('have the title from the overview or, if it never had them, the one from their creation', () => {
    const { finished, tell } = setUp()
    const unknown = { roomId: 'S', threadId: 'T' }
    const titles = () => finished.snapshot().map(({ title }) => title)
    tell(about({ type: 'ThreadCreated', ...unknown, title: 'Short' }))
    tell(ended('a', { type: 'succeeded' }, unknown))
    expect(titles()).toEqual(['Short'])
    tell(ended('b', { type: 'succeeded' }, unknown))
    expect(titles()).toEqual([undefined])
    tell(about({ type: 'ThreadCreated', ...T, title: 'Old' }))
    tell(ended('c', { type: 'succeeded' }))
    expect(titles()).toEqual([undefined, 'R/T'])
  })

  it('exclude those that a person stopped or superseded, and those on screen', () => {
    const { tell, ids } = setUp('seen')
    tell(ended('a', { type: 'cancelled', by: 'you' }))
    tell(ended('c', { type: 'superseded', by: 'd' }))
    tell(ended('b', { type: 'succeeded' }, { roomId: 'R', threadId: 'seen' }))
    expect(ids()).toEqual([])
  })

  it('are one per thread, until it is opened or another run starts there', () => {
    const { finished, tell, ids } = setUp()
    tell(ended('a', { type: 'succeeded' }))
    tell(ended('b', { type: 'succeeded' }))
    expect(ids()).toEqual(['b'])
    tell(about({ type: 'RunStarted', ...T, runId: 'c' }))
    expect(ids()).toEqual([])
    tell(ended('c', { type: 'succeeded' }))
    finished.seen({ roomId: 'R', threadId: 'U' })
    expect(ids()).toEqual(['c'])
    finished.seen(T)
    expect(ids()).toEqual([])
  })

  it('disappear with their thread and with their room', () => {
    const { tell, ids } = setUp()
    for (const [runId, roomId, threadId] of ['a R T', 'b R U', 'c S T'].map((each) => each.split(' '))) {
      tell(ended(runId ?? '', { type: 'succeeded' }, { roomId: roomId ?? '', threadId: threadId ?? '' }))
    }
    tell(about({ type: 'ThreadDeleted', ...T }))
    expect(ids()).toEqual(['b', 'c'])
    tell(about({ type: 'RoomDeleted', roomId: 'S' }))
    expect(ids()).toEqual(['b'])
  })

  it('S000-C12 S000-71 opening a room or thread without ended runs changes nothing anywhere', () => {
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
