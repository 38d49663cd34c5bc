/**
 * The memory store: the port without a disk, for tests and for trying things out. Keeps every guarantee of the port but
 * durability: its data lives as long as its process.
 */
import { type Clock, searchTerms, type ThreadKey, termsOf } from '@holdfast/core'
import type { AnswerOf, ArgsOf, CallName } from '../commands/calls.ts'
import { COMMANDS, type Command, QUERIES } from '../commands/commands.ts'
import { perform, type Session, type Transaction, transact } from '../commands/transact.ts'
import { acceptedWithin, createStoreClock } from '../decide/clock.ts'
import { toRoom } from '../decide/create.ts'
import { type InboxRange, locate, merged } from '../decide/inbox-cursor.ts'
import { withNoticeIds } from '../decide/inbox-notices.ts'
import { personalised } from '../decide/inbox-personal.ts'
import { runsOf } from '../decide/list-cursor.ts'
import { MAX_OVERVIEW_THREADS, MAX_OVERVIEW_UNREAD, overviewOf } from '../decide/overview.ts'
import { toNoticeInfo } from '../decide/person-notices.ts'
import { placed } from '../decide/queue.ts'
import { isAtRest, type Trimmable, trimTo } from '../decide/retention.ts'
import { inThread, iso, toRun, toThreadInfo } from '../decide/to-run.ts'
import { markOf } from '../decide/unread.ts'
import { isVisible, NOT_FOUND, roomAbsence, threadAbsence } from '../decide/visible.ts'
import { toDelivery, toWebhook } from '../decide/webhooks.ts'
import { StoreFault } from '../fault.ts'
import type { Absent, Publish, Store } from '../port.ts'
import type { Principal } from '../principal.ts'
import { roomOf, threadOf } from '../tenant-thread.ts'
import { createMemoryData, headOf, type MemoryThread } from './memory-data.ts'
import { createMemoryFacts } from './memory-facts.ts'
import { pageOf } from './page-of.ts'
import { readFrames } from './read-frames.ts'

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Called once for each notice, after its writes are applied. */
  readonly publish: Publish
  /** Executes commands in another way, for tests of the commands. One transaction at a time. */
  readonly perform?: <Answer>(transaction: Transaction<Answer>, session: Session) => Answer | Promise<Answer>
}

export function createMemoryStore({ clock, publish, perform: carryOut = perform }: MemoryStoreOptions): Store {
  const data = createMemoryData(publish)
  const facts = createMemoryFacts(data)
  const storeClock = createStoreClock(clock)
  let closed = false

  /** Begins a transaction: returns its time, or throws if the store is closed. */
  function begin(): number {
    if (closed) throw new StoreFault('storage_closed', 'The store is closed.')
    return storeClock.now()
  }

  function call<Call extends CallName>(name: Call): (...args: ArgsOf<Call>) => Promise<AnswerOf<Call>> {
    const table: Readonly<Record<string, Command<never, unknown>>> = { ...COMMANDS, ...QUERIES }
    // The parameter types have the same names as the tables.
    const command = table[name] as unknown as Command<ArgsOf<Call>, AnswerOf<Call>>
    return async (...args) => {
      const answer = await carryOut(transact(command, args), facts.open(begin()))
      data.tell()
      return answer
    }
  }

  function threadFor(principal: Principal, key: ThreadKey): MemoryThread | Absent {
    const of = threadOf(principal, key)
    const held = data.thread(of)
    return threadAbsence(data.room(of), held?.row, principal) ?? held ?? NOT_FOUND
  }

  const { aheadOf } = facts
  const inboxHead = (person: Principal) => ({ ...data.inbox.head(), own: data.persons.positions(person).head })
  const infoOf = (thread: MemoryThread, { personId }: Principal) =>
    toThreadInfo(
      thread.row,
      headOf(thread),
      data.room(roomOf(thread, thread.row.roomId)),
      thread.own.get(personId),
      thread.row.status === 'queued' ? aheadOf(thread) : undefined,
    )

  const claim = call('work.claim')

  return {
    rooms: {
      async list(principal, page) {
        begin()
        const rows = data.rooms().filter((room) => !roomAbsence(room, principal))
        const answer = pageOf('rooms', rows, (room) => ({ at: room.createdAt, id: room.roomId }), page)
        if (answer.type !== 'page') return answer
        const items = answer.items.map((room) => toRoom(room, data.persons.room(principal, room.roomId)))
        return { ...answer, items }
      },
      get: call('rooms.get'),
      create: call('rooms.create'),
      change: call('rooms.change'),
      delete: call('rooms.delete'),
    },
    threads: {
      async list(principal, roomId, page) {
        begin()
        const of = roomOf(principal, roomId)
        const absent = roomAbsence(data.room(of), principal)
        if (absent) return absent
        const position = ({ row }: MemoryThread) => ({ at: row.updatedAt, id: row.threadId })
        const kind = page.q === undefined ? (`threads.${roomId}` as const) : (`search.${roomId}` as const)
        const answer = pageOf(kind, data.threadsOf(of).filter(finds(page.q)), position, page)
        if (answer.type !== 'page') return answer
        return { ...answer, items: answer.items.map((thread) => infoOf(thread, principal)) }
      },
      create: call('threads.create'),
      change: call('threads.change'),
      delete: call('threads.delete'),
      async snapshot(principal, key) {
        begin()
        const held = threadFor(principal, key)
        if ('type' in held) return held
        const view = { ...data.viewOf(threadOf(principal, key)), firstSeq: held.trimmed + 1 }
        return { type: 'snapshot', thread: infoOf(held, principal), view }
      },
    },
    marks: {
      read: call('marks.read'),
      unread: call('marks.unread'),
      readRoom: call('marks.readRoom'),
      readAll: call('marks.readAll'),
    },
    settings: { get: call('settings.get'), put: call('settings.put') },
    log: {
      async read(principal, key, range) {
        begin()
        const of = threadOf(principal, key)
        const room = data.room(of)
        const held = data.thread(of)
        if (!isVisible(room, principal) || !held) return roomAbsence(room, principal) ?? NOT_FOUND
        const { row } = held
        if (row.deleted) return { type: 'deleted', seq: row.deleted.seq, at: iso(row.deleted.at) }
        return readFrames(held, range)
      },
    },
    inbox: {
      async overview(principal) {
        begin()
        const all = data.threads().filter((thread) => {
          return !threadAbsence(data.room(roomOf(thread, thread.row.roomId)), thread.row, principal)
        })
        const newest = (some: readonly MemoryThread[], limit: number) =>
          some.toSorted((a, b) => b.row.updatedAt - a.row.updatedAt).slice(0, limit)
        const active = newest(
          all.filter(({ row }) => row.status !== 'idle'),
          MAX_OVERVIEW_THREADS,
        )
        const unread = newest(data.unreadOf(principal), MAX_OVERVIEW_UNREAD)
        const listed = [...new Set([...active, ...unread])]
        const threads = newest(listed, listed.length)
        return overviewOf({
          activity: facts.activity(principal),
          threads: threads.map((thread) => infoOf(thread, principal)),
          head: inboxHead(principal),
        })
      },
      async read(principal, { cursor, maxBytes, maxRecords }) {
        begin()
        const after = locate(cursor, data.inbox, data.persons.positions(principal))
        if ('type' in after) return after
        const limit = { maxBytes, maxRecords }
        const shared = personalised(data.inbox.read(principal.tenantId, { after: after.position, ...limit }), (key) => {
          const thread = data.thread(threadOf(principal, key))
          return thread && markOf(thread.row, thread.own.get(principal.personId))
        })
        const readOwn = (range: InboxRange) => data.persons.read(principal, range)
        const { items, more } = merged(after, inboxHead(principal), shared, readOwn, limit)
        const held = new Set(data.notices.of(principal).map(({ row }) => row.noticeId))
        return { type: 'entries', items: withNoticeIds(items, principal, (id) => held.has(id)), more }
      },
    },
    runs: {
      whoAnswers: call('runs.whoAnswers'),
      questions: call('runs.questions'),
      start: call('runs.start'),
      cancelRun: call('runs.cancelRun'),
      cancelThread: call('runs.cancelThread'),
      edit: call('runs.edit'),
      queue: call('runs.queue'),
      changeQueue: call('runs.changeQueue'),
      async get(principal, key, runId) {
        begin()
        const held = threadFor(principal, key)
        if ('type' in held) return held
        const run = held.runs.get(runId)
        return run
          ? {
              type: 'run',
              run: placed(toRun(run.record), data.viewOf(threadOf(principal, key)), aheadOf(held)),
              span: run.span,
            }
          : NOT_FOUND
      },
      async timeline(principal, page) {
        begin()
        const { since, until } = acceptedWithin(page, storeClock)
        const runs = data
          .threads()
          .filter((thread) => isVisible(data.room(roomOf(thread, thread.row.roomId)), principal))
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
        const view = data.viewOf(threadOf(principal, key))
        const positionOf = ({ no }: { readonly no: number }) => ({ at: 0, id: String(no) })
        const answer = pageOf(runsOf(key), [...held.runs.values()], positionOf, page)
        return answer.type === 'page'
          ? { ...answer, items: answer.items.map(({ record }) => placed(toRun(record), view, aheadOf(held))) }
          : answer
      },
    },
    notices: {
      async list(principal, page) {
        begin()
        const { kind, unread } = page
        const found = data.notices
          .of(principal)
          .filter(({ row }) => (kind ?? row.kind) === row.kind && !(unread && row.state === 'withdrawn'))
        const answer = pageOf('notices', found, ({ no }) => ({ at: 0, id: String(no) }), page)
        if (answer.type !== 'page') return answer
        const items = answer.items.flatMap(({ row }) => {
          const about = data.thread(threadOf(principal, row))
          return about ? [toNoticeInfo(row, about.row)] : []
        })
        return { ...answer, items }
      },
      claim: call('notices.claim'),
      remove: call('notices.remove'),
    },
    push: {
      keys: call('push.keys'),
      subscribe: call('push.subscribe'),
      unsubscribe: call('push.unsubscribe'),
      async waiting() {
        begin()
        return data.notices.persons()
      },
      next: call('push.next'),
      settle: call('push.settle'),
    },
    webhooks: {
      async list(principal, roomId) {
        begin()
        const of = roomOf(principal, roomId)
        const absent = roomAbsence(data.room(of), principal)
        return absent ?? { type: 'webhooks', webhooks: data.webhooks.of(of).map(toWebhook) }
      },
      create: call('webhooks.create'),
      remove: call('webhooks.remove'),
      async deliveries(principal, { roomId, webhookId }, page) {
        begin()
        const of = roomOf(principal, roomId)
        const absent = roomAbsence(data.room(of), principal)
        if (absent) return absent
        if (!data.webhooks.of(of).some((held) => held.webhookId === webhookId)) return NOT_FOUND
        const found = data.webhooks.list(of, webhookId).map(({ no, row }) => ({ no, info: toDelivery(row) }))
        const wanted = found.filter(({ info }) => (page.status ?? info.status) === info.status)
        const kind = `deliveries.${roomId},${webhookId}` as const
        const answer = pageOf(kind, wanted, ({ no }) => ({ at: 0, id: String(no) }), page)
        return answer.type === 'page' ? { ...answer, items: answer.items.map(({ info }) => info) } : answer
      },
      retry: call('webhooks.retry'),
      async due(limit, except) {
        return data.webhooks.due(begin(), limit, except)
      },
      settle: call('webhooks.settle'),
    },
    subagents: { list: call('subagents.list'), cancel: call('subagents.cancel') },
    work: {
      // A copy: an agent's changes to its input must not reach the thread.
      claim: async (request) => structuredClone(await claim(request)),
      append: call('work.append'),
      end: call('work.end'),
      renew: call('work.renew'),
      settleOrphans: call('work.settleOrphans'),
      settleDue: call('work.settleDue'),
    },
    retention: {
      async sweep({ endedBefore }) {
        begin()
        let trimmed = 0
        for (const thread of data.threads()) {
          if (!isAtRest(thread.row)) continue
          const upTo = trimTo(trimmable(thread), endedBefore)
          if (upTo === undefined || upTo <= thread.trimmed) continue
          trimmed += upTo - thread.trimmed
          data.trim(threadOf(thread, thread.row), upTo)
        }
        return { trimmed }
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

/** Its runs that have records left, in the order of their acceptance. */
function trimmable({ runs, trimmed }: MemoryThread): Trimmable[] {
  return [...runs.values()]
    .filter(({ span }) => (span.lastSeq ?? Number.POSITIVE_INFINITY) > trimmed)
    .sort((a, b) => a.span.firstSeq - b.span.firstSeq)
    .map(({ span, record }) => ({ ...span, ...('outcome' in record && { endedAt: record.endedAt }) }))
}

/** Whether each search term begins a word of the thread. */
function finds(q: string | undefined): (thread: MemoryThread) => boolean {
  if (q === undefined) return () => true
  const terms = searchTerms(q)
  return ({ row, said }) => {
    const words = [...termsOf(row.title), ...said.flat()]
    return terms.length > 0 && terms.every((term) => words.some((word) => word.startsWith(term)))
  }
}
