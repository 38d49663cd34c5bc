/** The lifecycle logs of a memory store. */
import type { InboxEntry, ThreadKey } from '@holdfast/core'
import type { InboxPositions, StoredEntry } from '../decide/inbox-cursor.ts'

interface Entry extends StoredEntry {
  /** The order of all entries of the store. */
  readonly no: number
  readonly threadId: string | undefined
}

export interface MemoryInbox {
  append(entries: readonly InboxEntry[]): void
  head(roomId: string): number
  /** In the order of commits. */
  read(news: InboxPositions): readonly StoredEntry[]
  dropThread(key: ThreadKey): void
  dropRoom(roomId: string): void
}

export function createMemoryInbox(): MemoryInbox {
  const logs = new Map<string, { head: number; entries: Entry[] }>()
  let last = 0

  function keep(roomId: string, holds: (entry: Entry) => boolean): void {
    const log = logs.get(roomId)
    if (log) log.entries = log.entries.filter(holds)
  }

  return {
    append(entries) {
      for (const entry of entries) {
        const { roomId } = entry
        const log = logs.get(roomId) ?? { head: 0, entries: [] }
        logs.set(roomId, log)
        log.head++
        const threadId = 'threadId' in entry ? entry.threadId : undefined
        log.entries.push({ roomId, threadId, seq: log.head, no: ++last, json: JSON.stringify(entry) })
      }
    },
    head: (roomId) => logs.get(roomId)?.head ?? 0,
    read: (news) =>
      [...news]
        .flatMap(([roomId, after]) => logs.get(roomId)?.entries.filter(({ seq }) => seq > after) ?? [])
        .sort((a, b) => a.no - b.no),
    dropThread: ({ roomId, threadId }) => keep(roomId, (entry) => entry.threadId !== threadId),
    dropRoom: (roomId) => keep(roomId, () => false),
  }
}
