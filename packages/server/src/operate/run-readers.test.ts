import { expect, it } from 'vitest'
import type { ActivityLine } from './activity-lines.ts'
import { createRunReaders, MAX_LINES } from './run-readers.ts'

const KEY = { tenantId: 'local', roomId: 'default', threadId: 't1' }
const AT = '2026-01-01T00:00:00.000Z'
const joined = { type: 'reader_joined', ...KEY, seq: 0 } as const
const left = { type: 'reader_left', ...KEY, seq: 7 } as const
const event = (type: 'run_started' | 'run_ended'): ActivityLine =>
  ({ type, ...KEY, runId: 'r1', at: AT, seq: 1, outcome: 'succeeded' }) as ActivityLine

function readersOf(lives: { current?: ReadonlyMap<string, unknown> }) {
  return createRunReaders({ lives: { livesIn: () => lives.current }, now: () => Date.parse(AT) })
}

it('the lines of a run’s begin and end say how many readers follow its thread', () => {
  const readers = readersOf({})
  expect(readers.lineOf(event('run_started'))).toMatchObject({ type: 'run_started', readers: 0 })
  readers.changed(joined)
  readers.changed(joined)
  readers.changed({ ...joined, threadId: 't2' })
  readers.changed(left)
  expect(readers.lineOf(event('run_ended'))).toMatchObject({ type: 'run_ended', readers: 1 })
})

it('a reader that joins or leaves is a line only while a run of the thread goes on', () => {
  const lives: { current?: ReadonlyMap<string, unknown> } = {}
  const readers = readersOf(lives)
  expect(readers.changed(joined)).toBeUndefined()
  lives.current = new Map([['r1', {}]])
  expect(readers.changed({ ...joined, seq: 5 })).toEqual({ ...joined, at: AT, seq: 5, readers: 2 })
  expect(readers.changed(left)).toEqual({ ...left, at: AT, readers: 1 })
  delete lives.current
  expect(readers.changed(left)).toBeUndefined()
})

it('a page that reconnects in a loop writes a bounded number of lines, and the count stays right', () => {
  const lives = { current: new Map() }
  const readers = readersOf(lives)
  let lines = 0
  for (let n = 0; n < MAX_LINES; n++) {
    if (readers.changed(joined)) lines++
    if (readers.changed(left)) lines++
  }
  expect(lines).toBe(MAX_LINES)
  readers.changed(joined)
  expect(readers.lineOf(event('run_ended'))).toMatchObject({ readers: 1 })
  lives.current = new Map()
  expect(readers.changed(left)).toMatchObject({ type: 'reader_left' })
})
