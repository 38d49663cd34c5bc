/** The lifecycle entries of a memory store: each tenant's, in the order in which all entries were written. */
import { randomBytes } from 'node:crypto'
import type { SharedEntry } from '../decide/inbox.ts'
import type { InboxPositions, InboxRange, StoredEntries, StoredEntry } from '../decide/inbox-cursor.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'

interface Entry extends StoredEntry {
  readonly roomId: string
  readonly threadId: string | undefined
}

export interface MemoryInbox extends InboxPositions {
  append(tenantId: string, entries: readonly SharedEntry[]): void
  read(tenantId: string, range: InboxRange): StoredEntries
  dropThread(thread: TenantThread): void
  dropRoom(room: TenantRoom): void
}

export function createMemoryInbox(): MemoryInbox {
  const generation = randomBytes(6).toString('base64url')
  const logs = new Map<string, Entry[]>()
  let position = 0

  function keep(tenantId: string, holds: (entry: Entry) => boolean): void {
    const log = logs.get(tenantId)
    if (log) logs.set(tenantId, log.filter(holds))
  }

  return {
    head: () => ({ generation, position }),
    lastOf: (asked) => (asked === generation ? position : undefined),
    append(tenantId, entries) {
      const log = logs.get(tenantId) ?? []
      logs.set(tenantId, log)
      for (const entry of entries) {
        const { roomId } = entry
        const threadId = 'threadId' in entry ? entry.threadId : undefined
        log.push({ roomId, threadId, position: ++position, json: JSON.stringify(entry) })
      }
    },
    read: (tenantId, range) => entriesIn(logs.get(tenantId) ?? [], range),
    dropThread: ({ tenantId, roomId, threadId }) =>
      keep(tenantId, (entry) => entry.roomId !== roomId || entry.threadId !== threadId),
    dropRoom: ({ tenantId, roomId }) => keep(tenantId, (entry) => entry.roomId !== roomId),
  }
}

/** Reads from a log that is in the order of its positions. */
export function entriesIn(log: readonly StoredEntry[], { after, maxRecords, maxBytes }: InboxRange): StoredEntries {
  const first = firstBehind(log, after)
  let bytes = 0
  let end = first
  for (; end < log.length && end - first < maxRecords; end++) {
    bytes += log[end]?.json.length ?? 0
    if (end > first && bytes > maxBytes) break
  }
  return { entries: log.slice(first, end), more: end < log.length }
}

function firstBehind(log: readonly StoredEntry[], after: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((log[middle]?.position ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}
