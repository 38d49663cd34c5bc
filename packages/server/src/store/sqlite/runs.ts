/**
 * The `run` table and the live runs, which are also kept in memory so that an append needs no query.
 *
 * Invariant: memory follows the transaction. Changes by `put` are staged until `committed`, and dropped by
 * `rolledBack`.
 */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { spanAfter } from '../decide/commit.ts'
import type { Subject, ThreadRow, Writes } from '../decide/facts.ts'
import type { ListPosition } from '../decide/list-cursor.ts'
import { type Contender, inTurn } from '../decide/places.ts'
import type { ShownRun } from '../decide/to-run.ts'
import type { StoreCounts } from '../meter.ts'
import type { RunSpan } from '../port.ts'
import type { CancellingRecord, RunningRecord, RunRecord } from '../run-record.ts'
import { createTenantThreadMap, type TenantThread, threadOf } from '../tenant-thread.ts'

export interface StoredRun<Kept extends RunRecord = RunRecord> {
  readonly no: number
  readonly thread: number
  readonly record: Kept
  readonly span: RunSpan
}

/** A run without its request, which may be large. */
export interface ListedRun {
  readonly no: number
  readonly record: ShownRun
}

export type LiveRun = StoredRun<RunningRecord | CancellingRecord>

export interface WaitingRun extends Contender, Subject {
  readonly thread: number
}

/** Places are counted among at most this many queued runs. */
const MAX_WAITING = 1_000

export interface Runs {
  /** The live run of a thread. */
  live(thread: TenantThread): LiveRun | undefined
  allLive(): LiveRun[]
  get(thread: number, runId: string): StoredRun | undefined
  /** In the order of acceptance, with their requests. */
  all(thread: number): Iterable<StoredRun>
  /** In the order of acceptance, after the run with the number `after`. */
  list(thread: number, after: number, limit: number): ListedRun[]
  /** The runs of all threads of a tenant, newest acceptance first. */
  timeline(tenantId: string, range: TimelineRange): ListedRun[]
  /** The runs that could start now, one for each thread, in the order in which they start. */
  waiting(): readonly WaitingRun[]
  /** Reads the queued runs once, for any number of threads. */
  line(): Line
  /** `appended`: the positions of the records of the same writes. */
  put(thread: number, record: RunRecord, appended: { readonly firstSeq: number; readonly lastSeq: number }): void
  /** Notes how the questions of an ended run were resolved. */
  resolve(thread: number, resolved: NonNullable<Writes['resolved']>): void
  counts(): StoreCounts['runs']
  /** Drops all runs of a thread. */
  drop(no: number, thread: TenantThread): void
  committed(): void
  rolledBack(): void
}

/** How many runs of other threads start before the thread's next one; undefined if it has none that could start. */
export type Line = (thread: { readonly no: number; readonly row: Pick<ThreadRow, 'nextRunId'> }) => number | undefined

export interface TimelineRange {
  readonly since: number
  readonly until: number
  readonly after: ListPosition | undefined
  readonly limit: number
}

const SELECT = `SELECT run.*, thread.room_id, thread.thread_id, run_request.body AS request
  FROM run JOIN thread ON thread.no = run.thread JOIN run_request ON run_request.run = run.no`

const LISTED = 'SELECT run.*, thread.room_id, thread.thread_id FROM run JOIN thread ON thread.no = run.thread'

export function createRuns(database: DatabaseSync): Runs {
  const get = database.prepare(`${SELECT} WHERE run.thread = ? AND run.run_id = ?`)
  const all = database.prepare(`${SELECT} WHERE run.thread = ? ORDER BY run.no`)
  const list = database.prepare(`${LISTED} WHERE run.thread = ? AND run.no > ? ORDER BY run.no LIMIT ?`)
  const allLive = database.prepare(`${SELECT} WHERE run.status IN ('running', 'cancelling')`)
  const waiting = database.prepare(
    `SELECT thread, room_id, thread_id, run_id, tenant, owner, agent FROM (
       SELECT run.no, run.thread, thread.room_id, thread.thread_id, run.run_id, run.tenant, run.owner, run.agent_id AS agent,
              row_number() OVER (PARTITION BY run.tenant, run.owner ORDER BY run.no) AS turn
       FROM thread JOIN run ON run.thread = thread.no AND run.run_id = thread.next_run
       WHERE thread.next_run IS NOT NULL
       ORDER BY turn, run.no LIMIT ${MAX_WAITING})
     ORDER BY no`,
  )
  // Up to a thousand rows per claim: arrays are read a third faster than objects.
  waiting.setReturnArrays(true)
  const timeline = database.prepare(
    `${LISTED} WHERE run.tenant = ? AND run.accepted_at >= ? AND run.accepted_at < ? AND (run.accepted_at, run.no) < (?, ?)
     ORDER BY run.accepted_at DESC, run.no DESC LIMIT ?`,
  )
  const dropRequests = database.prepare('DELETE FROM run_request WHERE run IN (SELECT no FROM run WHERE thread = ?)')
  const drop = database.prepare('DELETE FROM run WHERE thread = ?')
  const insert = database.prepare(
    `INSERT INTO run (thread, run_id, tenant, owner, status, accepted_at, first_seq, agent_id, last_seq, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertRequest = database.prepare('INSERT INTO run_request (run, body) VALUES (?, ?)')
  const update = database.prepare('UPDATE run SET status = ?, last_seq = ?, detail = ? WHERE no = ?')
  const resolve = database.prepare(
    "UPDATE run SET detail = json_set(detail, '$.resolved', ?) WHERE thread = ? AND run_id = ?",
  )
  const countQueued = database.prepare("SELECT count(*) AS n FROM run WHERE status = 'queued'")
  const find = database.prepare('SELECT no, first_seq, last_seq FROM run WHERE thread = ? AND run_id = ?')

  const live = createTenantThreadMap<LiveRun>()
  for (const run of allLive.all().map(storedRun)) if (isLive(run)) live.set(threadOf(run.record.owner, run.record), run)
  const staged = createTenantThreadMap<LiveRun | undefined>()

  const liveOf = (thread: TenantThread) =>
    staged.size > 0 && staged.has(thread) ? staged.get(thread) : live.get(thread)

  function one(row: Record<string, SQLOutputValue> | undefined): StoredRun | undefined {
    return row && storedRun(row)
  }

  return {
    live: liveOf,
    allLive() {
      const found: LiveRun[] = []
      const add = (run: LiveRun | undefined) => void (run && found.push(run))
      for (const { thread } of live.entries()) add(liveOf(thread))
      for (const { thread, value } of staged.entries()) if (!live.has(thread)) add(value)
      return found
    },
    get: (thread, runId) => one(get.get(thread, runId)),
    *all(thread) {
      for (const row of all.iterate(thread)) yield storedRun(row)
    },
    list: (thread, after, limit) => list.all(thread, after, limit).map(listedRun),
    timeline: (tenantId, { since, until, after, limit }) =>
      timeline
        .all(tenantId, since, until, after?.at ?? Number.MAX_SAFE_INTEGER, Number(after?.id ?? 0), limit)
        .map(listedRun),
    waiting() {
      const rows = waiting.all() as unknown as SQLOutputValue[][]
      if (rows.length === 0) return []
      const found = rows.map(([thread, roomId, threadId, runId, tenant, owner, agent]) => {
        const tenantId = String(tenant)
        return {
          thread: Number(thread),
          tenantId,
          roomId: String(roomId),
          threadId: String(threadId),
          runId: String(runId),
          owner: { tenantId, personId: String(owner) },
          agentId: String(agent),
        }
      })
      return inTurn(found, this.allLive().map(contenderOf))
    },
    line() {
      let places: ReadonlyMap<number, number> | undefined
      return ({ no, row }) => {
        if (row.nextRunId === null) return undefined
        places ??= new Map(this.waiting().map(({ thread }, place) => [thread, place]))
        return places.get(no) ?? places.size
      }
    },

    put(thread, record, appended) {
      const { roomId: _, threadId: __, runId, owner, request, acceptedAt, status, ...detail } = record
      const before = find.get(thread, runId)
      const span = spanAfter(before && spanOf(before), record, appended)
      let no = Number(before?.no)
      if (before) update.run(status, span.lastSeq ?? null, JSON.stringify(detail), no)
      else {
        const told = [thread, runId, owner.tenantId, owner.personId, status, acceptedAt] as const
        const row = [...told, span.firstSeq, request.agentId] as const
        no = Number(insert.run(...row, span.lastSeq ?? null, JSON.stringify(detail)).lastInsertRowid)
        insertRequest.run(no, JSON.stringify(request))
      }
      const stored = { no, thread, record, span }
      const of = threadOf(owner, record)
      if (isLive(stored)) staged.set(of, stored)
      else if (liveOf(of)?.no === no) staged.set(of, undefined)
    },
    resolve: (thread, { runId, how }) => void resolve.run(how, thread, runId),
    counts() {
      const cancelling = [...live.entries()].filter(({ value }) => value.record.status === 'cancelling').length
      return { queued: Number(countQueued.get()?.n), running: live.size - cancelling, cancelling }
    },
    drop(no, thread) {
      dropRequests.run(no)
      drop.run(no)
      staged.set(thread, undefined)
    },
    committed() {
      if (staged.size === 0) return
      for (const { thread, value } of staged.entries()) {
        if (value) live.set(thread, value)
        else live.delete(thread)
      }
      staged.clear()
    },
    rolledBack: staged.clear,
  }
}

function contenderOf({ record }: StoredRun): Contender {
  return { owner: record.owner, agentId: record.request.agentId }
}

function isLive(run: StoredRun): run is LiveRun {
  return run.record.status === 'running' || run.record.status === 'cancelling'
}

function storedRun(row: Record<string, SQLOutputValue>): StoredRun {
  const record = recordOf(row, JSON.parse(String(row.request)))
  return { no: Number(row.no), thread: Number(row.thread), record: record as RunRecord, span: spanOf(row) }
}

function listedRun(row: Record<string, SQLOutputValue>): ListedRun {
  return { no: Number(row.no), record: recordOf(row, { agentId: row.agent_id }) as ShownRun }
}

/** The inverse of `put`. The only place where a row is trusted to be a record. */
function recordOf(row: Record<string, SQLOutputValue>, request: unknown): object {
  return {
    roomId: row.room_id,
    threadId: row.thread_id,
    runId: row.run_id,
    owner: { tenantId: row.tenant, personId: row.owner },
    request,
    acceptedAt: row.accepted_at,
    status: row.status,
    ...JSON.parse(String(row.detail)),
  }
}

function spanOf(row: Record<string, SQLOutputValue>): RunSpan {
  return { firstSeq: Number(row.first_seq), ...(row.last_seq !== null && { lastSeq: Number(row.last_seq) }) }
}
