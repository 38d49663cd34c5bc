/** Changes of a room's or a thread's title and settings. A change that changes nothing writes no record. */
import type { ThreadInfo, ThreadKey } from '@holdfast/core'
import type { Absent, Room, RoomChange, ThreadChange } from '../port.ts'
import type { Principal } from '../principal.ts'
import { toRoom } from './create.ts'
import type { Known, LogRecord, PersonThread, ThreadRow } from './facts.ts'
import { controlRecord } from './records.ts'
import type { Decision } from './step.ts'
import { toThreadInfo } from './to-run.ts'
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

/** The title and the archived flag belong to the thread, and its readers are notified. A mute belongs to the person. */
export function decideThreadChange(
  { room, thread: held, lastSeq, own }: Known<'room' | 'thread' | 'lastSeq' | 'own'>,
  principal: Principal,
  _key: ThreadKey,
  change: ThreadChange,
): Decision<{ readonly type: 'thread'; readonly thread: ThreadInfo } | Absent> {
  const absent = threadAbsence(room, held, principal)
  if (absent || !held) return { answer: absent ?? NOT_FOUND }
  const changed = changedRow(held, change)
  const put = changedOwn(own, change)
  const records = changed?.records ?? []
  const { roomId, threadId } = held
  const answer = {
    type: 'thread',
    thread: toThreadInfo(changed?.thread ?? held, lastSeq + records.length, room, put ?? own),
  } as const
  if (!changed && !put) return { answer }
  return {
    answer,
    writes: {
      key: { roomId, threadId },
      ...(changed && { thread: changed.thread }),
      ...(changed?.titled && { titled: true as const }),
      log: records,
      ...(put && { own: { personId: principal.personId, put } }),
      notices: [],
    },
  }
}

interface ChangedRow {
  readonly thread: ThreadRow
  readonly titled: boolean
  readonly records: readonly LogRecord[]
}

function changedRow(held: ThreadRow, change: ThreadChange): ChangedRow | undefined {
  const generated = change.insteadOf !== undefined
  const renamed = !generated || (change.insteadOf === held.title && held.madeTitle === undefined)
  const title = renamed && change.title !== held.title ? change.title : undefined
  const archived = change.archived === held.archived ? undefined : change.archived
  // Setting the title that the thread already has still marks it as named by a person, so no generated title replaces
  // it.
  const named = !generated && change.title !== undefined
  const madeTitle = named || title !== undefined ? (held.madeTitle ?? held.title) : held.madeTitle
  if (title === undefined && archived === undefined) {
    if (madeTitle === undefined || madeTitle === held.madeTitle) return undefined
    return { thread: { ...held, madeTitle }, titled: false, records: [] }
  }
  const said = { ...(title !== undefined && { title }), ...(archived !== undefined && { archived }) }
  return {
    thread: { ...held, ...said, ...(madeTitle !== undefined && { madeTitle }) },
    titled: title !== undefined,
    records: [controlRecord(undefined, { type: 'thread.changed', ...said })],
  }
}

function changedOwn(own: PersonThread | undefined, { mutedUntil }: ThreadChange): PersonThread | undefined {
  if (mutedUntil === undefined || mutedUntil === (own?.mutedUntil ?? null)) return undefined
  const { mutedUntil: _, ...rest } = own ?? {}
  return { ...rest, ...(mutedUntil !== null && { mutedUntil }) }
}
