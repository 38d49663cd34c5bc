import type { ActiveRun } from '@holdfast/client'
import type { RoomInfo, ThreadInfo, ThreadStatus } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ordinal } from '../sidebar/ordinal.ts'
import { overviewOf, summaryOf } from './overview.ts'

const rooms: readonly RoomInfo[] = [
  { roomId: 'R', title: 'Garden', agentId: 'demo' },
  { roomId: 'S', title: '', agentId: 'demo' },
]
const thread = (roomId: string, threadId: string, status: ThreadStatus, archived = false): ThreadInfo => ({
  roomId,
  threadId,
  title: threadId,
  status,
  unread: false,
  readSeq: 0,
  completedSeq: 0,
  archived,
  lastSeq: 1,
  updatedAt: '2026-01-01T00:00:00.000Z',
})
const run = (roomId: string, threadId: string, activity: ActiveRun['activity']): ActiveRun => ({
  key: { roomId, threadId },
  runId: `${roomId}-${threadId}`,
  activity,
})

describe('the overview of all rooms', () => {
  it('lists what needs a person first, then what works, then what is queued, and no idle thread', () => {
    const lists = [
      [thread('R', 'waits', 'queued'), thread('R', 'works', 'working'), thread('R', 'rests', 'idle')],
      [thread('S', 'asks', 'needs_you'), thread('S', 'failed', 'failed')],
    ]
    const { items, threads } = overviewOf(rooms, lists, [])
    expect(items.map(({ title, room, state }) => [title, room, state])).toEqual([
      ['asks', 'S', 'needs_you'],
      ['works', 'Garden', 'working'],
      ['waits', 'Garden', 'queued'],
    ])
    expect(threads).toHaveLength(5)
  })

  it('knows a run of this device before the list does, by room and thread, and that it is being stopped', () => {
    const lists = [[thread('R', 'T', 'idle'), thread('R', 'U', 'working')], [thread('S', 'T', 'idle')]]
    const { items } = overviewOf(rooms, lists, [run('R', 'T', 'starting'), run('R', 'U', 'cancelling')])
    expect(items).toEqual([
      { key: { roomId: 'R', threadId: 'T' }, title: 'T', room: 'Garden', state: 'working', runId: 'R-T' },
      { key: { roomId: 'R', threadId: 'U' }, title: 'U', room: 'Garden', state: 'stopping', runId: 'R-U' },
    ])
  })

  it('S001-54 lists each thread once, from the first source that knows it', () => {
    const lists = [[thread('R', 'T', 'working')], [thread('R', 'T', 'idle'), thread('R', 'U', 'idle')]]
    const { items, threads } = overviewOf(rooms, lists, [])
    expect(items).toMatchObject([{ title: 'T', state: 'working' }])
    expect(threads.map(({ threadId, status }) => [threadId, status])).toEqual([
      ['T', 'working'],
      ['U', 'idle'],
    ])
  })

  it('gives a thread that waits for a slot its place and the total, in order: 2nd of 3', () => {
    const waits = (threadId: string, position?: number): ThreadInfo => ({
      ...thread('R', threadId, 'queued'),
      ...(position !== undefined && { position }),
    })
    const { items } = overviewOf(rooms, [[waits('c', 3), waits('a', 1), waits('b', 2), waits('held')]], [])
    expect(items.map(({ title, place }) => [title, place])).toEqual([
      ['a', { position: 1, of: 3 }],
      ['b', { position: 2, of: 3 }],
      ['c', { position: 3, of: 3 }],
      ['held', undefined],
    ])
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 103].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 103rd',
    )
  })

  it('lists a paused queue among what needs a person, with the failure that paused it', () => {
    const paused = (threadId: string, status: ThreadStatus): ThreadInfo => ({
      ...thread('R', threadId, status),
      paused: true,
    })
    const lists = [[paused('stopped', 'needs_you'), paused('broke', 'failed'), paused('works', 'working')]]
    const { items } = overviewOf(rooms, lists, [])
    expect(items.map(({ title, state, failed }) => [title, state, failed])).toEqual([
      ['stopped', 'paused', undefined],
      ['broke', 'paused', true],
      ['works', 'working', undefined],
    ])
    expect(summaryOf(items, 0)).toBe('1 running · 2 need you')
  })

  it('lists what finished or failed and was not seen, until something runs there again', () => {
    const ended = (threadId: string, status: ThreadStatus, unread = true): ThreadInfo => ({
      ...thread('R', threadId, status),
      unread,
    })
    const lists = [
      [ended('done', 'idle'), ended('seen', 'idle', false), ended('broke', 'failed'), ended('again', 'idle')],
      [ended('asks', 'needs_you')],
    ]
    const { finished } = overviewOf(rooms, lists, [run('R', 'again', 'starting')])
    expect(finished.map(({ title, room }) => [title, room])).toEqual([
      ['done', 'Garden'],
      ['broke', 'Garden'],
    ])
  })

  it('is summarised in words, without zeros', () => {
    const lists = [[thread('R', 'a', 'working'), thread('R', 'b', 'working'), thread('R', 'c', 'needs_you')], []]
    const { items } = overviewOf(rooms, lists, [])
    expect(summaryOf(items, 2)).toBe('2 running · 1 needs you · 2 finished')
    expect(summaryOf([], 0)).toBe('')
  })

  it('includes archived threads with their titles', () => {
    const lists = [[thread('R', 'works', 'working', true), thread('R', 'rests', 'idle', true)], []]
    const { items, threads } = overviewOf(rooms, lists, [])
    expect(items.map(({ title }) => title)).toEqual(['works'])
    expect(threads.map(({ title, archived }) => [title, archived])).toEqual([
      ['works', true],
      ['rests', true],
    ])
  })
})
