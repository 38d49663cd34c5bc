/**
 * Loads facts from the rows of a memory store: one loader for each fact. Does not know: who needs them, what is
 * decided.
 */
import { DEFAULT_NOTIFICATION_SETTINGS, type RoomActivity, type ThreadKey } from '@holdfast/core'
import type { Session } from '../commands/transact.ts'
import { CANCEL_MEMORY_MS } from '../decide/cancel.ts'
import { chainOf } from '../decide/chain.ts'
import type { Due, FactName, Facts, Subject } from '../decide/facts.ts'
import { activityOf, type RoomCount } from '../decide/overview.ts'
import { inTurn } from '../decide/places.ts'
import type { Listener } from '../notice-row.ts'
import type { Principal } from '../principal.ts'
import type { RunRecord } from '../run-record.ts'
import { threadName, threadOf } from '../tenant-thread.ts'
import { headOf, type MemoryData, type MemoryThread } from './memory-data.ts'

export interface MemoryFacts {
  open(now: number): Session
  /** How many runs of other threads start before the thread's next one; undefined if it has none that could start. */
  aheadOf(thread: MemoryThread): number | undefined
  /** Of every room, for this person. */
  activity(person: Principal): readonly RoomActivity[]
}

type Loaders = { readonly [Name in FactName]: (subject: Subject, now: number) => Facts[Name] }

export function createMemoryFacts(data: MemoryData): MemoryFacts {
  /** The thread's live run, otherwise the one that starts next. */
  function currentOf({ row, runs }: MemoryThread): RunRecord | undefined {
    const records = [...runs.values()].map((run) => run.record)
    const live = records.find((run) => run.status === 'running' || run.status === 'cancelling')
    return live ?? (row.nextRunId === null ? undefined : runs.get(row.nextRunId)?.record)
  }

  function currentRun(subject: Subject): RunRecord | undefined {
    const thread = data.thread(subject)
    return thread && currentOf(thread)
  }

  function found(subject: Subject, runId: string) {
    const run = data.thread(subject)?.runs.get(runId)
    return run && { record: run.record, firstSeq: run.span.firstSeq }
  }

  function dueIn(thread: MemoryThread): readonly Due[] {
    const { expiresAt, stepsSince } = thread.row
    const of = threadOf(thread, thread.row)
    return [
      ...(expiresAt === null ? [] : [{ ...of, kind: 'questions' as const, at: expiresAt }]),
      ...(stepsSince === null ? [] : [{ ...of, kind: 'steps' as const, at: stepsSince }]),
    ]
  }

  const contenderOf = (run: RunRecord) => ({ owner: run.owner, agentId: run.request.agentId })

  function live(): Facts['live'] {
    return data.live().flatMap((address) => {
      const held = data.thread(address)?.runs.get(address.runId)
      if (held?.record.status !== 'running' && held?.record.status !== 'cancelling') return []
      return [{ run: held.record, firstSeq: held.span.firstSeq }]
    })
  }

  function waiting(): Facts['waiting'] {
    const next = data.queued().flatMap((address) => {
      const run = data.run(address)
      return run && currentRun(address) === run ? [{ ...contenderOf(run), ...address }] : []
    })
    return inTurn(
      next,
      live().map(({ run }) => contenderOf(run)),
    )
  }

  function aheadOf(thread: MemoryThread): number | undefined {
    const name = threadName(threadOf(thread, thread.row))
    const place = waiting().findIndex((next) => threadName(next) === name)
    return place === -1 ? undefined : place
  }

  function activity({ tenantId, roomId, personId = '' }: Pick<Subject, 'tenantId' | 'roomId' | 'personId'>) {
    const present = data
      .rooms()
      .filter((room) => room.tenantId === tenantId && (roomId === '' || room.roomId === roomId) && !room.deletedAt)
    const counts = [
      ...data.threads().flatMap(({ tenantId: of, row: { roomId, status, deleted } }): RoomCount[] => {
        if (of !== tenantId || deleted || (status !== 'working' && status !== 'needs_you')) return []
        return [{ roomId, state: status, count: 1 }]
      }),
      ...data
        .unreadOf({ tenantId, personId })
        .map(({ row }) => ({ roomId: row.roomId, state: 'unread' as const, count: 1 })),
    ]
    return activityOf(
      present.map((room) => room.roomId),
      counts,
    )
  }

  function mutedFor(person: Principal, key: ThreadKey): Listener['mutedUntil'] {
    const thread = data.thread(threadOf(person, key))?.own.get(person.personId)?.mutedUntil
    const room = data.persons.room(person, key.roomId)?.mutedUntil
    return { ...(thread !== undefined && { thread }), ...(room !== undefined && { room }) }
  }

  const loaders: Loaders = {
    room: (subject) => data.room(subject),
    thread: (subject) => data.thread(subject)?.row,
    own: (subject) => data.thread(subject)?.own.get(subject.personId ?? ''),
    ownRoom: ({ personId, ...subject }) =>
      personId === undefined ? undefined : data.persons.room({ ...subject, personId }, subject.roomId),
    activity: (subject) => activity(subject),
    settings: ({ tenantId, personId = '' }) => data.persons.settings({ tenantId, personId }),
    audience: (subject) =>
      data.notices.known(subject.tenantId).map((personId) => ({
        personId,
        mutedUntil: mutedFor({ ...subject, personId }, subject),
        settings: data.persons.settings({ ...subject, personId }) ?? DEFAULT_NOTIFICATION_SETTINGS,
      })),
    notice(subject) {
      const notices = data.notices.of(personOf(subject)).map(({ row }) => row)
      const row = notices.find(({ noticeId }) => noticeId === subject.noticeId)
      const thread = row && data.thread(threadOf(subject, row))
      return thread && { row, thread: thread.row }
    },
    waitingNotices: (subject) =>
      data.notices.waiting(personOf(subject)).map((row) => ({ row, mutedUntil: mutedFor(personOf(subject), row) })),
    subscriptions: (subject) => data.notices.subscriptions(personOf(subject)),
    vapid: () => data.notices.keys,
    webhooks: (subject) => data.webhooks.of(subject),
    delivery: ({ deliveryId = '' }) => data.webhooks.delivery(deliveryId),
    view: (subject) => data.viewOf(subject),
    lastSeq: (subject) => headOf(data.thread(subject)),
    run: (subject) => data.run(subject),
    chain: (subject) => chainOf(data.run(subject), (runId) => found(subject, runId)),
    held: (subject) => data.run(subject),
    current: currentRun,
    cancel: (subject) => data.cancel(subject),
    cancels(subject, now) {
      const remembered = data.cancelsOf(subject)
      return { total: remembered.length, recent: remembered.filter(({ at }) => at >= now - CANCEL_MEMORY_MS).length }
    },
    threads: (subject) => data.threadsOf(subject).map((thread) => ({ thread: thread.row, current: currentOf(thread) })),
    ahead(subject) {
      const thread = data.thread(subject)
      return thread && aheadOf(thread)
    },
    live,
    due: () =>
      data
        .threads()
        .flatMap(dueIn)
        .sort((a, b) => a.at - b.at),
    waiting,
  }

  return {
    aheadOf,
    activity: (person) => activity({ ...person, roomId: '' }),
    open: (now) => ({
      load(subject, needs) {
        const facts: Partial<Record<FactName, unknown>> & { now: number } = { now }
        for (const need of needs) facts[need] = loaders[need](subject, now)
        // The types of the loaders guarantee that each gave its fact.
        return facts as ReturnType<Session['load']>
      },
      apply({ tenantId }, change) {
        if ('person' in change) data.applyOwn(change, now)
        else if ('room' in change) {
          data.putRoom(change.room)
          data.tellRoom(change.room, now)
        } else if ('noticesOf' in change) data.putNotices(change)
        else if ('vapid' in change) data.notices.keys = change.vapid
        else if ('webhooks' in change) data.putWebhooks(change)
        else data.apply(tenantId, change, now)
      },
    }),
  }
}

function personOf({ tenantId, personId = '' }: Subject): Principal {
  return { tenantId, personId }
}
