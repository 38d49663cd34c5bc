/** Creates rooms and threads. Safe to retry; refused if something else has the id. */
import { emptyView, type ThreadKey } from '@holdfast/core'
import type { Absent, Room, RoomStore, SeenRoom, ThreadStore } from '../port.ts'
import type { Principal } from '../principal.ts'
import { threadAfter } from './commit.ts'
import type { Known, PersonRoom, RoomRow } from './facts.ts'
import { type Decision, type Need, needing } from './step.ts'
import { toThreadInfo } from './to-run.ts'
import { DELETED, isVisible, NOT_FOUND, threadAbsence } from './visible.ts'

type RoomAnswer = Awaited<ReturnType<RoomStore['create']>>
type ThreadAnswer = Awaited<ReturnType<ThreadStore['create']>>

export function decideRoomCreate(
  { now, room: held }: Known<'room'>,
  { tenantId, personId }: Principal,
  { roomId, title, agentId }: Room,
  defaultAgentId?: string,
): Decision<RoomAnswer> | Need<Decision<RoomAnswer>> {
  const room: Room = { roomId, title, ...(agentId !== undefined && { agentId }) }
  if (!held) {
    const made = { ...room, tenantId, ownerId: personId, createdAt: now }
    return { answer: { type: 'created', room }, writes: { room: made } }
  }
  if (held.deletedAt !== undefined) return { answer: DELETED }
  const made = held.made ?? held
  const same = made.title === title && (made.agentId ?? defaultAgentId) === (agentId ?? defaultAgentId)
  if (!same) return { answer: { type: 'conflict' } }
  return needing(['ownRoom'], ({ ownRoom }) => ({ answer: { type: 'same', room: toRoom(held, ownRoom) } }))
}

export function decideRoomGet(
  { room, ownRoom }: Known<'room' | 'ownRoom'>,
  principal: Principal,
): Decision<{ readonly type: 'room'; readonly room: SeenRoom } | Absent> {
  if (!isVisible(room, principal)) return { answer: NOT_FOUND }
  return { answer: room.deletedAt === undefined ? { type: 'room', room: toRoom(room, ownRoom) } : DELETED }
}

export function toRoom({ roomId, title, agentId }: RoomRow, { mutedUntil }: PersonRoom = {}): SeenRoom {
  return {
    roomId,
    title,
    ...(agentId !== undefined && { agentId }),
    ...(mutedUntil !== undefined && { mutedUntil }),
  }
}

export function decideThreadCreate(
  { now, room, thread: held, lastSeq }: Known<'room' | 'thread' | 'lastSeq'>,
  principal: Principal,
  { roomId, threadId }: ThreadKey,
  title: string,
): Decision<ThreadAnswer> | Need<Decision<ThreadAnswer>> {
  const absent = threadAbsence(room, held, principal)
  if (absent) return { answer: absent }
  if (held) {
    if ((held.madeTitle ?? held.title) !== title) return { answer: { type: 'conflict' } }
    return needing(['own'], ({ own }) => ({ answer: { type: 'same', thread: toThreadInfo(held, lastSeq, room, own) } }))
  }
  const key = { roomId, threadId }
  const thread = {
    ...key,
    ownerId: principal.personId,
    title,
    // A title that a person gave is never replaced by a generated one.
    ...(title !== '' && { madeTitle: title }),
    archived: false,
    createdAt: now,
    updatedAt: now,
  }
  const row = threadAfter(thread, emptyView(key))
  return {
    answer: { type: 'created', thread: toThreadInfo({ ...row, completedSeq: 0 }, 0, room, undefined) },
    writes: { key, thread, titled: true, log: [], notices: [] },
  }
}
