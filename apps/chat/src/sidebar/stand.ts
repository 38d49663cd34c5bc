/**
 * Where a thread stands, on the one ladder that every list uses: needs you, working, queued, finished and unread, failed
 * and unread, idle.
 *
 * Owns: the ladder. Does not know: React, how a stand looks (`status-mark.tsx`).
 */
import type { ThreadInfo, ThreadStatus } from '@holdfast/core'

/** `paused`: its queue starts when a person resumes it. `failed-seen`: its person has seen that it failed. */
export type Stand = Exclude<ThreadStatus, 'failed'> | 'paused' | 'finished' | 'failed' | 'failed-seen'

const LADDER = [
  'needs_you',
  'paused',
  'working',
  'queued',
  'finished',
  'failed',
  'failed-seen',
  'idle',
] as const satisfies readonly Stand[]

type Standing = Pick<ThreadInfo, 'status' | 'unread' | 'paused'>

/** `open`: it is on screen, where nothing counts as unread. */
export function standOf({ status, unread, paused }: Standing, open = false): Stand {
  const isNew = unread && !open
  switch (status) {
    case 'needs_you':
      return paused ? 'paused' : 'needs_you'
    case 'failed':
      if (paused) return 'paused'
      return isNew ? 'failed' : 'failed-seen'
    case 'working':
    case 'queued':
      return status
    case 'idle':
      return isNew ? 'finished' : 'idle'
  }
}

/** Highest first; equal ones keep their order. */
export function byLadder<T extends Standing>(threads: readonly T[]): readonly T[] {
  const rank = (thread: T) => LADDER.indexOf(standOf(thread))
  return threads.toSorted((a, b) => rank(a) - rank(b))
}
