/** The notices, push subscriptions and keys of a memory store. Keeps the invariants of `../sqlite/notices.ts`. */
import type { NoticesPut } from '../decide/facts.ts'
import { MAX_NOTICES } from '../decide/person-notices.ts'
import { MAX_SUBSCRIPTIONS } from '../decide/push.ts'
import type { NoticeRow, RaisedNotice } from '../notice-row.ts'
import type { PushSubscriptionRow, VapidKeys } from '../port.ts'
import type { Principal } from '../principal.ts'
import { type TenantThread, threadName, threadOf } from '../tenant-thread.ts'

export interface MemoryNotice {
  readonly no: number
  readonly row: NoticeRow
}

export interface MemoryNotices {
  know(person: Principal): void
  known(tenantId: string): string[]
  raise(thread: TenantThread, seq: number, raised: readonly RaisedNotice[]): void
  /** Oldest first. */
  of(person: Principal): readonly MemoryNotice[]
  waiting(person: Principal): readonly NoticeRow[]
  persons(): Principal[]
  read(thread: TenantThread, personId: string, readSeq: number): void
  /** The same for a whole room, or for everything. */
  readAll(person: Principal, roomId?: string): void
  put(put: NoticesPut): void
  drop(thread: TenantThread): void
  /** The most recently registered one first. */
  subscriptions(person: Principal): readonly PushSubscriptionRow[]
  keys: VapidKeys | undefined
}

interface Person {
  readonly principal: Principal
  notices: MemoryNotice[]
  subscriptions: PushSubscriptionRow[]
}

export function createMemoryNotices(): MemoryNotices {
  const persons = new Map<string, Person>()
  let lastNotice = 0

  function personOf(principal: Principal): Person {
    const { tenantId, personId } = principal
    const name = JSON.stringify([tenantId, personId])
    const held = persons.get(name) ?? { principal: { tenantId, personId }, notices: [], subscriptions: [] }
    persons.set(name, held)
    return held
  }

  const waitingOf = ({ notices }: Person) =>
    notices.map(({ row }) => row).filter(({ state }) => state === 'open' || state === 'sending')

  function change(person: Person, to: (row: NoticeRow) => NoticeRow): void {
    person.notices = person.notices.map(({ no, row }) => ({ no, row: to(row) }))
  }

  function subscribe(person: Person, added: PushSubscriptionRow): void {
    for (const other of persons.values()) {
      other.subscriptions = other.subscriptions.filter(({ endpoint }) => endpoint !== added.endpoint)
    }
    const others = person.subscriptions.filter(({ deviceId }) => deviceId !== added.deviceId)
    person.subscriptions = [added, ...others].slice(0, MAX_SUBSCRIPTIONS)
  }

  return {
    keys: undefined,
    know: (person) => void personOf(person),
    known: (tenantId) =>
      [...persons.values()].flatMap(({ principal }) => (principal.tenantId === tenantId ? principal.personId : [])),
    raise({ tenantId, roomId, threadId }, seq, raised) {
      for (const { personId, ...notice } of raised) {
        const person = personOf({ tenantId, personId })
        const row: NoticeRow = { ...notice, roomId, threadId, seq, state: 'open' }
        person.notices = [...person.notices, { no: ++lastNotice, row }].slice(-MAX_NOTICES)
      }
    },
    of: (person) => personOf(person).notices,
    waiting: (person) => waitingOf(personOf(person)),
    persons: () => [...persons.values()].flatMap((person) => (waitingOf(person).length > 0 ? person.principal : [])),
    read(thread, personId, readSeq) {
      change(personOf({ ...thread, personId }), (row) => {
        const isRead = row.roomId === thread.roomId && row.threadId === thread.threadId && row.seq <= readSeq
        return isRead ? { ...row, state: 'withdrawn' } : row
      })
    },
    readAll(person, roomId) {
      const isRead = (row: NoticeRow) => roomId === undefined || row.roomId === roomId
      change(personOf(person), (row) => (isRead(row) ? { ...row, state: 'withdrawn' } : row))
    },
    put({ noticesOf, notices = [], removed = [], subscribe: added, unsubscribe = [] }) {
      const person = personOf(noticesOf)
      const put = new Map(notices.map((row) => [row.noticeId, row]))
      change(person, (row) => put.get(row.noticeId) ?? row)
      person.notices = removed === 'all' ? [] : person.notices.filter(({ row }) => !removed.includes(row.noticeId))
      if (added) subscribe(person, added)
      person.subscriptions = person.subscriptions.filter(({ endpoint }) => !unsubscribe.includes(endpoint))
    },
    drop(thread) {
      const name = threadName(thread)
      for (const person of persons.values()) {
        const { principal } = person
        person.notices = person.notices.filter(({ row }) => threadName(threadOf(principal, row)) !== name)
      }
    },
    subscriptions: (person) => personOf(person).subscriptions,
  }
}
