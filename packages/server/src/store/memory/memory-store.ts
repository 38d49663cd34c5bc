/**
 * The memory store: the port without a disk, for tests and for trying things out. Keeps every promise of the port but
 * durability: it lives as long as its process.
 */
import type { Clock, ThreadKey } from '@holdfast/core'
import { CANCEL_MEMORY_MS, decideCancelRun, decideCancelThread } from '../decide/cancel.ts'
import { decideRoomChange, decideThreadChange } from '../decide/change.ts'
import { decideChangeQueue, decideEdit, decideQueue } from '../decide/change-queue.ts'
import { decideClaim, decideTakeover } from '../decide/claim.ts'
import { acceptedWithin, createStoreClock } from '../decide/clock.ts'
import { writesOf } from '../decide/commit.ts'
import { decideRoomCreate, decideRoomGet, decideThreadCreate, toRoom } from '../decide/create.ts'
import { decideRoomDelete, decideThreadDelete } from '../decide/delete.ts'
import type { Decision, DeleteThreadFacts, RoomRow, ThreadRow } from '../decide/facts.ts'
import { locate, withCursors } from '../decide/inbox-cursor.ts'
import { decideAppend, decideEnd, decideRenew } from '../decide/lease.ts'
import { runsOf } from '../decide/list-cursor.ts'
import { isOrphan, settleOrphan, waitsForWorker } from '../decide/orphan.ts'
import { MAX_OVERVIEW_THREADS, overviewOf, type StatusCount } from '../decide/overview.ts'
import { inTurn, withPlaces } from '../decide/places.ts'
import { placed, startedInLine } from '../decide/queue.ts'
import { searchTerms, termsOf } from '../decide/search.ts'
import { decideStart } from '../decide/start.ts'
import { inThread, iso, toRun, toThreadInfo } from '../decide/to-run.ts'
import { isVisible, NOT_FOUND, roomAbsence, threadAbsence } from '../decide/visible.ts'
import { decideWhoAnswers } from '../decide/who-answers.ts'
import { StoreFault } from '../fault.ts'
import type { Absent, Claim, Publish, Store } from '../port.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import { createMemoryData, type MemoryThread } from './memory-data.ts'
import { pageOf } from './page-of.ts'
import { readFrames } from './read-frames.ts'

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Called once for each notice, after the writes it tells of. */
  readonly publish: Publish
}

export function createMemoryStore({ clock, publish }: MemoryStoreOptions): Store {
  const data = createMemoryData(publish)
  const storeClock = createStoreClock(clock)
  let closed = false

  /** Begins a transaction: its time, or the fault of a store that is closed. */
  function begin(): number {
    if (closed) throw new StoreFault('storage_closed', 'The store is closed.')
    return storeClock.now()
  }

  function commit<Answer>(decision: Decision<Answer>, now: number): Answer {
    for (const writes of writesOf(decision)) data.apply(writes, now)
    data.tell()
    return decision.answer
  }

  function putRoom(room: RoomRow, now: number): void {
    data.putRoom(room)
    data.tellRoom(room, now)
    data.tell()
  }

  function threadFor(principal: Principal, key: ThreadKey): MemoryThread | Absent {
    const held = data.thread(key)
    return threadAbsence(data.rooms.get(key.roomId), held?.row, principal) ?? held ?? NOT_FOUND
  }

  function deletionOf(now: number, { roomId, threadId }: ThreadKey, thread: ThreadRow): DeleteThreadFacts {
    const key = { roomId, threadId }
    const lastSeq = data.thread(key)?.frames.length ?? 0
    return { now, thread, lastSeq, current: currentRun(key), view: data.viewOf(key) }
  }

  function factsOf(key: ThreadKey, now: number) {
    return {
      now,
      room: data.rooms.get(key.roomId),
      thread: data.thread(key)?.row,
      view: data.viewOf(key),
      current: currentRun(key),
    }
  }

  const liveRuns = () => data.live().flatMap((address) => data.run(address) ?? [])
  const contenderOf = (run: RunRecord) => ({ run, owner: run.owner, agentId: run.request.agentId })

  /** The runs whose turn it is, one of each thread, in the order in which they start. */
  function waiting() {
    const next = data.queued().flatMap((address) => {
      const run = data.run(address)
      return run?.status === 'queued' && currentRun(address) === run ? [{ ...contenderOf(run), run }] : []
    })
    return inTurn(next, liveRuns().map(contenderOf))
  }

  /** How many runs of other threads start before this thread's next one; undefined: it has none whose turn it is. */
  function aheadOf({ row }: MemoryThread): number | undefined {
    const place = waiting().findIndex(({ run }) => run.roomId === row.roomId && run.threadId === row.threadId)
    return place === -1 ? undefined : place
  }

  const infoOf = (thread: MemoryThread) =>
    toThreadInfo(
      thread.row,
      thread.frames.length,
      data.rooms.get(thread.row.roomId),
      thread.row.status === 'queued' ? aheadOf(thread) : undefined,
    )

  /** The run that is going on in the thread, else the one whose turn it is. */
  function currentRun(key: ThreadKey): RunRecord | undefined {
    const thread = data.thread(key)
    if (!thread) return undefined
    const records = [...thread.runs.values()].map((run) => run.record)
    const live = records.find((run) => run.status === 'running' || run.status === 'cancelling')
    return live ?? (thread.row.nextRunId === null ? undefined : thread.runs.get(thread.row.nextRunId)?.record)
  }

  return {
    rooms: {
      async list(principal, page) {
        begin()
        const rows = [...data.rooms.values()].filter((room) => !roomAbsence(room, principal))
        const answer = pageOf('rooms', rows, (room) => ({ at: room.createdAt, id: room.roomId }), page)
        return answer.type === 'page' ? { ...answer, items: answer.items.map(toRoom) } : answer
      },
      async get(principal, roomId) {
        begin()
        return decideRoomGet({ room: data.rooms.get(roomId) }, principal)
      },
      async create(principal, room, defaultAgentId) {
        const now = begin()
        const held = { now, room: data.rooms.get(room.roomId) }
        const { answer, put } = decideRoomCreate(held, principal, room, defaultAgentId)
        if (put) putRoom(put, now)
        return answer
      },
      async change(principal, roomId, change) {
        const now = begin()
        const { answer, put } = decideRoomChange({ room: data.rooms.get(roomId) }, principal, change)
        if (put) putRoom(put, now)
        return answer
      },
      async delete(principal, roomId, force) {
        const now = begin()
        const threads = () => data.threadsOf(roomId).map(({ row }) => deletionOf(now, row, row))
        const decision = decideRoomDelete(now, data.rooms.get(roomId), threads, principal, force)
        if (decision.put) data.putRoom(decision.put)
        for (const writes of writesOf(decision)) data.apply(writes, now)
        if (decision.put) data.tellRoom(decision.put, now)
        data.tell()
        return decision.answer
      },
    },
    threads: {
      async list(principal, roomId, page) {
        begin()
        const absent = roomAbsence(data.rooms.get(roomId), principal)
        if (absent) return absent
        const position = ({ row }: MemoryThread) => ({ at: row.updatedAt, id: row.threadId })
        const answer = pageOf(`threads.${roomId}`, data.threadsOf(roomId).filter(finds(page.q)), position, page)
        if (answer.type !== 'page') return answer
        return { ...answer, items: answer.items.map(infoOf) }
      },
      async create(principal, key, title) {
        const now = begin()
        const held = data.thread(key)
        const room = data.rooms.get(key.roomId)
        const facts = { now, room, thread: held?.row, lastSeq: held?.frames.length ?? 0 }
        return commit(decideThreadCreate(facts, principal, key, title), now)
      },
      async change(principal, key, change) {
        const now = begin()
        const held = data.thread(key)
        const facts = { room: data.rooms.get(key.roomId), thread: held?.row, lastSeq: held?.frames.length ?? 0 }
        return commit(decideThreadChange(facts, principal, change), now)
      },
      async delete(principal, key, force) {
        const now = begin()
        const facts = (row: ThreadRow) => deletionOf(now, key, row)
        const room = data.rooms.get(key.roomId)
        return commit(decideThreadDelete(room, data.thread(key)?.row, facts, principal, force), now)
      },
      async snapshot(principal, key) {
        begin()
        const held = threadFor(principal, key)
        if ('type' in held) return held
        const view = data.viewOf(key)
        return { type: 'snapshot', thread: infoOf(held), view }
      },
    },
    log: {
      async read(principal, key, range) {
        begin()
        const row = data.thread(key)?.row
        if (!isVisible(data.rooms.get(key.roomId), principal) || !row) return NOT_FOUND
        if (row.deleted) return { type: 'deleted', seq: row.deleted.seq, at: iso(row.deleted.at) }
        return readFrames(data.thread(key)?.frames ?? [], range)
      },
    },
    inbox: {
      async overview(principal) {
        begin()
        const roomIds = [...data.rooms.values()]
          .filter((room) => !roomAbsence(room, principal))
          .map(({ roomId }) => roomId)
        const active = roomIds
          .flatMap((roomId) => data.threadsOf(roomId))
          .filter(({ row }) => row.status !== 'idle')
          .sort((a, b) => b.row.updatedAt - a.row.updatedAt)
        const counts = active.flatMap(({ row: { roomId, status } }): StatusCount[] =>
          status === 'working' || status === 'needs_you' ? [{ roomId, status, count: 1 }] : [],
        )
        const threads = active.slice(0, MAX_OVERVIEW_THREADS).map(infoOf)
        return overviewOf({ roomIds, counts, threads, head: data.inbox.head() })
      },
      async read(principal, { cursor, maxBytes, maxRecords }) {
        begin()
        const after = locate(cursor, data.inbox)
        if (typeof after !== 'number') return after
        const { entries, more } = data.inbox.read(principal.tenantId, { after, maxBytes, maxRecords })
        return { type: 'entries', items: withCursors(data.inbox.head(), entries), more }
      },
    },
    runs: {
      async whoAnswers(principal, key, { runId, answered }) {
        const facts = { ...factsOf(key, begin()), run: data.run({ ...key, runId }) }
        return decideWhoAnswers(facts, principal, answered)
      },
      async start(principal, key, request, afterCrash) {
        const now = begin()
        const address = { ...key, runId: request.runId }
        const facts = { ...factsOf(key, now), run: data.run(address), cancel: data.cancel(address) }
        const answer = commit(decideStart(facts, principal, key, request, afterCrash), now)
        return startedInLine(answer, () => {
          const started = data.thread(key)
          return started && aheadOf(started)
        })
      },
      async cancelRun(principal, key, runId, reason) {
        const now = begin()
        const address = { ...key, runId }
        const remembered = data.cancelsOf(key.roomId)
        const recent = remembered.filter(({ at }) => at >= now - CANCEL_MEMORY_MS).length
        const facts = {
          ...factsOf(key, now),
          run: data.run(address),
          remembered: data.cancel(address) !== undefined,
          cancels: { total: remembered.length, recent },
        }
        return commit(decideCancelRun(facts, principal, key, runId, reason), now)
      },
      async cancelThread(principal, key, reason) {
        const now = begin()
        const facts = factsOf(key, now)
        return commit(decideCancelThread({ ...facts, run: facts.current }, principal, reason), now)
      },
      async edit(principal, key, runId, messages) {
        const now = begin()
        const facts = { ...factsOf(key, now), run: data.run({ ...key, runId }) }
        return commit(decideEdit(facts, principal, runId, messages), now)
      },
      async queue(principal, key) {
        return decideQueue(factsOf(key, begin()), principal)
      },
      async changeQueue(principal, key, change) {
        const now = begin()
        return commit(decideChangeQueue(factsOf(key, now), principal, change), now)
      },
      async get(principal, key, runId) {
        begin()
        const held = threadFor(principal, key)
        if ('type' in held) return held
        const run = held.runs.get(runId)
        return run
          ? { type: 'run', run: placed(toRun(run.record), data.viewOf(key), aheadOf(held)), span: run.span }
          : NOT_FOUND
      },
      async timeline(principal, page) {
        begin()
        const { since, until } = acceptedWithin(page, storeClock)
        const runs = data
          .threads()
          .filter(({ row }) => isVisible(data.rooms.get(row.roomId), principal))
          .flatMap(({ runs }) => [...runs.values()])
          .filter(({ record }) => record.acceptedAt >= since && record.acceptedAt < until)
        const answer = pageOf('runs', runs, ({ record, no }) => ({ at: record.acceptedAt, id: String(no) }), page)
        return answer.type === 'page'
          ? { ...answer, items: answer.items.map(({ record }) => inThread(record)) }
          : answer
      },
      async list(principal, key, page) {
        begin()
        const held = threadFor(principal, key)
        if ('type' in held) return held
        const view = data.viewOf(key)
        const positionOf = ({ no }: { readonly no: number }) => ({ at: 0, id: String(no) })
        const answer = pageOf(runsOf(key), [...held.runs.values()], positionOf, page)
        return answer.type === 'page'
          ? { ...answer, items: answer.items.map(({ record }) => placed(toRun(record), view, aheadOf(held))) }
          : answer
      },
    },
    work: {
      async claim({ workerId, limit, leaseMs, caps = {} }) {
        const now = begin()
        const claims: Claim[] = []
        for (const address of data.live()) {
          if (claims.length >= limit) break
          const held = data.thread(address)?.runs.get(address.runId)
          if (!held || !waitsForWorker(held.record)) continue
          const facts = { now, run: held.record, view: data.viewOf(address), firstSeq: held.span.firstSeq }
          claims.push(structuredClone(commit(decideTakeover(facts, { workerId, leaseMs }), now)))
        }
        const live = liveRuns().map(contenderOf)
        for (const { run } of withPlaces(waiting(), live, caps, limit - claims.length)) {
          const thread = data.thread(run)
          if (!thread) continue
          const facts = { now, thread: thread.row, run, view: data.viewOf(run) }
          // A copy: what an agent does to its input must not reach the thread.
          claims.push(structuredClone(commit(decideClaim(facts, { workerId, leaseMs }), now)))
        }
        return claims
      },
      async append(lease, events) {
        const now = begin()
        return commit(decideAppend({ now, run: data.run(lease) }, lease, events), now)
      },
      async end(lease, end) {
        const now = begin()
        return commit(decideEnd({ ...factsOf(lease, now), run: data.run(lease) }, lease, end), now)
      },
      async renew(leases, leaseMs) {
        const now = begin()
        return leases.map((lease) => commit(decideRenew({ now, run: data.run(lease) }, lease, leaseMs), now))
      },
      async settleOrphans(which) {
        const now = begin()
        let settled = 0
        for (const address of data.live()) {
          const run = data.run(address)
          const thread = data.thread(address)
          if (!run || !thread || !isOrphan(run, now, which)) continue
          const facts = { now, thread: thread.row, run, view: data.viewOf(address) }
          for (const writes of settleOrphan(facts)) data.apply(writes, now)
          settled++
        }
        data.tell()
        return settled
      },
    },
    async counts() {
      begin()
      const live = data.live().map((address) => data.run(address)?.status)
      const cancelling = live.filter((status) => status === 'cancelling').length
      return { runs: { queued: data.queued().length, running: live.length - cancelling, cancelling } }
    },
    async close() {
      closed = true
    },
  }
}

/** Whether each word that is looked for begins a word of the thread's. */
function finds(q: string | undefined): (thread: MemoryThread) => boolean {
  if (q === undefined) return () => true
  const terms = searchTerms(q)
  return ({ row, said }) => {
    const words = [...termsOf(row.title), ...said.flat()]
    return terms.length > 0 && terms.every((term) => words.some((word) => word.startsWith(term)))
  }
}
