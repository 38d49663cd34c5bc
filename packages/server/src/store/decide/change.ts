/** Changes of a room's or a thread's title and settings. A change that changes nothing writes no record. */
import type { ThreadInfo, ThreadKey } from '@holdfast/core'
import type { Absent, Room, RoomChange, ThreadChange } from '../port.ts'
import type { Principal } from '../principal.ts'
import { toRoom } from './create.ts'
import type { Known, ThreadRow } from './facts.ts'
import { controlRecord } from './records.ts'
import type { Decision } from './step.ts'
import { iso, toThreadInfo } from './to-run.ts'
import { DELETED, isVisible, NOT_FOUND, threadAbsence } from './visible.ts'

export function decideRoomChange(
  { room: held }: Known<'room'>,
  principal: Principal,
  _roomId: string,
  { title = held?.title, agentId = held?.agentId }: RoomChange,
): Decision<{ readonly type: 'room'; readonly room: Room } | Absent> {
  if (!isVisible(held, principal)) return { answer: NOT_FOUND }
  if (held.deletedAt !== undefined) return { answer: DELETED }
  const { made = { title: held.title, ...(held.agentId !== undefined && { agentId: held.agentId }) } } = held
  const room = { ...held, title: title ?? held.title, ...(agentId !== undefined && { agentId }) }
  const answer = { type: 'room', room: toRoom(room) } as const
  const same = room.title === held.title && room.agentId === held.agentId
  return same ? { answer } : { answer, writes: { room: { ...room, made } } }
}

export function decideThreadChange(
  { room, thread: held, lastSeq }: Known<'room' | 'thread' | 'lastSeq'>,
  principal: Principal,
  _key: ThreadKey,
  change: ThreadChange,
): Decision<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent> {
  const absent = threadAbsence(room, held, principal)
  if (absent || !held) return { answer: absent ?? NOT_FOUND }
  const generated = change.insteadOf !== undefined
  const renamed = !generated || (change.insteadOf === held.title && held.madeTitle === undefined)
  const title = renamed && change.title !== held.title ? change.title : undefined
  const archived = change.archived === held.archived ? undefined : change.archived
  const mutedUntil = change.mutedUntil === (held.mutedUntil ?? null) ? undefined : change.mutedUntil
  const { roomId, threadId } = held
  const key = { roomId, threadId }
  // Giving it the name that it has already keeps that name: no generated one replaces it.
  const named = !generated && change.title !== undefined
  const madeTitle = named || title !== undefined ? (held.madeTitle ?? held.title) : held.madeTitle
  if (title === undefined && archived === undefined && mutedUntil === undefined) {
    const answer = { type: 'thread', thread: toThreadInfo(held, lastSeq, room) } as const
    if (madeTitle === undefined || madeTitle === held.madeTitle) return { answer }
    return { answer, writes: { key, thread: { ...held, madeTitle }, log: [], notices: [] } }
  }
  const { mutedUntil: muted, ...rest } = held
  const until = mutedUntil === undefined ? muted : (mutedUntil ?? undefined)
  const thread: ThreadRow = {
    ...rest,
    ...(until !== undefined && { mutedUntil: until }),
    ...(title !== undefined && { title }),
    ...(madeTitle !== undefined && { madeTitle }),
    ...(archived !== undefined && { archived }),
  }
  return {
    answer: { type: 'thread', thread: toThreadInfo(thread, lastSeq + 1, room) },
    writes: {
      key,
      thread,
      ...(title !== undefined && { titled: true }),
      log: [
        controlRecord(undefined, {
          type: 'thread.changed',
          ...(title !== undefined && { title }),
          ...(mutedUntil !== undefined && { mutedUntil: mutedUntil === null ? null : iso(mutedUntil) }),
          ...(archived !== undefined && { archived }),
        }),
      ],
      notices: [],
    },
  }
}
