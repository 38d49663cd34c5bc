/** Which of two statements about what is unread is the newer one. */
import type { InboxEvent, InboxFrame, ThreadInfo, ThreadKey } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createMarks, type UnreadChange } from './marks.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
const C: ThreadKey = { roomId: 'R2', threadId: 'T1' }

function line(key: ThreadKey, more: Partial<ThreadInfo> = {}): ThreadInfo {
  const head = { title: '', status: 'idle', archived: false, lastSeq: 9, updatedAt: '' } as const
  return { ...key, ...head, readSeq: 0, completedSeq: 0, unread: false, ...more }
}

function setUp() {
  const marks = createMarks()
  const told: UnreadChange[] = []
  marks.subscribe((change) => void told.push(change))
  const hear = (event: InboxEvent & { readonly roomId?: string }) =>
    marks.hear({ at: '', cursor: '', ...event } as InboxFrame)
  const ended = (key: ThreadKey, completedSeq: number, unread = true) =>
    hear({ type: 'RunCompleted', ...key, runId: 'run', outcome: { type: 'succeeded' }, completedSeq, unread })
  const unread = (key: ThreadKey) => marks.applyTo(line(key)).unread
  return { marks, told, hear, ended, unread }
}

it('S004-C7 a list that was asked for before the thread was read does not mark it as unread again', () => {
  const { marks, ended, unread } = setUp()
  ended(A, 5)
  const asked = marks.now
  marks.read(A, 5)
  marks.learn(line(A, { completedSeq: 5, unread: true }), asked)
  expect(unread(A)).toBe(false)
  expect(marks.of(A)).toMatchObject({ completedSeq: 5, readSeq: 5 })
})

it('S004-C7 a list that was asked for before a run ended does not take its mark away', () => {
  const { marks, ended, unread } = setUp()
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), marks.now)
  const asked = marks.now
  ended(A, 9)
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), asked)
  expect(unread(A)).toBe(true)
})

it('S004-C7 no thread is marked by a list that knows no completion, and one without any mark is unread once it has one', () => {
  const { marks, unread, told } = setUp()
  marks.learn(line(A), marks.now)
  expect([unread(A), unread(B)]).toEqual([false, false])
  marks.learn(line(A, { completedSeq: 3, unread: true }), marks.now)
  expect(unread(A)).toBe(true)
  expect(told).toEqual([{ ...A, unread: true }])
})

it('S004-C8 a mark that was set during a load is not undone by what the load answers, nor while it is on its way', () => {
  const { marks, unread } = setUp()
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), marks.now)
  const asked = marks.now
  marks.markUnread(A)
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), asked)
  expect(unread(A)).toBe(true)
  marks.hold(A, true)
  // Asked for after the change, but answered before the server had it.
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), marks.now)
  expect(unread(A)).toBe(true)
  marks.hold(A, false)
  marks.learn(line(A, { completedSeq: 5, readSeq: 5 }), marks.now)
  expect(unread(A)).toBe(false)
})

it('reading up to an earlier end leaves the later one unread, and a position never goes back', () => {
  const { marks, ended, unread, hear } = setUp()
  ended(A, 5)
  ended(A, 9)
  marks.read(A, 5)
  expect(unread(A)).toBe(true)
  hear({ type: 'ReadMarkMoved', ...A, readSeq: 9, unread: false })
  hear({ type: 'ReadMarkMoved', ...A, readSeq: 2, unread: true })
  ended(A, 7)
  expect(marks.of(A)).toMatchObject({ completedSeq: 9, readSeq: 9 })
  expect(marks.read(A, 9)).toBe(false)
})

it('that a room was read counts for its threads, not for those of other rooms, and not for what ends there later', () => {
  const { marks, ended, unread, hear } = setUp()
  for (const key of [A, B, C]) ended(key, 5)
  marks.markUnread(B)
  hear({ type: 'ReadMarkMoved', roomId: 'R1', all: true })
  expect([A, B, C].map(unread)).toEqual([false, false, true])
  ended(A, 9)
  expect(unread(A)).toBe(true)
  hear({ type: 'ReadMarkMoved', all: true })
  expect([A, B, C].map(unread)).toEqual([false, false, false])
})

it('a run that had ended after the room was read stays unread, though its end was known before', () => {
  const { marks, ended, unread, hear } = setUp()
  marks.learn(line(A, { completedSeq: 9, unread: true }), marks.now)
  // From before that end; the inbox is a moment behind the list.
  hear({ type: 'ReadMarkMoved', roomId: 'R1', all: true })
  ended(A, 9)
  expect(unread(A)).toBe(true)
})

it('S000-C12 reading a thread or a room that is not known leaves every other one alone', () => {
  const { marks, ended, unread, told } = setUp()
  ended(A, 5)
  marks.read(C, 5)
  marks.takeBack(marks.readRoom('R9'))
  expect([unread(A), unread(C)]).toEqual([true, false])
  expect(told).toEqual([{ ...A, unread: true }])
})

it('a room that could not be marked as read is as before', () => {
  const { marks, ended, unread } = setUp()
  ended(A, 5)
  marks.markUnread(B)
  const attempt = marks.readRoom('R1')
  expect([unread(A), unread(B)]).toEqual([false, false])
  marks.takeBack(attempt)
  expect([unread(A), unread(B)]).toEqual([true, true])
})

it('S004-C8 a failed attempt to read a room takes back nothing that was read before, or that the server has said', () => {
  const { marks, hear, ended, unread } = setUp()
  for (const key of [A, C]) ended(key, 5)
  marks.readRoom('R1')
  ended(B, 7)
  marks.takeBack(marks.readRoom('R1'))
  expect([unread(A), unread(B), unread(C)]).toEqual([false, true, true])
  // The answer is lost on its way, but the inbox says that it was done.
  const everything = marks.readRoom()
  hear({ type: 'ReadMarkMoved', all: true })
  marks.takeBack(everything)
  expect([unread(A), unread(B), unread(C)]).toEqual([false, false, false])
})

it('an end that the server already counts as read is read, and a thread that is deleted is forgotten', () => {
  const { marks, ended, unread, hear } = setUp()
  ended(A, 5, false)
  expect(unread(A)).toBe(false)
  ended(B, 5)
  hear({ type: 'ThreadDeleted', ...B })
  expect(marks.of(B)).toBeUndefined()
  hear({ type: 'RoomDeleted', roomId: 'R1' })
  expect(marks.of(A)).toBeUndefined()
})

it('entries with positions that are no numbers change nothing', () => {
  const { marks, ended, hear } = setUp()
  ended(A, 5)
  const before = marks.of(A)
  hear({ type: 'ReadMarkMoved', ...A, readSeq: 'x', unread: false } as never)
  ended(A, 'x' as never)
  expect(marks.of(A)).toEqual(before)
})

it('a thread of which nothing else is known stays the same object', () => {
  const { marks } = setUp()
  const thread = line(A, { completedSeq: 5, readSeq: 5 })
  marks.learn(thread, marks.now)
  expect(marks.applyTo(thread)).toBe(thread)
})

it('the marks of ten thousand threads are kept, and the next answer tells the others again', () => {
  const { marks, ended } = setUp()
  const key = (n: number) => ({ roomId: 'R1', threadId: `T${n}` })
  for (let n = 0; n <= 10_000; n += 1) ended(key(n), 5)
  expect(marks.of(key(0))).toBeUndefined()
  expect(marks.of(key(1))).toBeDefined()
  marks.learn(line(key(0), { completedSeq: 5, readSeq: 5 }), marks.now)
  expect(marks.of(key(0))).toMatchObject({ readSeq: 5 })
})
