/**
 * Rows in memory: the fallback of a page whose browser keeps nothing, and the double of a database in tests.
 *
 * Owns: the rows. Does not know: pages, time.
 */
import { keyString, type ThreadView } from '@holdfast/core'
import { tooMany } from './eviction.ts'
import { type CacheLimits, type CacheRows, FORMAT, LIMITS } from './port.ts'

interface Row {
  readonly format: number
  readonly at: number
  /** Views and lists never change, so the row is the value itself. */
  readonly value: unknown
}

/** What several pages of one browser have in common. */
export interface MemoryDevice {
  readonly threads: Map<string, Row>
  readonly lists: Map<string, Row>
}

export interface MemoryRowsOptions {
  readonly person: string
  readonly device?: MemoryDevice
  readonly limits?: CacheLimits
}

export function createMemoryDevice(): MemoryDevice {
  return { threads: new Map(), lists: new Map() }
}

export function createMemoryRows(options: MemoryRowsOptions): CacheRows {
  const { person, device = createMemoryDevice(), limits = LIMITS } = options
  const { threads, lists } = device
  const mine = `${encodeURIComponent(person)}/`

  /** Another build's value is not read. */
  const read = (row: Row | undefined) => (row?.format === FORMAT ? row.value : undefined)
  const seqIn = (row: Row | undefined) => (read(row) as Partial<ThreadView> | undefined)?.seq ?? 0

  function put(rows: Map<string, Row>, id: string, row: Row): void {
    rows.set(id, row)
    const own = [...rows].filter(([each]) => each.startsWith(mine))
    const most = { ...limits, threads: rows === threads ? limits.threads : limits.lists }
    for (const each of tooMany(
      own.map(([id, { at }]) => ({ id, at, characters: 0 })),
      most,
    ))
      rows.delete(each)
  }

  return {
    async readThread(key, at) {
      const id = mine + keyString(key)
      const row = threads.get(id)
      if (row && row.format === FORMAT) threads.set(id, { ...row, at })
      return read(row)
    },
    seqOf: async (key) => seqIn(threads.get(mine + keyString(key))),
    async writeThread(view, at) {
      const id = mine + keyString(view.key)
      const before = threads.get(id)
      if ((before && before.format > FORMAT) || seqIn(before) >= view.seq) return
      put(threads, id, { format: FORMAT, at, value: view })
    },
    async drop({ roomId, threadId }) {
      const begin = `${mine}${roomId}/`
      for (const [id, { format }] of threads) {
        const isMeant = threadId === undefined ? id.startsWith(begin) : id === begin + threadId
        if (isMeant && format <= FORMAT) threads.delete(id)
      }
    },
    readList: async (name) => read(lists.get(mine + name)),
    async writeList(name, value, at) {
      const before = lists.get(mine + name)
      if (!before || before.format <= FORMAT) put(lists, mine + name, { format: FORMAT, at, value })
    },
    async wipe() {
      threads.clear()
      lists.clear()
    },
    close() {},
  }
}
