/**
 * Deleting threads and rooms. A live run is cancelled first, in the same transaction, so that its readers see its end;
 * `thread.deleted` is the thread's last record. Only a tombstone is left: a later write finds no run, and the thread
 * never comes back (I8).
 */
import { openingNow, type ThreadKey } from '@holdfast/core'
import type { DeleteAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import { runOf } from '../tenant-thread.ts'
import type { Facts, Known, ThreadRow, Writes } from './facts.ts'
import { endBeforeStart } from './opening.ts'
import { endOrphan } from './orphan.ts'
import { controlRecord } from './records.ts'
import { type Decision, type Need, needing, type Part, type Several, several } from './step.ts'
import { DELETED, isVisible, NOT_FOUND } from './visible.ts'

const GONE: DeleteAnswer = { type: 'gone' }

/** A thread to delete. `current` is its live run, or the one that starts next. */
interface Doomed {
  readonly thread: ThreadRow
  readonly current: RunRecord | undefined
}

export function decideThreadDelete(
  { room, thread: held, current }: Known<'room' | 'thread' | 'current'>,
  principal: Principal,
  _key: ThreadKey,
  force: boolean,
): Decision<DeleteAnswer> | Need<Decision<DeleteAnswer>> {
  if (!isVisible(room, principal)) return { answer: NOT_FOUND }
  if (held?.deleted) return { answer: GONE }
  if (room.deletedAt !== undefined) return { answer: DELETED }
  if (!held) return { answer: NOT_FOUND }
  if (current && !force) return { answer: { type: 'run_active', runId: current.runId } }
  return deletion({ thread: held, current }, principal)
}

export function decideRoomDelete(
  { now, room }: Known<'room'>,
  principal: Principal,
  _roomId: string,
  force: boolean,
): Decision<DeleteAnswer> | Need<Decision<DeleteAnswer> | Several<DeleteAnswer>> {
  if (!isVisible(room, principal)) return { answer: NOT_FOUND }
  if (room.deletedAt !== undefined) return { answer: GONE }
  const { made: _, ...row } = room
  const tombstone = { ...row, title: '', deletedAt: now }
  return needing(['threads'], ({ threads }) => {
    const live = threads.find(({ current }) => current)?.current
    if (live && !force) return { answer: { type: 'run_active', runId: live.runId } }
    const part = (one: Doomed): Part<DeleteAnswer> => {
      return { subject: runOf(principal, one.thread, ''), ...deletion(one, principal) }
    }
    return several(threads.map(part), () => GONE, { room: tombstone })
  })
}

/** The view is loaded only to end a run. */
function deletion({ thread, current }: Doomed, { personId }: Principal): Need<Decision<DeleteAnswer>> {
  if (!current) {
    return needing(['lastSeq'], ({ now, lastSeq }) => ({ answer: GONE, writes: [tombstone(thread, lastSeq, now)] }))
  }
  return needing(['lastSeq', 'view'], ({ now, lastSeq, view }) => {
    const stopped = stop({ now, thread, view }, current, personId)
    const records = stopped.reduce((sum, { log }) => sum + log.length, 0)
    return { answer: GONE, writes: [...stopped, tombstone(thread, lastSeq + records, now)] }
  })
}

function tombstone(thread: ThreadRow, lastSeq: number, now: number): Writes {
  const { roomId, threadId, ownerId, createdAt } = thread
  const key = { roomId, threadId }
  return {
    key,
    thread: {
      ...key,
      ownerId,
      title: '',
      archived: false,
      createdAt,
      updatedAt: now,
      deleted: { at: now, seq: lastSeq + 1 },
    },
    log: [controlRecord(undefined, { type: 'thread.deleted' })],
    drop: true,
    notices: [{ type: 'thread.deleted' }],
  }
}

interface LiveThread {
  readonly now: number
  readonly thread: ThreadRow
  readonly view: Facts['view']
}

function stop({ now, thread, view }: LiveThread, run: RunRecord, by: string): readonly Writes[] {
  const { roomId, threadId, runId } = run
  const cancel = { by, reason: 'deleted' }
  const asked = controlRecord(runId, { type: 'run.cancel-requested', ...cancel })
  switch (run.status) {
    case 'queued': {
      const ended = endBeforeStart(run, openingNow(view, run), cancel, now)
      return [{ key: { roomId, threadId }, ...ended, notices: [{ type: 'run.ended', runId }] }]
    }
    case 'running':
    case 'cancelling': {
      const held = run.status === 'cancelling' && !('supersededBy' in run.cancel) ? run.cancel : cancel
      const ended = endOrphan({ now, thread, run, view }, { type: 'cancelled', ...held })
      // A worker that still carries it out learns that the run is lost.
      return [{ ...ended, log: [asked, ...ended.log], notices: [{ type: 'run.cancel', runId }, ...ended.notices] }]
    }
    default:
      return []
  }
}
