/**
 * A map by thread key. It looks ids up as they are: on hot paths, making and hashing the string of `keyString` costs more
 * than the rest of a look-up.
 *
 * Does not know: what it holds. Iterates in the order of insertion, like `Map`.
 */
import type { ThreadKey } from './thread-key.ts'

export interface ThreadMap<Value> {
  readonly size: number
  has(key: ThreadKey): boolean
  get(key: ThreadKey): Value | undefined
  set(key: ThreadKey, value: Value): void
  delete(key: ThreadKey): void
  clear(): void
  entries(): Iterable<ThreadMapEntry<Value>>
}

export interface ThreadMapEntry<Value> {
  readonly key: ThreadKey
  readonly value: Value
}

export function createThreadMap<Value>(): ThreadMap<Value> {
  type Held = { readonly key: ThreadKey; value: Value }
  const entries = new Set<Held>()
  const rooms = new Map<string, Map<string, Held>>()
  const find = ({ roomId, threadId }: ThreadKey) => rooms.get(roomId)?.get(threadId)

  return {
    get size() {
      return entries.size
    },
    has: (key) => find(key) !== undefined,
    get: (key) => find(key)?.value,
    set({ roomId, threadId }, value) {
      const room = rooms.get(roomId) ?? new Map<string, Held>()
      const known = room.get(threadId)
      if (known) {
        known.value = value
        return
      }
      const entry = { key: { roomId, threadId }, value }
      entries.add(entry)
      rooms.set(roomId, room.set(threadId, entry))
    },
    delete(key) {
      const entry = find(key)
      if (!entry) return
      entries.delete(entry)
      const room = rooms.get(key.roomId)
      room?.delete(key.threadId)
      if (room?.size === 0) rooms.delete(key.roomId)
    },
    clear() {
      entries.clear()
      rooms.clear()
    },
    entries: () => entries,
  }
}
