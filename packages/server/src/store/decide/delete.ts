/**
 * Deleting threads and rooms. What is live is cancelled first, in the same transaction, so that its readers see an end;
 * then `thread.deleted` is the last that anyone hears. Nothing is left but a tombstone: whatever arrives later finds no run
 * to write to and no thread to come back to (I8).
 */
import type { DeleteAnswer } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import type { Decision, DeleteThreadFacts, RoomRow, ThreadRow, Writes } from './facts.ts'
import { endBeforeStart, openingNow } from './opening.ts'
import { endOrphan } from './orphan.ts'
import { controlRecord } from './records.ts'
import { DELETED, isVisible, NOT_FOUND } from './visible.ts'

const GONE: DeleteAnswer = { type: 'gone' }

export function decideThreadDelete(
  room: RoomRow | undefined,
  held: ThreadRow | undefined,
  /** Only asked for when there is something to delete. */
  factsOf: (thread: ThreadRow) => DeleteThreadFacts,
  principal: Principal,
  force: boolean,
): Decision<DeleteAnswer> {
  if (!isVisible(room, principal)) return { answer: NOT_FOUND }
  if (held?.deleted) return { answer: GONE }
  if (room.deletedAt !== undefined) return { answer: DELETED }
  if (!held) return { answer: NOT_FOUND }
  const facts = factsOf(held)
  if (facts.current && !force) return { answer: { type: 'run_active', runId: facts.current.runId } }
  return { answer: GONE, writes: deletion(facts, principal) }
}

export function decideRoomDelete(
  now: number,
  held: RoomRow | undefined,
  /** Of every thread that is left in the room. */
  threads: () => readonly DeleteThreadFacts[],
  principal: Principal,
  force: boolean,
): Decision<DeleteAnswer> & { readonly put?: RoomRow } {
  if (!isVisible(held, principal)) return { answer: NOT_FOUND }
  if (held.deletedAt !== undefined) return { answer: GONE }
  const all = threads()
  const live = all.find(({ current }) => current)?.current
  if (live && !force) return { answer: { type: 'run_active', runId: live.runId } }
  const { made: _, ...row } = held
  return {
    answer: GONE,
    put: { ...row, title: '', deletedAt: now },
    writes: all.flatMap((facts) => deletion(facts, principal)),
  }
}

function deletion(facts: DeleteThreadFacts, { personId }: Principal): readonly Writes[] {
  const { now, thread, lastSeq, current } = facts
  const stopped = current ? stop(facts, current, personId) : []
  const seq = lastSeq + 1 + stopped.reduce((sum, { log }) => sum + log.length, 0)
  const { roomId, threadId, ownerId, createdAt } = thread
  const key = { roomId, threadId }
  const tombstone = {
    ...key,
    ownerId,
    title: '',
    archived: false,
    createdAt,
    updatedAt: now,
    deleted: { at: now, seq },
  }
  return [
    ...stopped,
    {
      key,
      thread: tombstone,
      log: [controlRecord(undefined, { type: 'thread.deleted' })],
      drop: true,
      notices: [{ type: 'thread.deleted' }],
    },
  ]
}

function stop({ now, thread, view }: DeleteThreadFacts, run: RunRecord, by: string): readonly Writes[] {
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
      // Its worker, if it has one, finds out that the run is lost.
      return [{ ...ended, log: [asked, ...ended.log], notices: [{ type: 'run.cancel', runId }, ...ended.notices] }]
    }
    default:
      return []
  }
}
