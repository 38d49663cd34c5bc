/**
 * A bus that checks the address of every notice (I3). A notice without an address, with an invalid one, or with the
 * frames of another thread is dropped and reported, and never delivered to the thread it seems to mean. Notices are
 * lossy, so a process that misses one re-reads the store.
 *
 * Owns: what a valid address is. Does not know: what a notice leads to.
 */
import { createThreadMap, frameAddress, haveAddress, isId, keyOf, type ThreadKey } from '@holdfast/core'
import type { Notice } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import type { TenantRoom, TenantThread } from '../store/tenant-thread.ts'
import type { Bus } from './port.ts'

export interface DroppedNotice extends Partial<TenantThread> {
  readonly type: string
  readonly reason: 'missing' | 'invalid' | 'foreign'
}

/** Addresses that are cached as bytes, for the threads that currently write. */
const MAX_ADDRESSES = 1_000

export function createStrictBus(inner: Bus, onDropped: (dropped: DroppedNotice) => void): Bus {
  /** By what stored frames say, which is the same for equal keys of two tenants. */
  const addresses = createThreadMap<Buffer>()
  /** All listeners get the same notice object, so it is checked once. */
  let last: { readonly notice: unknown; readonly good: boolean } | undefined

  function isGood(notice: Notice): boolean {
    if (last && last.notice === notice) return last.good
    const dropped = faultOf(notice)
    last = { notice, good: dropped === undefined }
    if (dropped) onDropped(dropped)
    return last.good
  }

  function faultOf(notice: Notice): DroppedNotice | undefined {
    const type = String((notice as Partial<Notice> | undefined)?.type)
    if (type === 'inbox.more') {
      const { tenantId, personId } = notice as { readonly tenantId?: unknown; readonly personId?: unknown }
      if (!isName(tenantId)) return { type, reason: reasonOf(tenantId) }
      return personId === undefined || isName(personId) ? undefined : { type, reason: 'invalid' }
    }
    if (type === 'notice.raised' || type === 'notice.claimed') {
      const { tenantId, personId } = notice as Partial<Record<keyof Principal, unknown>>
      if (!isName(tenantId)) return { type, reason: reasonOf(tenantId) }
      return isName(personId) ? undefined : { type, reason: reasonOf(personId) }
    }
    if (type === 'room.deleted' || type === 'webhook.due') {
      const { tenantId, roomId } = notice as Partial<Record<keyof TenantRoom, unknown>>
      if (!isName(tenantId)) return { type, reason: reasonOf(tenantId) }
      return isId(roomId) ? undefined : { type, reason: reasonOf(roomId), tenantId }
    }
    const claimed = (notice as { readonly key?: unknown } | undefined)?.key
    const key = keyOf(claimed)
    if (!key) return { type, reason: reasonOf(claimed) }
    const { tenantId } = claimed as { readonly tenantId?: unknown }
    if (!isName(tenantId)) return { type, reason: reasonOf(tenantId), ...key }
    // A commit's frames are all of one thread: the first one's head says which.
    const { frames } = notice as { readonly frames?: Uint8Array }
    return frames && !haveAddress(frames, addressOf(key)) ? { type, reason: 'foreign', tenantId, ...key } : undefined
  }

  function addressOf(key: ThreadKey): Buffer {
    const known = addresses.get(key)
    if (known) return known
    if (addresses.size >= MAX_ADDRESSES) addresses.clear()
    const address = Buffer.from(frameAddress(key))
    addresses.set(key, address)
    return address
  }

  return {
    publish: inner.publish,
    subscribe: (listener) =>
      inner.subscribe((notice) => {
        if (isGood(notice)) listener(notice)
      }),
  }
}

function isName(claimed: unknown): claimed is string {
  return typeof claimed === 'string' && claimed !== ''
}

function reasonOf(claimed: unknown): 'missing' | 'invalid' {
  return claimed === undefined || claimed === null ? 'missing' : 'invalid'
}
