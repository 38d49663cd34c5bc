/** The lifecycle entries of a memory store, each tenant's in the order in which all were written. */
import { randomBytes } from 'node:crypto'
import type { InboxEntry } from '@holdfast/core'
import type { InboxPositions, StoredEntry } from '../decide/inbox-cursor.ts'
import type { TenantRoom, TenantThread } from '../tenant-thread.ts'

interface Entry extends StoredEntry {
  readonly roomId: string
  readonly threadId: string | undefined
}

export interface MemoryInbox extends InboxPositions {
  append(tenantId: string, entries: readonly InboxEntry[]): void
  /** At most `maxRecords`, at least one if there is one, then as many whole ones as fit. */
  read(
    tenantId: string,
    range: { readonly after: number; readonly maxRecords: number; readonly maxBytes: number },
  ): { readonly entries: readonly StoredEntry[]; readonly more: boolean }
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
    read(tenantId, { after, maxRecords, maxBytes }) {
      const log = logs.get(tenantId) ?? []
      const first = firstBehind(log, after)
      let bytes = 0
      let end = first
      for (; end < log.length && end - first < maxRecords; end++) {
        bytes += log[end]?.json.length ?? 0
        if (end > first && bytes > maxBytes) break
      }
      return { entries: log.slice(first, end), more: end < log.length }
    },
    dropThread: ({ tenantId, roomId, threadId }) =>
      keep(tenantId, (entry) => entry.roomId !== roomId || entry.threadId !== threadId),
    dropRoom: ({ tenantId, roomId }) => keep(tenantId, (entry) => entry.roomId !== roomId),
  }
}

function firstBehind(log: readonly Entry[], after: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((log[middle]?.position ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}
