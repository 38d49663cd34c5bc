/**
 * Names rooms, threads and runs where those of several tenants meet: in tables, maps, caches and notices. Room ids are
 * unique only within a tenant, so a `ThreadKey` alone names a conversation only within one tenant: on the wire, and in
 * a decision, which is made for one principal.
 *
 * Invariant: a map by `ThreadKey` or by `keyString` holds threads of one tenant. Maps across tenants are created here.
 */
import type { ThreadKey } from '@holdfast/core'

export interface TenantRoom {
  readonly tenantId: string
  readonly roomId: string
}

export interface TenantThread extends ThreadKey {
  readonly tenantId: string
}

export interface TenantRun extends TenantThread {
  readonly runId: string
}

/** The room with this id in the tenant of the principal, or of any other value that has a tenant. */
export function roomOf({ tenantId }: { readonly tenantId: string }, roomId: string): TenantRoom {
  return { tenantId, roomId }
}

export function threadOf({ tenantId }: { readonly tenantId: string }, { roomId, threadId }: ThreadKey): TenantThread {
  return { tenantId, roomId, threadId }
}

export function runOf(of: { readonly tenantId: string }, key: ThreadKey, runId: string): TenantRun {
  return { ...threadOf(of, key), runId }
}

/** These strings are equal exactly if they name the same thing: only a tenant's id may contain a `/`. */
export function roomName({ tenantId, roomId }: TenantRoom): string {
  return [tenantId, roomId].join('/')
}

export function threadName({ tenantId, roomId, threadId }: TenantThread): string {
  return [tenantId, roomId, threadId].join('/')
}

export function runName({ tenantId, roomId, threadId, runId }: TenantRun): string {
  // `join` makes one flat string. A template string would keep its parts in memory as long as the name.
  return [tenantId, roomId, threadId, runId].join('/')
}

/** Iterates in the order of insertion, like `Map`. */
export interface TenantThreadMap<Value> {
  readonly size: number
  has(thread: TenantThread): boolean
  get(thread: TenantThread): Value | undefined
  set(thread: TenantThread, value: Value): void
  delete(thread: TenantThread): void
  clear(): void
  entries(): Iterable<{ readonly thread: TenantThread; readonly value: Value }>
}

/**
 * Looks ids up as they are: on hot paths, joining them into one string and hashing it costs more than the rest of the
 * look-up.
 */
export function createTenantThreadMap<Value>(): TenantThreadMap<Value> {
  type Held = { readonly thread: TenantThread; value: Value }
  const entries = new Set<Held>()
  const tenants = new Map<string, Map<string, Map<string, Held>>>()
  const find = ({ tenantId, roomId, threadId }: TenantThread) => tenants.get(tenantId)?.get(roomId)?.get(threadId)

  return {
    get size() {
      return entries.size
    },
    has: (thread) => find(thread) !== undefined,
    get: (thread) => find(thread)?.value,
    set(thread, value) {
      const known = find(thread)
      if (known) {
        known.value = value
        return
      }
      const { tenantId, roomId, threadId } = thread
      const held = { thread: { tenantId, roomId, threadId }, value }
      entries.add(held)
      const rooms = tenants.get(tenantId) ?? new Map<string, Map<string, Held>>()
      const room = rooms.get(roomId) ?? new Map<string, Held>()
      tenants.set(tenantId, rooms.set(roomId, room.set(threadId, held)))
    },
    delete(thread) {
      const held = find(thread)
      if (!held) return
      entries.delete(held)
      const { tenantId, roomId, threadId } = thread
      const rooms = tenants.get(tenantId)
      const room = rooms?.get(roomId)
      room?.delete(threadId)
      if (room?.size === 0) rooms?.delete(roomId)
      if (rooms?.size === 0) tenants.delete(tenantId)
    },
    clear() {
      entries.clear()
      tenants.clear()
    },
    entries: () => entries,
  }
}
