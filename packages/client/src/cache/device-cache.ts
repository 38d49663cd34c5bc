/**
 * The device cache: what is read and written when, checked, on rows that never fail.
 *
 * Owns: the assembly. Does not know: databases (`indexed-rows.ts`), threads' connections, React.
 *
 * Invariant: what is dropped was asked to be written before it, never after: all writes are carried out in order.
 */
import { sameKey, type ThreadKey, type ThreadView, viewFromSnapshot } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import { createCompleted } from './completed.ts'
import { createMemoryRows } from './memory-rows.ts'
import { createNotes } from './notes.ts'
import type { CacheRows, CacheTrouble, CompletedSource, DeviceCache } from './port.ts'
import { createSafeRows } from './safe-rows.ts'
import { isList, viewIn } from './valid.ts'

export interface DeviceCacheOptions {
  /** Rejects with a `CacheError`. `lost` is called when the rows were taken away later. */
  open(lost: (trouble: CacheTrouble) => void): Promise<CacheRows>
  readonly person: string
  readonly environment: Pick<Environment, 'clock' | 'visibility' | 'random'>
  /** Rows are kept in memory from now on: a quiet note is enough. Called at most once. */
  fellBack?(trouble: CacheTrouble): void
}

export function createDeviceCache(options: DeviceCacheOptions): DeviceCache {
  const { open, person, environment, fellBack = () => {} } = options
  const { clock } = environment
  const rows = createSafeRows({ open, memory: createMemoryRows({ person }), clock, fellBack })
  const notes = createNotes(environment, (view) => inOrder((to) => to.writeThread(view, clock.now())))
  const completed = createCompleted(environment)
  /** Lists as this page has written them, as text. */
  const written = new Map<string, string>()
  let last = Promise.resolve()
  let wipes = 0

  function inOrder(act: (to: CacheRows) => Promise<void>): Promise<void> {
    last = last.then(() => rows.write(act))
    return last
  }

  /** What was read before a sign-out is not handed on after it. */
  async function readNow<T>(act: (from: CacheRows) => Promise<T>): Promise<T | undefined> {
    const before = wipes
    const row = await rows.read(act)
    return wipes === before ? row : undefined
  }

  function drop(key: { readonly roomId: string; readonly threadId?: string }): void {
    const isMeant = (other: ThreadKey) =>
      key.threadId === undefined ? other.roomId === key.roomId : sameKey(other, key as ThreadKey)
    notes.drop(isMeant)
    completed.remove(isMeant)
    void inOrder((from) => from.drop(key))
  }

  /** `seq`: where the run ended, if that is known. */
  async function load(
    key: ThreadKey,
    seq: number | undefined,
    { isFollowed, snapshot }: CompletedSource,
  ): Promise<void> {
    if (isFollowed(key)) return
    const known = await rows.read((from) => from.seqOf(key))
    if (seq !== undefined && (known ?? 0) >= seq) return
    const view = viewIn(key, viewFromSnapshot(key, await snapshot(key)))
    if (view) await inOrder((to) => to.writeThread(view, clock.now()))
  }

  return {
    async read(key) {
      const pending = notes.pending(key)
      if (pending) return pending
      const row = await readNow((from) => from.readThread(key, clock.now()))
      const view = row === undefined ? undefined : viewIn(key, row)
      if (row !== undefined && !view) drop({ roomId: key.roomId, threadId: key.threadId })
      return view
    },
    note: (key, view, now) => notes.add(key, () => kept(view()), now),
    forget: ({ roomId, threadId }) => drop({ roomId, threadId }),
    async readList(name) {
      const value = await readNow((from) => from.readList(name))
      return isList(name, value) ? value : undefined
    },
    writeList(name, value) {
      const text = JSON.stringify(value)
      if (written.get(name) === text) return
      written.set(name, text)
      void inOrder((to) => to.writeList(name, value, clock.now()))
    },
    hear(entry, from) {
      if (entry.type === 'RoomDeleted') drop({ roomId: entry.roomId })
      if (entry.type === 'ThreadDeleted') drop({ roomId: entry.roomId, threadId: entry.threadId })
      if (entry.type !== 'RunCompleted') return
      const { roomId, threadId } = entry
      const key = { roomId, threadId }
      const { completedSeq } = entry
      completed.add(key, () => load(key, completedSeq, from))
    },
    async wipe() {
      wipes += 1
      written.clear()
      notes.drop(() => true)
      completed.remove(() => true)
      await inOrder((from) => from.wipe())
    },
  }
}

/** A view that is worth a row. */
function kept(view: ThreadView | undefined): ThreadView | undefined {
  return view && view.seq > 0 && !view.deleted ? view : undefined
}
