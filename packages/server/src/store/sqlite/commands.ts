/**
 * The calls that write, each inside a transaction that somebody else began: facts, decision, writes.
 *
 * Does not know: batches, commits, messages.
 */
import type { ThreadKey } from '@holdfast/core'
import { CANCEL_MEMORY_MS, decideCancelRun, decideCancelThread } from '../decide/cancel.ts'
import { decideRoomChange, decideThreadChange } from '../decide/change.ts'
import { decideChangeQueue, decideEdit } from '../decide/change-queue.ts'
import { decideClaim, decideTakeover } from '../decide/claim.ts'
import { writesOf } from '../decide/commit.ts'
import { decideRoomCreate, decideThreadCreate } from '../decide/create.ts'
import { decideRoomDelete, decideThreadDelete } from '../decide/delete.ts'
import type { Decision, DeleteThreadFacts, RoomRow, ThreadRow } from '../decide/facts.ts'
import { decideAppend, decideEnd, decideRenew } from '../decide/lease.ts'
import { isOrphan, settleOrphan, waitsForWorker } from '../decide/orphan.ts'
import { withPlaces } from '../decide/places.ts'
import { startedInLine } from '../decide/queue.ts'
import { decideStart } from '../decide/start.ts'
import type { Claim, Lease, LeaseState } from '../port.ts'
import type { Answer, Operation, Operations } from './messages.ts'
import type { ReadingOperation } from './reads.ts'
import { contenderOf } from './runs.ts'
import type { StoreData } from './store-data.ts'

/** What one call may do, in the order it does it: everything before the first `apply` only reads. */
type Command<Op extends Operation> = (now: number, ...args: Parameters<Operations[Op]>) => Answer<Op>

type WritingOperation = Exclude<Operation, ReadingOperation>

export type Commands = { readonly [Op in WritingOperation]: Command<Op> } & {
  append(now: number, lease: Lease, events: readonly string[]): LeaseState
}

export function createCommands(data: StoreData): Commands {
  const { rooms, threads, runs, cancels, log } = data

  function commit<Given>(decision: Decision<Given>, now: number): Given {
    for (const writes of writesOf(decision)) data.apply(writes, now)
    return decision.answer
  }

  function putRoom(room: RoomRow, now: number): void {
    data.putRoom(room)
    data.tellRoom(room, now)
  }

  /** `view` costs the most and is not always looked at. */
  function factsOf(now: number, key: ThreadKey) {
    const thread = threads.get(key)
    const facts = {
      now,
      room: rooms.get(key.roomId),
      thread: thread?.row,
      get view() {
        return data.view(thread?.no, key)
      },
      /** The run that is going on or about to. */
      get current() {
        const next = thread?.row.nextRunId
        return runs.live(key)?.record ?? (next ? data.run(thread?.no, key, next) : undefined)
      },
    }
    return { facts, no: thread?.no }
  }

  /** Adds to facts without looking at their view. */
  function and<Facts extends object, More extends object>(facts: Facts, more: More): Facts & More {
    return Object.defineProperties(facts, Object.getOwnPropertyDescriptors(more)) as Facts & More
  }

  function deletionOf(now: number, thread: ThreadRow): DeleteThreadFacts {
    const { roomId, threadId } = thread
    const { facts, no } = factsOf(now, { roomId, threadId })
    return and(facts, { thread, lastSeq: no === undefined ? 0 : log.head(no) })
  }

  return {
    'rooms.create': (now, principal, room, defaultAgentId) => {
      const held = { now, room: rooms.get(room.roomId) }
      const { answer, put } = decideRoomCreate(held, principal, room, defaultAgentId)
      if (put) putRoom(put, now)
      return answer
    },
    'rooms.change': (now, principal, roomId, change) => {
      const { answer, put } = decideRoomChange({ room: rooms.get(roomId) }, principal, change)
      if (put) putRoom(put, now)
      return answer
    },
    'rooms.delete': (now, principal, roomId, force) => {
      const all = () => threads.allOf(roomId).map(({ row }) => deletionOf(now, row))
      const decision = decideRoomDelete(now, rooms.get(roomId), all, principal, force)
      if (decision.put) data.putRoom(decision.put)
      const answer = commit(decision, now)
      if (decision.put) data.tellRoom(decision.put, now)
      return answer
    },
    'threads.create': (now, principal, key, title) => {
      const { facts, no } = factsOf(now, key)
      const lastSeq = no === undefined ? 0 : log.head(no)
      return commit(decideThreadCreate(and(facts, { lastSeq }), principal, key, title), now)
    },
    'threads.change': (now, principal, key, change) => {
      const { facts, no } = factsOf(now, key)
      const lastSeq = no === undefined ? 0 : log.head(no)
      return commit(decideThreadChange(and(facts, { lastSeq }), principal, change), now)
    },
    'threads.delete': (now, principal, key, force) => {
      const { facts } = factsOf(now, key)
      const ask = (row: ThreadRow) => deletionOf(now, row)
      return commit(decideThreadDelete(facts.room, facts.thread, ask, principal, force), now)
    },
    'runs.start': (now, principal, key, request, afterCrash) => {
      const { facts, no } = factsOf(now, key)
      const run = data.run(no, key, request.runId)
      const cancel = cancels.get(key, request.runId)
      const answer = commit(decideStart(and(facts, { run, cancel }), principal, key, request, afterCrash), now)
      return startedInLine(answer, () => {
        const started = threads.get(key)
        return started && runs.line()(started)
      })
    },
    'runs.cancelRun': (now, principal, key, runId, reason) => {
      const { facts, no } = factsOf(now, key)
      const more = {
        run: data.run(no, key, runId),
        remembered: cancels.get(key, runId) !== undefined,
        cancels: cancels.count(key.roomId, now - CANCEL_MEMORY_MS),
      }
      return commit(decideCancelRun(and(facts, more), principal, key, runId, reason), now)
    },
    'runs.cancelThread': (now, principal, key, reason) => {
      const { facts } = factsOf(now, key)
      return commit(decideCancelThread(and(facts, { run: facts.current }), principal, reason), now)
    },
    'runs.edit': (now, principal, key, runId, messages) => {
      const { facts, no } = factsOf(now, key)
      const run = data.run(no, key, runId)
      return commit(decideEdit(and(facts, { run }), principal, runId, messages), now)
    },
    'runs.changeQueue': (now, principal, key, change) =>
      commit(decideChangeQueue(factsOf(now, key).facts, principal, change), now),
    'work.claim': (now, { workerId, limit, leaseMs, caps = {} }) => {
      const claims: Claim[] = []
      for (const { record: run, thread: no, span } of runs.allLive()) {
        if (claims.length >= limit) break
        if (!waitsForWorker(run)) continue
        const facts = { now, run, view: data.view(no, run), firstSeq: span.firstSeq }
        claims.push(commit(decideTakeover(facts, { workerId, leaseMs }), now))
      }
      const live = runs.allLive().map(contenderOf)
      for (const { no: runNo, thread: no } of withPlaces(runs.waiting(), live, caps, limit - claims.length)) {
        const thread = threads.byNo(no)?.row
        const run = runs.queued(runNo)?.record
        if (!thread || !run) continue
        const facts = { now, thread, run, view: data.view(no, thread) }
        claims.push(commit(decideClaim(facts, { workerId, leaseMs }), now))
      }
      return claims
    },
    append: (now, lease, events) => commit(decideAppend({ now, run: liveRun(lease) }, lease, events), now),
    'work.end': (now, lease, end) =>
      commit(decideEnd(and(factsOf(now, lease).facts, { run: liveRun(lease) }), lease, end), now),
    'work.renew': (now, leases, leaseMs) =>
      leases.map((lease) => commit(decideRenew({ now, run: liveRun(lease) }, lease, leaseMs), now)),
    'work.settleOrphans': (now, which) => {
      let settled = 0
      for (const { record: run, thread: no } of runs.allLive()) {
        const thread = threads.byNo(no)?.row
        if (!thread || !isOrphan(run, now, which)) continue
        for (const writes of settleOrphan({ now, thread, run, view: data.view(no, thread) })) data.apply(writes, now)
        settled++
      }
      return settled
    },
  }

  /** A run that is not live cannot be written under any lease, so no table is asked. */
  function liveRun(lease: Lease) {
    const record = runs.live(lease)?.record
    return record?.runId === lease.runId ? record : undefined
  }
}
