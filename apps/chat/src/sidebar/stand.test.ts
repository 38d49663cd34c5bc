import type { ThreadStatus } from '@holdfast/core'
import { expect, it } from 'vitest'
import { byLadder, type Stand, standOf } from './stand.ts'

/** For each status: read, unread, unread and on screen. */
const TABLE: Readonly<Record<ThreadStatus, readonly [read: Stand, unread: Stand, open: Stand]>> = {
  needs_you: ['needs_you', 'needs_you', 'needs_you'],
  working: ['working', 'working', 'working'],
  queued: ['queued', 'queued', 'queued'],
  failed: ['failed-seen', 'failed', 'failed-seen'],
  idle: ['idle', 'finished', 'idle'],
}

it('a thread stands by its status, and a finished or failed one also by whether its person has seen it', () => {
  for (const [status, stands] of Object.entries(TABLE) as [ThreadStatus, readonly Stand[]][]) {
    expect([
      standOf({ status, unread: false }),
      standOf({ status, unread: true }),
      standOf({ status, unread: true }, true),
    ]).toEqual(stands)
  }
  for (const status of ['needs_you', 'failed'] as const)
    expect(standOf({ status, unread: false, paused: true })).toBe('paused')
  expect(standOf({ status: 'working', unread: false, paused: true })).toBe('working')
})

it('the ladder is: needs you, working, queued, finished unread, failed unread, seen and idle', () => {
  const threads = (['idle', 'failed', 'queued', 'working', 'needs_you'] as const).flatMap((status) =>
    [false, true].map((unread) => ({ status, unread })),
  )
  expect(byLadder(threads).map((thread) => standOf(thread))).toEqual([
    'needs_you',
    'needs_you',
    'working',
    'working',
    'queued',
    'queued',
    'finished',
    'failed',
    'failed-seen',
    'idle',
  ])
})
