/** Changes of a room's or a thread's title and settings. A change that changes nothing writes no record. */
import type { ThreadInfo, ThreadKey } from '@holdfast/core'
import type { Absent, RoomChange, SeenRoom, ThreadChange } from '../port.ts'
import type { Principal } from '../principal.ts'
import { toRoom } from './create.ts'
import type { Known, LogRecord, OwnEntry, PersonRoom, PersonThread, ThreadRow } from './facts.ts'
import { controlRecord } from './records.ts'
import type { Decision } from './step.ts'
import { iso, toThreadInfo } from './to-run.ts'
import { DELETED, isVisible, NOT_FOUND, threadAbsence } from './visible.ts'

/** The title and the agent belong to the room. A mute belongs to the person. */
export function decideRoomChange(
  { room: held, ownRoom }: Known<'room' | 'ownRoom'>,
  person: Principal,
  roomId: string,
  { title, agentId, mutedUntil }: RoomChange,
): Decision<{ readonly type: 'room'; readonly room: SeenRoom } | Absent> {
  if (!isVisible(held, person)) return { answer: NOT_FOUND }
  if (held.deletedAt !== undefined) return { answer: DELETED }
  const { made = { title: held.title, ...(held.agentId !== undefined && { agentId: held.agentId }) } } = held
  const room = { ...held, ...(title !== undefined && { title }), ...(agentId !== undefined && { agentId }) }
  const own = mutedFor(ownRoom, mutedUntil)
  const same = room.title === held.title && room.agentId === held.agentId
  return {
    answer: { type: 'room', room: toRoom(room, own ?? ownRoom) },
    writes: [
      ...(same ? [] : [{ room: { ...room, made } }]),
      ...(own ? [{ person, put: { type: 'room', roomId, own } } as const] : []),
    ],
  }
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
  const put = mutedFor(own, change.mutedUntil)
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
      ...(put && { own: { personId: principal.personId, put, entry: muteEntry(put) } }),
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

/** What it is to the person with this mute; undefined if the mute is no change. */
function mutedFor<Own extends PersonThread | PersonRoom>(
  own: Own | undefined,
  mutedUntil: number | null | undefined,
): Own | undefined {
  if (mutedUntil === undefined || mutedUntil === (own?.mutedUntil ?? null)) return undefined
  const { mutedUntil: _, ...rest } = own ?? ({} as Own)
  return { ...rest, ...(mutedUntil !== null && { mutedUntil }) } as Own
}

function muteEntry({ mutedUntil }: PersonThread): OwnEntry {
  return { type: 'ThreadChanged', mutedUntil: mutedUntil === undefined ? null : iso(mutedUntil) }
}
