import type { ThreadInfo } from '@holdfast/core'
import { expect, it } from 'vitest'
import { previewOf, sinceWords, sinceYouLeft } from './since.ts'

const thread = (threadId: string, more: Partial<ThreadInfo>): ThreadInfo => ({
  roomId: 'R',
  threadId,
  title: threadId,
  status: 'idle',
  unread: false,
  archived: false,
  lastSeq: 1,
  readSeq: 0,
  completedSeq: 0,
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

it('lists what needs a person, then what finished, failed and still runs; what was seen is not listed', () => {
  const items = sinceYouLeft([
    thread('works', { status: 'working' }),
    thread('seen', {}),
    thread('broke', { status: 'failed', unread: true }),
    thread('broke before', { status: 'failed' }),
    thread('done', { unread: true }),
    thread('asks', { status: 'needs_you' }),
    thread('held', { status: 'failed', paused: true }),
    thread('waits', { status: 'queued' }),
    thread('done too', { unread: true }),
  ])
  expect(items.map(({ thread: { title }, news }) => `${news}: ${title}`)).toEqual([
    'needs_you: asks',
    'needs_you: held',
    'finished: done',
    'finished: done too',
    'failed: broke',
    'running: works',
    'running: waits',
  ])
  expect(sinceWords(items)).toBe('2 need you · 2 finished · 1 failed · 2 still running')
  expect(sinceWords(items.slice(1, 3))).toBe('1 needs you · 1 finished')
})

it('is empty where nothing has happened', () => {
  expect(sinceYouLeft([thread('a', {}), thread('b', { status: 'failed' })])).toEqual([])
})

it('the first line is text without markup, and absent where it repeats the title', () => {
  const lines = ['Between **three** and `ten` years', 'Why?', undefined].map((preview) =>
    previewOf({ title: 'Why?', ...(preview !== undefined && { preview }) }),
  )
  expect(lines).toEqual(['Between three and ten years', '', ''])
})
