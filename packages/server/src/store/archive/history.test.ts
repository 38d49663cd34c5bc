import type { Envelope } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createHistory } from './history.ts'

const KEY = { roomId: 'r', threadId: 't' }
const time = (second: number) => `2026-01-01T00:00:0${second}.000Z`

function record(seq: number, type: string, more: Partial<Envelope> = {}): Envelope {
  return { v: 1, ...KEY, runId: 'run', seq, at: time(seq), kind: 'control', event: { type }, ...more } as Envelope
}

const WHOLE = [record(1, 'run.accepted'), record(2, 'run.status'), record(3, 'run.ended')]

describe('the history of one thread', () => {
  it('accepts what one server wrote', () => {
    const history = createHistory(KEY)
    const { runId: _, ...renamed } = record(4, 'thread.changed')
    for (const each of [...WHOLE, renamed as Envelope, record(5, 'run.accepted', { runId: 'b' })]) history.add(each)
    expect(history.length).toBe(5)
  })

  it.each([
    ['a position that comes twice', record(3, 'run.status')],
    ['a position that is left out', record(5, 'run.status')],
    ['a record of another thread', record(4, 'run.status', { threadId: 'other', runId: 'b' })],
    ['time that runs backwards', record(4, 'run.accepted', { runId: 'b', at: time(1) })],
    ['a record of a run that had ended', record(4, 'run.status')],
    ['a second end', record(4, 'run.ended')],
  ])('refuses %s', (_, odd) => {
    const history = createHistory(KEY)
    for (const each of WHOLE) history.add(each)
    expect(() => history.add(odd)).toThrow(/^record 4 /)
  })

  it('refuses a run that is accepted twice', () => {
    const history = createHistory(KEY)
    history.add(record(1, 'run.accepted'))
    expect(() => history.add(record(2, 'run.accepted'))).toThrow(/again/)
  })
})
