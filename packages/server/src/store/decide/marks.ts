/**
 * Moving a person's read marks: of a thread, of a room, of everything. A mark belongs to one person, and nobody else sees
 * it or is notified of it.
 */
import type { RoomActivity, ThreadInfo, ThreadKey } from '@holdfast/core'
import type { Absent } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { Known, PersonThread } from './facts.ts'
import { type Decision, type Need, needing } from './step.ts'
import { toThreadInfo } from './to-run.ts'
import { afterRead, markOf } from './unread.ts'
import { NOT_FOUND, roomAbsence, threadAbsence } from './visible.ts'

type ThreadAnswer = { readonly type: 'thread'; readonly thread: ThreadInfo } | Absent

type MarkFacts = Known<'room' | 'thread' | 'lastSeq' | 'own'>

export function decideRead(
  facts: MarkFacts,
  principal: Principal,
  _key: ThreadKey,
  seq: number,
): Decision<ThreadAnswer> {
  return marking(facts, principal, (own, head) => afterRead(own, seq, head))
}

export function decideUnread(facts: MarkFacts, principal: Principal): Decision<ThreadAnswer> {
  return marking(facts, principal, (own, head) => ({ ...own, markedUnread: head }))
}

function marking(
  { room, thread, lastSeq, own }: MarkFacts,
  principal: Principal,
  mark: (own: PersonThread | undefined, head: number) => PersonThread,
): Decision<ThreadAnswer> {
  const absent = threadAbsence(room, thread, principal)
  if (absent || !thread) return { answer: absent ?? NOT_FOUND }
  const put = mark(own, lastSeq)
  const answer = { type: 'thread', thread: toThreadInfo(thread, lastSeq, room, put) } as const
  if (put.readSeq === own?.readSeq && put.markedUnread === own?.markedUnread) return { answer }
  const { roomId, threadId } = thread
  const entry = { type: 'ReadMarkMoved', ...markOf(thread, put) } as const
  const { personId } = principal
  return { answer, writes: { key: { roomId, threadId }, log: [], own: { personId, put, entry }, notices: [] } }
}

export function decideReadRoom(
  { room }: Known<'room'>,
  person: Principal,
  roomId: string,
):
  | Decision<{ readonly type: 'activity'; readonly activity: RoomActivity } | Absent>
  | Need<Decision<{ readonly type: 'activity'; readonly activity: RoomActivity } | Absent>> {
  const absent = roomAbsence(room, person)
  if (absent) return { answer: absent }
  return needing(['activity'], ({ activity: [activity] }) => {
    if (!activity) return { answer: NOT_FOUND }
    const answer = { type: 'activity', activity: { ...activity, unread: 0 } } as const
    return activity.unread === 0 ? { answer } : { answer, writes: { person, put: { type: 'read', roomId } } }
  })
}

export function decideReadAll({ activity }: Known<'activity'>, person: Principal): Decision<{ readonly type: 'read' }> {
  const answer = { type: 'read' } as const
  const unread = activity.some((room) => room.unread > 0)
  return unread ? { answer, writes: { person, put: { type: 'read' } } } : { answer }
}
