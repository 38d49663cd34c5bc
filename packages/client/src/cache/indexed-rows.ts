/**
 * Rows in the browser's database, shared by all pages of a profile.
 *
 * Owns: what a transaction covers, what is written of a view that was written before. Does not know: when rows are written,
 * how the database is opened (`indexed-db.ts`).
 *
 * Invariants:
 * - A view and its position are written in one transaction, which also decides which of two pages has the higher one.
 * - Rows of a newer format are neither read nor changed.
 */
import type { ThreadKey, ThreadView } from '@holdfast/core'
import { type Counts, cut, isSameBlock, join, LISTS } from './blocks.ts'
import { tooMany } from './eviction.ts'
import {
  clear,
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Row,
  type RowId,
  troubleIn,
  type Writing,
  within,
  writing,
} from './indexed-db.ts'
import { CacheError, type CacheLimits, type CacheRows, FORMAT, LIMITS } from './port.ts'

export interface IndexedRowsOptions extends DatabaseOptions {
  readonly person: string
  /** Unique to this page. */
  readonly pageId: string
  readonly limits?: CacheLimits
}

/** Rejects with a `CacheError`. */
export async function openIndexedRows(options: IndexedRowsOptions): Promise<CacheRows> {
  const db = await openDatabase(options)
  const { person, limits = LIMITS } = options
  const threads = createThreadRows(db, { ...options, limits })
  return {
    ...threads,
    async readList(name) {
      const row = await db.get('lists', [person, name])
      return row?.format === FORMAT ? row.value : undefined
    },
    writeList: (name, value, at) =>
      saying(async () => {
        const tx = db.transaction('lists', 'readwrite')
        tx.done.catch(() => {})
        const before = await tx.store.get([person, name])
        if (before && before.format > FORMAT) return
        await tx.store.put({ format: FORMAT, at, value }, [person, name])
        if (!before) {
          const [ids, rows] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()])
          const kept = ids.map((id, n) => ({ id, at: rows[n]?.at ?? 0, characters: 0 }))
          for (const id of tooMany(kept, { ...limits, threads: limits.lists })) await tx.store.delete(id)
        }
        await tx.done
      }),
    async wipe() {
      threads.forgetWritten()
      await clear(db)
    },
    close: () => db.close(),
  }
}

interface Written {
  readonly view: ThreadView
  readonly stamp: string
  /** Characters of each block, by its address. */
  readonly sizes: ReadonlyMap<string, number>
}

type ThreadRows = Pick<CacheRows, 'readThread' | 'seqOf' | 'writeThread' | 'drop'>

interface ThreadRowsOptions {
  readonly person: string
  readonly pageId: string
  readonly limits: CacheLimits
}

function createThreadRows(db: Database, options: ThreadRowsOptions): ThreadRows & { forgetWritten(): void } {
  const { person, pageId, limits } = options
  /** What this page has written, by thread: bounded like the rows themselves. */
  const written = new Map<string, Written>()
  let writes = 0
  const idOf = ({ roomId, threadId }: ThreadKey): RowId => [person, roomId, threadId]

  async function write(view: ThreadView, at: number): Promise<void> {
    const id = idOf(view.key)
    const tx = writing(db)
    const row = (await tx.objectStore('threads').get(id)) as Partial<Row> | undefined
    if (row && (Number(row.format) > FORMAT || (isGood(row) && row.seq >= view.seq))) {
      await tx.done
      return
    }
    const mine = written.get(id.join('/'))
    const before = mine && row?.stamp === mine.stamp ? mine : undefined
    if (row && !before) await removeBlocks(tx, id)
    writes += 1
    const stamp = `${pageId}/${writes}`
    const { sizes, counts } = await putBlocks(tx, id, view, before)
    const characters = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    await tx.objectStore('threads').put({ format: FORMAT, seq: view.seq, at, characters, counts, stamp }, id)
    await makeRoom(tx, person, limits)
    await tx.done
    written.delete(id.join('/'))
    written.set(id.join('/'), { view, stamp, sizes })
    for (const [oldest] of written) if (written.size > WRITTEN) written.delete(oldest)
  }

  return {
    async readThread(key, at) {
      const id = idOf(key)
      const tx = db.transaction(['threads', 'blocks'])
      const [row, blocks] = await Promise.all([
        tx.objectStore('threads').get(id),
        tx.objectStore('blocks').getAll(within(id)),
      ])
      if (!row || !isGood(row)) return undefined
      const joined = join(blocks, row.counts)
      // A row whose position is not its view's was not written by `write`.
      if ((joined as Partial<ThreadView> | undefined)?.seq !== row.seq) return undefined
      void touch(db, id, at).catch(() => {})
      return joined
    },
    async seqOf(key) {
      const row = await db.get('threads', idOf(key))
      return row && isGood(row) ? row.seq : 0
    },
    writeThread: (view, at) =>
      saying(async () => {
        try {
          await write(view, at)
        } catch (cause) {
          if (troubleIn(cause) !== 'full') throw cause
          written.clear()
          await halve(db, person)
          await write(view, at)
        }
      }),
    async drop({ roomId, threadId }) {
      const range = within(threadId === undefined ? [person, roomId] : [person, roomId, threadId])
      const tx = writing(db)
      const threads = tx.objectStore('threads')
      const ids = threadId === undefined ? await threads.getAllKeys(range) : [[person, roomId, threadId] as RowId]
      for (const id of ids) {
        if (Number((await threads.get(id))?.format) > FORMAT) continue
        written.delete(id.join('/'))
        await removeThread(tx, id)
      }
      await tx.done
    },
    forgetWritten: () => written.clear(),
  }
}

/** The row was used. */
async function touch(db: Database, id: RowId, at: number): Promise<void> {
  const tx = writing(db)
  const row = await tx.objectStore('threads').get(id)
  if (row && isGood(row)) await tx.objectStore('threads').put({ ...row, at }, id)
  await tx.done
}

/** Views that this page holds in memory to know what has changed. */
const WRITTEN = 20

async function putBlocks(
  tx: Writing,
  id: RowId,
  view: ThreadView,
  before: Written | undefined,
): Promise<{ readonly sizes: ReadonlyMap<string, number>; readonly counts: Counts }> {
  const { blocks, counts } = cut(view)
  const store = tx.objectStore('blocks')
  const sizes = new Map<string, number>()
  for (const block of blocks) {
    const address = `${block.field}.${block.n}`
    const known = before && isSameBlock(block, before.view) ? before.sizes.get(address) : undefined
    if (known !== undefined) {
      sizes.set(address, known)
      continue
    }
    const { field, n, items } = block
    const text = JSON.stringify(items)
    sizes.set(address, text.length)
    // One after the other: the page stays responsive while a long thread is written for the first time.
    await store.put({ field, n, text }, [...id, field, n])
  }
  if (before) for (const field of LISTS) await store.delete(beyond(id, field, counts[field]))
  return { sizes, counts }
}

async function makeRoom(tx: Writing, person: string, limits: CacheLimits): Promise<void> {
  for (const id of tooMany(await ownRows(tx, person), limits)) await removeThread(tx, id)
}

/** The browser says that the origin has no more room. */
async function halve(db: Database, person: string): Promise<void> {
  const tx = writing(db)
  const rows = await ownRows(tx, person)
  const half = Math.ceil(rows.length / 2)
  for (const { id } of rows.toSorted((a, b) => a.at - b.at).slice(0, half)) await removeThread(tx, id)
  await tx.done
}

async function ownRows(tx: Writing, person: string) {
  const threads = tx.objectStore('threads')
  const range = within([person])
  const [ids, rows] = await Promise.all([threads.getAllKeys(range), threads.getAll(range)])
  return ids.flatMap((id, n) => {
    const { at, characters, format } = (rows[n] ?? {}) as Partial<Row>
    return Number(format) > FORMAT ? [] : [{ id, at: Number(at) || 0, characters: Number(characters) || 0 }]
  })
}

async function removeThread(tx: Writing, id: RowId): Promise<void> {
  await tx.objectStore('threads').delete(id)
  await removeBlocks(tx, id)
}

async function removeBlocks(tx: Writing, id: RowId): Promise<void> {
  await tx.objectStore('blocks').delete(within(id))
}

function beyond(id: RowId, field: string, count: number): IDBKeyRange {
  return IDBKeyRange.bound([...id, field, count], [...id, field, Number.POSITIVE_INFINITY])
}

/** Whether a row from the device is one of this build's. */
function isGood(row: Partial<Row>): row is Row {
  return row.format === FORMAT && Number.isSafeInteger(row.seq) && typeof row.stamp === 'string'
}

async function saying(act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (cause) {
    throw new CacheError(troubleIn(cause), { cause })
  }
}
