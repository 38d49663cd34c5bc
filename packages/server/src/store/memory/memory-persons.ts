/**
 * What belongs to one person in a memory store: what rooms are to each person, notification settings, and the log that
 * only the person reads, trimmed to its newest entries. What threads are to people lies with the threads.
 */
import type { InboxEntry, NotificationSettings } from '@holdfast/core'
import type { PersonRoom } from '../decide/facts.ts'
import { MAX_PERSON_ENTRIES } from '../decide/inbox.ts'
import type { InboxRange, OwnPositions, StoredEntries, StoredEntry } from '../decide/inbox-cursor.ts'
import type { Principal } from '../principal.ts'
import { roomName, roomOf, type TenantRoom, type TenantThread, threadName, threadOf } from '../tenant-thread.ts'
import { entriesIn } from './memory-inbox.ts'

export interface MemoryPersons {
  room(person: Principal, roomId: string): PersonRoom | undefined
  putRoom(person: Principal, roomId: string, own: PersonRoom): void
  settings(person: Principal): NotificationSettings | undefined
  putSettings(person: Principal, settings: NotificationSettings): void
  append(person: Principal, entry: InboxEntry): void
  positions(person: Principal): OwnPositions
  read(person: Principal, range: InboxRange): StoredEntries
  dropThread(thread: TenantThread): void
  /** The entries about its threads are dropped with them. */
  dropRoom(room: TenantRoom): void
}

interface Entry extends StoredEntry {
  /** The name of the thread that the entry is about. */
  readonly thread: string | undefined
  /** The name of the room, if the entry is about no thread of it. */
  readonly room: string | undefined
}

interface Log {
  head: number
  /** The position of the newest trimmed entry. */
  oldest: number
  entries: Entry[]
}

export function createMemoryPersons(): MemoryPersons {
  const logs = new Map<string, Log>()
  /** By the name of the room, then of the person. */
  const rooms = new Map<string, Map<string, PersonRoom>>()
  const settings = new Map<string, NotificationSettings>()
  const nameOf = ({ tenantId, personId }: Principal) => JSON.stringify([tenantId, personId])

  function keep(holds: (entry: Entry) => boolean): void {
    for (const log of logs.values()) log.entries = log.entries.filter(holds)
  }

  return {
    room: (person, roomId) => rooms.get(roomName(roomOf(person, roomId)))?.get(nameOf(person)),
    putRoom(person, roomId, own) {
      const name = roomName(roomOf(person, roomId))
      rooms.set(name, (rooms.get(name) ?? new Map()).set(nameOf(person), own))
    },
    settings: (person) => settings.get(nameOf(person)),
    putSettings: (person, put) => void settings.set(nameOf(person), put),
    append(person, entry) {
      const log = logs.get(nameOf(person)) ?? { head: 0, oldest: 0, entries: [] }
      logs.set(nameOf(person), log)
      const { roomId, threadId } = 'threadId' in entry ? entry : { ...entry, threadId: undefined }
      const thread = roomId !== undefined && threadId !== undefined ? threadOf(person, { roomId, threadId }) : undefined
      log.entries.push({
        position: ++log.head,
        json: JSON.stringify(entry),
        thread: thread && threadName(thread),
        room: roomId === undefined || thread ? undefined : roomName(roomOf(person, roomId)),
      })
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
      keep((entry) => entry.thread !== name)
    },
    dropRoom(room) {
      const name = roomName(room)
      rooms.delete(name)
      keep((entry) => entry.room !== name)
    },
  }
}
