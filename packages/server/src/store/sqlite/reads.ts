/**
 * The calls that only read, each from committed data in one bounded step. A snapshot of a thread that is far ahead of
 * its checkpoint is called again for the next step. A search is answered later, from what was committed when it was
 * asked.
 */
import { searchTerms, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import { type Command, QUERIES } from '../commands/commands.ts'
import { transact } from '../commands/transact.ts'
import { acceptedWithin } from '../decide/clock.ts'
import { toRoom } from '../decide/create.ts'
import type { RoomRow } from '../decide/facts.ts'
import { type InboxRange, locate, merged } from '../decide/inbox-cursor.ts'
import { withNoticeIds } from '../decide/inbox-notices.ts'
import { personalised } from '../decide/inbox-personal.ts'
import { decodeListCursor, encodeListCursor, type ListKind, type ListPosition, runsOf } from '../decide/list-cursor.ts'
import { activityOf, MAX_OVERVIEW_THREADS, MAX_OVERVIEW_UNREAD, overviewOf } from '../decide/overview.ts'
import { toNoticeInfo } from '../decide/person-notices.ts'
import { placed } from '../decide/queue.ts'
import { inThread, iso, toRun, toThreadInfo } from '../decide/to-run.ts'
import { isVisible, NOT_FOUND, roomAbsence, threadAbsence } from '../decide/visible.ts'
import { toDelivery, toWebhook } from '../decide/webhooks.ts'
import type { Absent, Page, PageRequest } from '../port.ts'
import type { Principal } from '../principal.ts'
import { roomOf, threadOf } from '../tenant-thread.ts'
import { createFacts } from './facts.ts'
import type { Answer, Operation, Operations } from './messages.ts'
import type { OpenStore } from './open-store.ts'
import { createRetention } from './retention.ts'
import type { ListedRun } from './runs.ts'
import type { Searches } from './searches.ts'
import type { SeenThread } from './threads.ts'

export const AGAIN = Symbol('again')

/** The most bytes that one step reads, whatever was requested. */
const MAX_READ_BYTES = 1024 * 1024

export type ReadingOperation = Extract<
  Operation,
  | 'rooms.list'
  | 'rooms.get'
  | 'settings.get'
  | 'threads.list'
  | 'threads.snapshot'
  | 'log.read'
  | 'inbox.overview'
  | 'inbox.read'
  | 'runs.whoAnswers'
  | 'runs.questions'
  | 'runs.queue'
  | 'runs.get'
  | 'runs.timeline'
  | 'runs.list'
  | 'subagents.list'
  | 'notices.list'
  | 'push.waiting'
  | 'retention.sweep'
  | 'webhooks.list'
  | 'webhooks.deliveries'
  | 'webhooks.due'
  | 'counts'
>

export type Reads = {
  readonly [Op in ReadingOperation]: (
    ...args: Parameters<Operations[Op]>
  ) => Answer<Op> | typeof AGAIN | Promise<Answer<Op>>
}

export function createReads(
  open: Pick<OpenStore, 'data' | 'clock' | 'database' | 'fence'>,
  searches: Pick<Searches, 'find'>,
): Reads {
  const { data, clock } = open
  const retention = createRetention(open)
  const { rooms, threads, runs, persons, personLog, unread, notices, webhooks, log, folds, trims, inbox } = data
  const facts = createFacts(data)

  /** A read that needs a view is called again until the view is close. */
  const decided =
    <Args extends readonly unknown[], Answer>(query: Command<Args, Answer>) =>
    (...args: Args): Answer | typeof AGAIN => {
      const session = facts(clock.now())
      const transaction = transact(query, args)
      let next = transaction.next()
      while (!next.done) {
        if (next.value.type === 'apply') throw new Error('A read must not write.')
        const { subject, needs } = next.value
        if (needs.includes('view') && !session.approach(subject)) return AGAIN
        next = transaction.next(session.load(subject, needs))
      }
      return next.value
    }

  function threadFor(principal: Principal, key: ThreadKey): SeenThread | Absent {
    const of = threadOf(principal, key)
    const thread = threads.seen(of, principal.personId)
    return threadAbsence(rooms.get(of), thread?.row, principal) ?? thread ?? NOT_FOUND
  }

  function infoOf(thread: SeenThread, ahead = runs.line(), room = roomIn(thread)): ThreadInfo {
    return toThreadInfo(thread.row, log.committedHead(thread.no), room, thread.own, ahead(thread))
  }

  const roomIn = (thread: SeenThread) => rooms.get(roomOf(thread, thread.row.roomId))

  function infosOf(list: readonly SeenThread[]): readonly ThreadInfo[] {
    const ahead = runs.line()
    const known = new Map<string, RoomRow | undefined>()
    return list.map((thread) => {
      const { roomId } = thread.row
      if (!known.has(roomId)) known.set(roomId, roomIn(thread))
      return infoOf(thread, ahead, known.get(roomId))
    })
  }

  const positionsOf = (person: Principal) => personLog.positions(person, inbox.numberOf)

  async function search(
    principal: Principal,
    roomId: string,
    page: PageRequest,
    terms: readonly string[],
  ): Promise<Answer<'threads.list'>> {
    const of = roomOf(principal, roomId)
    const kind: ListKind = `search.${roomId}`
    const after = page.before === undefined ? undefined : decodeListCursor(kind, page.before)
    if (page.before !== undefined && !after) return { type: 'invalid_cursor' }
    const found = terms.length === 0 ? [] : await searches.find({ ...of, terms, after, limit: page.limit + 1 })
    const absent = roomAbsence(rooms.get(of), principal)
    if (absent) return absent
    const answer = pageOf(
      kind,
      () => found,
      ({ at, id }) => ({ at, id }),
      page,
    )
    if (answer.type !== 'page') return answer
    // A thread may have been deleted meanwhile.
    const items = answer.items
      .flatMap(({ no }) => threads.seenByNo(no, principal.personId) ?? [])
      .filter(({ row }) => !row.deleted)
    return { ...answer, items: infosOf(items) }
  }

  return {
    'rooms.list': (principal, page) => {
      const list = (after: ListPosition | undefined, limit: number) => rooms.list(principal.tenantId, after, limit)
      const answer = pageOf('rooms', list, (room) => ({ at: room.createdAt, id: room.roomId }), page)
      if (answer.type !== 'page') return answer
      const own = persons.rooms(principal)
      return { ...answer, items: answer.items.map((room) => toRoom(room, own.get(room.roomId))) }
    },
    'settings.get': decided(QUERIES['settings.get']),
    'rooms.get': decided(QUERIES['rooms.get']),
    'threads.list': (principal, roomId, page) => {
      const of = roomOf(principal, roomId)
      const absent = roomAbsence(rooms.get(of), principal)
      if (absent) return absent
      if (page.q !== undefined) return search(principal, roomId, page, searchTerms(page.q))
      const list = (after: ListPosition | undefined, limit: number) =>
        threads.list(of, principal.personId, after, limit)
      const answer = pageOf(`threads.${roomId}`, list, ({ row }) => ({ at: row.updatedAt, id: row.threadId }), page)
      return answer.type === 'page' ? { ...answer, items: infosOf(answer.items) } : answer
    },
    'threads.snapshot': (principal, key) => {
      const thread = threadFor(principal, key)
      if ('type' in thread) return thread
      if (!folds.approach(thread.no, key)) return AGAIN
      const view = { ...folds.view(thread.no, key), firstSeq: trims.firstSeq(thread.no) }
      return { type: 'snapshot', thread: infoOf(thread), view }
    },
    'log.read': (principal, key, range) => {
      const of = threadOf(principal, key)
      const room = rooms.get(of)
      const thread = threads.get(of)
      if (!isVisible(room, principal) || !thread) return roomAbsence(room, principal) ?? NOT_FOUND
      const { deleted } = thread.row
      if (deleted) return { type: 'deleted', seq: deleted.seq, at: iso(deleted.at) }
      const head = log.committedHead(thread.no)
      if (range.after > head) return { type: 'cursor_ahead', head }
      const firstSeq = trims.firstSeq(thread.no)
      if (range.after < firstSeq - 1) return { type: 'cursor_gone', firstSeq }
      const maxBytes = Math.min(range.maxBytes, MAX_READ_BYTES)
      return { type: 'chunk', head, ...log.read(thread.no, { ...range, maxBytes }) }
    },
    'inbox.overview': (principal) => {
      const { tenantId } = principal
      const unreadCounts = unread.counts(principal)
      const limit = Math.min(
        unreadCounts.reduce((sum, { count }) => sum + count, 0),
        MAX_OVERVIEW_UNREAD,
      )
      const active = threads.active(principal, MAX_OVERVIEW_THREADS)
      const listed = new Map(active.map((thread) => [thread.no, thread]))
      for (const thread of limit === 0 ? [] : unread.newest(principal, limit)) listed.set(thread.no, thread)
      return overviewOf({
        activity: activityOf(inbox.roomIds(tenantId), [...inbox.counts(tenantId), ...unreadCounts]),
        threads: infosOf([...listed.values()].sort((a, b) => b.row.updatedAt - a.row.updatedAt)),
        head: { ...inbox.head(), own: positionsOf(principal).head },
      })
    },
    'inbox.read': (principal, { cursor, maxBytes, maxRecords }) => {
      const own = positionsOf(principal)
      const after = locate(cursor, inbox, own)
      if ('type' in after) return after
      const limit = { maxRecords, maxBytes: Math.min(maxBytes, MAX_READ_BYTES) }
      const shared = personalised(inbox.read(principal.tenantId, { after: after.position, ...limit }), (key) =>
        unread.mark(threadOf(principal, key), principal.personId),
      )
      const head = { generation: inbox.head().generation, own: own.head }
      const readOwn = (range: InboxRange) => personLog.read(principal, range)
      const { items, more } = merged(after, head, shared, readOwn, limit)
      return { type: 'entries', items: withNoticeIds(items, principal, (id) => notices.has(principal, id)), more }
    },
    'notices.list': (principal, page) => {
      const list = (after: ListPosition | undefined, limit: number) => notices.list(principal, page, after, limit)
      const answer = pageOf('notices', list, ({ no }) => ({ at: 0, id: String(no) }), page)
      if (answer.type !== 'page') return answer
      const items = answer.items.flatMap(({ thread, row }) => {
        const about = threads.byNo(thread)
        return about ? [toNoticeInfo(row, about.row)] : []
      })
      return { ...answer, items }
    },
    'push.waiting': () => notices.persons(),
    'webhooks.list': (principal, roomId) => {
      const of = roomOf(principal, roomId)
      const absent = roomAbsence(rooms.get(of), principal)
      return absent ?? { type: 'webhooks', webhooks: webhooks.of(of).map(toWebhook) }
    },
    'webhooks.deliveries': (principal, { roomId, webhookId }, page) => {
      const of = roomOf(principal, roomId)
      const absent = roomAbsence(rooms.get(of), principal)
      if (absent) return absent
      if (!webhooks.of(of).some((held) => held.webhookId === webhookId)) return NOT_FOUND
      const list = (after: ListPosition | undefined, limit: number) => webhooks.list(of, webhookId, page, after, limit)
      const answer = pageOf(`deliveries.${roomId},${webhookId}`, list, ({ no }) => ({ at: 0, id: String(no) }), page)
      return answer.type === 'page' ? { ...answer, items: answer.items.map(({ row }) => toDelivery(row)) } : answer
    },
    'webhooks.due': (limit, except) => webhooks.due(clock.now(), limit, except),
    'runs.whoAnswers': decided(QUERIES['runs.whoAnswers']),
    'runs.questions': decided(QUERIES['runs.questions']),
    'runs.queue': decided(QUERIES['runs.queue']),
    'subagents.list': decided(QUERIES['subagents.list']),
    'runs.get': (principal, key, runId) => {
      const thread = threadFor(principal, key)
      if ('type' in thread) return thread
      const run = runs.get(thread.no, runId)
      if (!run) return NOT_FOUND
      if (run.record.status === 'queued' && !folds.approach(thread.no, key)) return AGAIN
      const shown =
        run.record.status === 'queued'
          ? placed(toRun(run.record), folds.view(thread.no, key), runs.line()(thread))
          : toRun(run.record)
      return { type: 'run', run: shown, span: run.span }
    },
    'runs.timeline': ({ tenantId }, page) => {
      const { since, until } = acceptedWithin(page, clock)
      const list = (after: ListPosition | undefined, limit: number) =>
        runs.timeline(tenantId, { since, until, after, limit })
      const positionOf = (run: ListedRun) => ({ at: run.record.acceptedAt, id: String(run.no) })
      const answer = pageOf('runs', list, positionOf, page)
      return answer.type === 'page' ? { ...answer, items: answer.items.map(({ record }) => inThread(record)) } : answer
    },
    'runs.list': (principal, key, page) => {
      const thread = threadFor(principal, key)
      if ('type' in thread) return thread
      const list = (after: ListPosition | undefined, limit: number) =>
        runs.list(thread.no, Number(after?.id ?? 0), limit)
      const answer = pageOf(runsOf(key), list, ({ no }) => ({ at: 0, id: String(no) }), page)
      if (answer.type !== 'page') return answer
      const items = answer.items.map(({ record }) => toRun(record))
      if (!items.some((run) => run.status === 'queued')) return { ...answer, items }
      if (!folds.approach(thread.no, key)) return AGAIN
      const view = folds.view(thread.no, key)
      const ahead = runs.line()(thread)
      return { ...answer, items: items.map((run) => placed(run, view, ahead)) }
    },
    // Not a read of a person: it changes no answer but where a log begins.
    'retention.sweep': (request) => retention.sweep(request) ?? AGAIN,
    counts: () => ({ runs: runs.counts() }),
  }
}

/** Fetches one row more than the page needs, to know whether there is a next page. */
function pageOf<Row>(
  kind: ListKind,
  list: (after: ListPosition | undefined, limit: number) => readonly Row[],
  positionOf: (row: Row) => ListPosition,
  { limit, before }: PageRequest,
): ({ readonly type: 'page' } & Page<Row>) | { readonly type: 'invalid_cursor' } {
  const after = before === undefined ? undefined : decodeListCursor(kind, before)
  if (before !== undefined && !after) return { type: 'invalid_cursor' }
  const rows = list(after, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    type: 'page',
    items,
    ...(rows.length > limit && last && { next: encodeListCursor(kind, positionOf(last)) }),
  }
}
