import { expect, it } from 'vitest'
import type { OutcomeType } from '../lifecycle/outcome.ts'
import { isUnread, kindOf, raisesUnread } from './unread.ts'

it('S004-C7 as far read as completed is read, further is unread, and without any completion there is nothing to read', () => {
  expect(isUnread({ completedSeq: 7, readSeq: 7 })).toBe(false)
  expect(isUnread({ completedSeq: 7, readSeq: 6 })).toBe(true)
  expect(isUnread({ completedSeq: 7, readSeq: 0 })).toBe(true)
  expect(isUnread({ completedSeq: 0, readSeq: 0 })).toBe(false)
  expect(isUnread({ completedSeq: 7, readSeq: 9 })).toBe(false)
})

it('a mark by hand makes a thread unread, however far it was read', () => {
  expect(isUnread({ completedSeq: 0, readSeq: 9, markedUnread: true })).toBe(true)
  expect(isUnread({ completedSeq: 9, readSeq: 9, markedUnread: false })).toBe(false)
})

it('success, failure and a question are news and make a thread unread; a stop is only a note, a replaced run not even that', () => {
  const outcomes: readonly OutcomeType[] = ['succeeded', 'failed', 'interrupted', 'cancelled', 'superseded']
  expect(outcomes.map((outcome) => [kindOf(outcome), raisesUnread(outcome)])).toEqual([
    ['finished', true],
    ['failed', true],
    ['needs_you', true],
    ['stopped', false],
    [undefined, false],
  ])
})
