import type { ThreadInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { nextUnread } from './next-unread.ts'

const thread = (threadId: string, more: Partial<ThreadInfo>): ThreadInfo => ({
  roomId: 'R',
  threadId,
  title: threadId,
  status: 'idle',
  unread: true,
  archived: false,
  lastSeq: 1,
  readSeq: 0,
  completedSeq: 1,
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

it('the next unread thread is the one that matters most, then the newest, never the open one', () => {
  const threads = [
    thread('open', { status: 'needs_you' }),
    thread('read', { unread: false }),
    thread('broke', { status: 'failed' }),
    thread('new', {}),
    thread('old', {}),
    thread('asks', { status: 'needs_you', roomId: 'S' }),
  ]
  const names: (string | undefined)[] = []
  let left: readonly ThreadInfo[] = threads
  for (let next = nextUnread(left, { roomId: 'R', threadId: 'open' }); next; ) {
    names.push(next.threadId)
    const gone = next
    left = left.filter((one) => one !== gone)
    next = nextUnread(left, { roomId: 'R', threadId: 'open' })
  }
  expect(names).toEqual(['asks', 'new', 'old', 'broke'])
  // The same thread id in another room is another thread.
  expect(nextUnread([thread('open', { roomId: 'S' })], { roomId: 'R', threadId: 'open' })?.roomId).toBe('S')
  expect(nextUnread(threads, {})?.threadId).toBe('open')
})
