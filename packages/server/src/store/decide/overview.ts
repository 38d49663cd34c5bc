/** The roll-up from threads to rooms. Counts come from stored rows, never from notices. */
import type { InboxOverview, RoomActivity, ThreadInfo } from '@holdfast/core'
import { encodeInboxCursor, type InboxPosition } from './inbox-cursor.ts'

/** How many threads that are not idle, and how many unread ones, an overview lists at most. Its counts are whole. */
export const MAX_OVERVIEW_THREADS = 1_000
export const MAX_OVERVIEW_UNREAD = 50

/** How many threads of a room are in a state. */
export interface RoomCount {
  readonly roomId: string
  readonly state: 'working' | 'needs_you' | 'unread'
  readonly count: number
}

const FIELD = { working: 'working', needs_you: 'needsYou', unread: 'unread' } as const

export interface OverviewFacts {
  readonly activity: readonly RoomActivity[]
  /** Newest activity first. */
  readonly threads: readonly ThreadInfo[]
  /** The newest positions of both logs. */
  readonly head: InboxPosition
}

/** `roomIds`: in the order of their creation. */
export function activityOf(roomIds: readonly string[], counts: readonly RoomCount[]): readonly RoomActivity[] {
  const activity = new Map<string, RoomActivity>()
  for (const roomId of roomIds) activity.set(roomId, { roomId, unread: 0, working: 0, needsYou: 0 })
  for (const { roomId, state, count } of counts) {
    const room = activity.get(roomId)
    if (room) activity.set(roomId, { ...room, [FIELD[state]]: room[FIELD[state]] + count })
  }
  return [...activity.values()]
}

export function overviewOf({ activity, threads, head }: OverviewFacts): InboxOverview {
  return { rooms: activity, threads, cursor: encodeInboxCursor(head) }
}
