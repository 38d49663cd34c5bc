/**
 * Loads facts from the database and memory of an embedded store: one loader for each fact. Does not know: who needs
 * them, what is decided.
 */
import type { Loaded, Session } from '../commands/transact.ts'
import { CANCEL_MEMORY_MS } from '../decide/cancel.ts'
import { chainOf } from '../decide/chain.ts'
import { MAX_DUE } from '../decide/due.ts'
import type { FactName, Facts, Subject } from '../decide/facts.ts'
import { activityOf } from '../decide/overview.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import { threadOf } from '../tenant-thread.ts'
import type { StoreData } from './store-data.ts'
import type { StoredThread } from './threads.ts'

/** The facts of one command. The thread and the run of a subject are looked up once. */
export interface FactSession extends Session {
  /** One bounded step towards the subject's view; true once the view needs no further reading. */
  approach(subject: Subject): boolean
}

type Loaders = { readonly [Name in FactName]: (subject: Subject) => Facts[Name] }

/**
 * A call begins the next session and ends the previous one: a new session object for each append would cost too much.
 */
export function createFacts(data: StoreData): (now: number) => FactSession {
  const { rooms, threads, runs, cancels, persons, unread, notices, webhooks, inbox, log, folds } = data
  let now = 0
  let known: { readonly subject: Subject; readonly thread: StoredThread | undefined } | undefined
  let knownRun: { readonly subject: Subject; readonly run: RunRecord | undefined } | undefined

  function storedOf(subject: Subject): StoredThread | undefined {
    if (known?.subject !== subject) known = { subject, thread: threads.get(subject) }
    return known.thread
  }

  function runIn(subject: Subject): RunRecord | undefined {
    if (knownRun?.subject !== subject) {
      knownRun = { subject, run: data.run(storedOf(subject)?.no, subject, subject.runId) }
    }
    return knownRun.run
  }

  function found(subject: Subject, runId: string) {
    const thread = storedOf(subject)
    const run = thread && runs.get(thread.no, runId)
    return run && { record: run.record, firstSeq: run.span.firstSeq }
  }

  function currentRun({ no, tenantId, row }: StoredThread) {
    const { nextRunId } = row
    const of = threadOf({ tenantId }, row)
    return runs.live(of)?.record ?? (nextRunId === null ? undefined : data.run(no, of, nextRunId))
  }

  const loaders: Loaders = {
    room: (subject) => rooms.get(subject),
    thread: (subject) => storedOf(subject)?.row,
    own(subject) {
      const thread = storedOf(subject)
      return thread && subject.personId !== undefined ? persons.get(thread.no, subject.personId) : undefined
    },
    ownRoom: (subject) => (subject.personId === undefined ? undefined : persons.room(subject, subject.personId)),
    activity({ tenantId, roomId: named, personId = '' }) {
      const roomId = named === '' ? undefined : named
      const counts = [...inbox.counts(tenantId, roomId), ...unread.counts({ tenantId, personId }, roomId)]
      return activityOf(roomId === undefined ? inbox.roomIds(tenantId) : [roomId], counts)
    },
    settings: ({ tenantId, personId = '' }) => persons.settings({ tenantId, personId }),
    audience(subject) {
      const thread = storedOf(subject)
      return thread ? notices.audience(thread.no, subject) : []
    },
    notice(subject) {
      const found = notices.get(personOf(subject), subject.noticeId ?? '')
      const thread = found && threads.byNo(found.thread)
      return thread && { row: found.row, thread: thread.row }
    },
    waitingNotices: (subject) => notices.waiting(personOf(subject)),
    subscriptions: (subject) => notices.subscriptions(personOf(subject)),
    vapid: () => notices.keys(),
    webhooks: (subject) => webhooks.of(subject),
    delivery: ({ deliveryId = '' }) => webhooks.delivery(deliveryId),
    view: (subject) => data.view(storedOf(subject)?.no, subject),
    lastSeq(subject) {
      const thread = storedOf(subject)
      return thread ? log.head(thread.no) : 0
    },
    run: runIn,
    chain: (subject) => chainOf(runIn(subject), (runId) => found(subject, runId)),
    // Every append needs this fact, so it is read from memory.
    held(subject) {
      const record = runs.live(subject)?.record
      return record?.runId === subject.runId ? record : undefined
    },
    current(subject) {
      const thread = storedOf(subject)
      return thread && currentRun(thread)
    },
    cancel: (subject) => cancels.get(subject),
    cancels: (subject) => cancels.count(subject, now - CANCEL_MEMORY_MS),
    threads: (subject) => threads.allOf(subject).map((thread) => ({ thread: thread.row, current: currentRun(thread) })),
    ahead(subject) {
      const thread = storedOf(subject)
      return thread && runs.line()(thread)
    },
    live: () => runs.allLive().map(({ record, span }) => ({ run: record, firstSeq: span.firstSeq })),
    due: () => threads.due(MAX_DUE),
    waiting: () => runs.waiting(),
  }

  const session: FactSession = {
    load(subject, needs) {
      const facts: Partial<Record<FactName, unknown>> & { now: number } = { now }
      for (const need of needs) facts[need] = loaders[need](subject)
      // The types of the loaders guarantee that each gave its fact.
      return facts as Loaded
    },
    apply({ tenantId }, change) {
      known = undefined
      knownRun = undefined
      if ('person' in change) data.applyOwn(change, now)
      else if ('room' in change) {
        data.putRoom(change.room)
        data.tellRoom(change.room, now)
      } else if ('noticesOf' in change) data.putNotices(change)
      else if ('vapid' in change) data.putKeys(change.vapid)
      else if ('webhooks' in change) data.putWebhooks(change)
      else data.apply(tenantId, change, now)
    },
    approach(subject) {
      const thread = storedOf(subject)
      return !thread || folds.approach(thread.no, subject)
    },
  }

  return (time) => {
    now = time
    known = undefined
    knownRun = undefined
    return session
  }
}

function personOf({ tenantId, personId = '' }: Subject): Principal {
  return { tenantId, personId }
}
