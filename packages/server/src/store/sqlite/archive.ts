/**
 * The archive of an embedded store: opens a data directory that no server is using, under the same lock that a server
 * would take. Owns: reads and writes around the store's own data, and that an import is one transaction. Does not know:
 * the format of a line.
 */
import { type Envelope, envelopeJson, isId, splitFrames } from '@holdfast/core'
import { createSum, headerOf, runLineOf, threadLineOf } from '../archive/format.ts'
import { createHistory } from '../archive/history.ts'
import type { Archive, ExportOptions, RoomSummary } from '../archive/port.ts'
import { createRedactor } from '../archive/redact.ts'
import { replay } from '../archive/replay.ts'
import { LOCAL_PRINCIPAL } from '../principal.ts'
import { roomOf, type TenantRoom } from '../tenant-thread.ts'
import { openStore } from './open-store.ts'
import type { StoredThread } from './threads.ts'

const STEP = { maxRecords: 1_000, maxBytes: 1024 * 1024 }
/** Records that are written together. */
const BATCH = 256
/** Clocks differ: a record may be this much ahead of the local clock. */
const AHEAD_MS = 24 * 60 * 60 * 1_000

/** @throws StoreOpenError; `locked` means that a server is using the store */
export function openSqliteArchive(directory: string): Archive {
  const open = openStore({ directory })
  const { data, database, now } = open
  const roomIds = database.prepare('SELECT tenant, room_id FROM room ORDER BY created_at, tenant, room_id')
  const threadNos = database.prepare(
    'SELECT no FROM thread WHERE tenant = ? AND room_id = ? ORDER BY created_at, thread_id',
  )
  const dropRoom = database.prepare('DELETE FROM room WHERE tenant = ? AND room_id = ?')
  const misplaced = database.prepare(
    `SELECT thread, first_seq FROM (
       SELECT thread, first_seq, lag(last_seq) OVER (PARTITION BY thread ORDER BY first_seq) AS before FROM segment)
     WHERE first_seq <> before + 1`,
  )
  let closed = false

  function allRooms(): TenantRoom[] {
    return roomIds.all().map(({ tenant, room_id }) => ({ tenantId: String(tenant), roomId: String(room_id) }))
  }

  function threadsOf({ tenantId, roomId }: TenantRoom): StoredThread[] {
    return threadNos.all(tenantId, roomId).flatMap(({ no }) => data.threads.byNo(Number(no)) ?? [])
  }

  /** A deleted thread has only its tombstone. */
  const recordsOf = ({ no, row }: StoredThread) =>
    'deleted' in row && row.deleted ? 0 : data.log.committedHead(no) - data.trims.firstSeq(no) + 1

  function summary(room: TenantRoom): RoomSummary {
    const threads = threadsOf(room)
    let withheld = 0
    for (const { no } of threads) {
      for (const { record } of data.runs.all(no)) {
        if (record.status === 'queued' && record.request.forwardedProps !== undefined) withheld++
      }
    }
    const records = threads.reduce((sum, thread) => sum + recordsOf(thread), 0)
    return { ...room, title: data.rooms.get(room)?.title ?? '', threads: threads.length, records, withheld }
  }

  function* framesOf(thread: number, records: number): Generator<string> {
    const decoder = new TextDecoder()
    const before = data.trims.firstSeq(thread) - 1
    for (let after = before; after < before + records; ) {
      const { frames, lastSeq } = data.log.read(thread, { after, ...STEP })
      yield* splitFrames(decoder.decode(frames))
      after = lastSeq
    }
  }

  function* linesOf(of: TenantRoom, { exportedAt, redact }: ExportOptions): Generator<string> {
    const room = data.rooms.get(of)
    if (!room) return
    const threads = threadsOf(of)
    const redactor = redact ? createRedactor() : undefined
    const sum = createSum()
    const line = (value: unknown) => {
      const text = JSON.stringify(value)
      sum.add(text)
      return text
    }
    const records = threads.reduce((total, thread) => total + recordsOf(thread), 0)
    const header = headerOf(room, data.persons.ofRoom(of), {
      exportedAt,
      redacted: redact,
      threads: threads.length,
      records,
    })
    yield JSON.stringify(redactor?.header(header) ?? header)
    for (const thread of threads) {
      const runs = Array.from(data.runs.all(thread.no), ({ record }) => runLineOf(record))
      const extent = { records: recordsOf(thread), firstSeq: data.trims.firstSeq(thread.no) }
      const head = threadLineOf(thread.row, data.persons.of(thread.no), runs.length, extent)
      yield line(redactor?.thread(head) ?? head)
      for (const run of runs) yield line(redactor?.run(run) ?? run)
      for (const frame of framesOf(thread.no, recordsOf(thread))) {
        const text = envelopeJson(frame)
        if (redactor) {
          const { event, ...envelope } = JSON.parse(text) as Envelope
          yield line({ ...envelope, event: redactor.event(event as unknown as Record<string, unknown>) })
        } else {
          sum.add(text)
          yield text
        }
      }
    }
    yield JSON.stringify(sum.end())
  }

  function importAll(lines: Iterable<string>, tenantId: string): ReturnType<Archive['import']> {
    let roomId = ''
    let records = 0
    let waiting = 0
    let newest = now()
    const flush = () => {
      if (waiting === 0) return
      data.write(newest)
      data.committed()
      waiting = 0
    }
    database.exec('BEGIN IMMEDIATE')
    for (const step of replay(lines, { principal: { ...LOCAL_PRINCIPAL, tenantId }, latest: now() + AHEAD_MS })) {
      if (step.type === 'room') {
        roomId = step.room.roomId
        const room = roomOf({ tenantId }, roomId)
        const held = data.rooms.get(room)
        if (held && 'deletedAt' in held && held.deletedAt !== undefined) return { type: 'room_taken', why: 'deleted' }
        if (threadsOf(room).length > 0) return { type: 'room_taken', why: 'has_threads' }
        if (held) dropRoom.run(tenantId, roomId)
        data.inbox.dropRoom(room)
        data.persons.dropRoom(room)
        data.putRoom(step.room)
        continue
      }
      if (step.type === 'own') {
        data.applyOwn(step.put, newest)
        continue
      }
      const { writes, at } = step
      data.apply(tenantId, writes, at)
      newest = Math.max(newest, at)
      records += writes.log.length
      waiting++
      if (waiting >= BATCH || (writes.run && 'outcome' in writes.run)) flush()
    }
    flush()
    database.exec('COMMIT')
    return { type: 'imported', roomId, records }
  }

  /** Keeps nothing of what was begun. The state in memory is lost with the process. */
  function abandon(): void {
    closed = true
    open.abandon()
  }

  function checkThread({ no, row }: StoredThread): number {
    const firstSeq = data.trims.firstSeq(no)
    const history = createHistory(row, firstSeq)
    // Nothing else has what was trimmed.
    if (firstSeq > 1) data.folds.view(no, row)
    for (const frame of framesOf(no, data.log.committedHead(no) - firstSeq + 1)) {
      history.add(JSON.parse(envelopeJson(frame)) as Envelope)
    }
    return history.length
  }

  return {
    rooms: () => allRooms().map(summary),
    export(of, options) {
      const room = isId(of.roomId) ? data.rooms.get(of) : undefined
      if (!room || ('deletedAt' in room && room.deletedAt !== undefined)) return undefined
      return linesOf(of, options)
    },
    import(lines, { tenantId = LOCAL_PRINCIPAL.tenantId } = {}) {
      let answer: ReturnType<Archive['import']>
      try {
        answer = importAll(lines, tenantId)
      } catch (error) {
        abandon()
        throw error
      }
      if (answer.type !== 'imported') abandon()
      return answer
    },
    check(onThread) {
      const problems: string[] = []
      const found = database.prepare('PRAGMA integrity_check').all()
      for (const { integrity_check: said } of found) if (said !== 'ok') problems.push(`The database: ${said}.`)
      for (const { thread, first_seq } of misplaced.all()) {
        problems.push(`Thread ${thread} has two contents or a gap before position ${first_seq}: two servers wrote it.`)
      }
      const threads = allRooms().flatMap(threadsOf)
      let records = 0
      for (const [index, thread] of threads.entries()) {
        try {
          records += checkThread(thread)
        } catch (error) {
          const { roomId, threadId } = thread.row
          const why = error instanceof Error ? error.message : String(error)
          problems.push(`The log of ${roomId}/${threadId} of the tenant ${thread.tenantId}: ${why}.`)
        }
        onThread(index + 1, threads.length)
      }
      return { threads: threads.length, records, problems }
    },
    close() {
      if (closed) return
      closed = true
      open.close()
    },
  }
}
