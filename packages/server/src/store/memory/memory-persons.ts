/**
 * The per-person log of a memory store, which only that person reads. Does not know: what its entries say.
 *
 * Invariants: positions increase by one and are never reused; a log holds at most `MAX_PERSON_ENTRIES` entries.
 */
import type { InboxEntry } from '@holdfast/core'
import { MAX_PERSON_ENTRIES } from '../decide/inbox.ts'
import type { InboxRange, OwnPositions, StoredEntries, StoredEntry } from '../decide/inbox-cursor.ts'
import type { Principal } from '../principal.ts'
import { type TenantThread, threadName, threadOf } from '../tenant-thread.ts'
import { entriesIn } from './memory-inbox.ts'

export interface MemoryPersons {
  append(person: Principal, entry: InboxEntry): void
  positions(person: Principal): OwnPositions
  read(person: Principal, range: InboxRange): StoredEntries
  dropThread(thread: TenantThread): void
}

interface Entry extends StoredEntry {
  /** The name of the thread that the entry is about. */
  readonly thread: string | undefined
}

interface Log {
  head: number
  /** The position of the newest trimmed entry. */
  oldest: number
  entries: Entry[]
}

export function createMemoryPersons(): MemoryPersons {
  const logs = new Map<string, Log>()
  const nameOf = ({ tenantId, personId }: Principal) => JSON.stringify([tenantId, personId])

  return {
    append(person, entry) {
      const log = logs.get(nameOf(person)) ?? { head: 0, oldest: 0, entries: [] }
      logs.set(nameOf(person), log)
      const thread = 'threadId' in entry ? threadName(threadOf(person, entry)) : undefined
      log.entries.push({ position: ++log.head, json: JSON.stringify(entry), thread })
      log.oldest = Math.max(0, log.head - MAX_PERSON_ENTRIES)
      while ((log.entries[0]?.position ?? log.head) <= log.oldest) log.entries.shift()
    },
    positions(person) {
      const { head = 0, oldest = 0 } = logs.get(nameOf(person)) ?? {}
      // A memory store has one generation, because it lives as long as its process.
      return { head, oldest, lastOf: () => head }
    },
    read: (person, range) => entriesIn(logs.get(nameOf(person))?.entries ?? [], range),
    dropThread(thread) {
      const name = threadName(thread)
      for (const log of logs.values()) log.entries = log.entries.filter((entry) => entry.thread !== name)
    },
  }
}
