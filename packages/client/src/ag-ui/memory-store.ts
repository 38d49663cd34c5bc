/**
 * LocalStore in memory: where the browser stores nothing (a private window, a full disk), and for tests.
 *
 * Owns: rows in the order of their keys, transactions one after another. Does not know: what a row means.
 */
import {
  KEYS,
  type Key,
  type ListOptions,
  type LocalStore,
  TABLES,
  type Table,
  type Tables,
  type Writing,
} from './port.ts'

type Part = string | number

/** Rows that differ in the last part of their key, in its order. */
interface Bucket {
  readonly prefix: Key
  readonly parts: Part[]
  readonly rows: unknown[]
}

export function createMemoryStore(): LocalStore {
  let undo: (() => void)[] = []
  const rows = createRows((back) => void undo.push(back))
  let queue: Promise<unknown> = Promise.resolve()

  function next<A>(body: () => Promise<A>): Promise<A> {
    const done = queue.then(body)
    queue = done.catch(() => {})
    return done
  }

  return {
    lasting: false,
    read: (body) => next(() => body(rows)),
    write: (body) =>
      next(async () => {
        undo = []
        try {
          return await body(rows)
        } catch (error) {
          for (const back of undo.reverse()) back()
          throw error
        }
      }),
    close() {},
  }
}

/** `onChange` gets what undoes each change. */
function createRows(onChange: (undo: () => void) => void): Writing {
  const tables = new Map<Table, Map<string, Bucket>>(TABLES.map((table) => [table, new Map()]))

  const bucketsOf = (table: Table) => tables.get(table) as Map<string, Bucket>

  function below(table: Table, prefix: Key): readonly Bucket[] {
    const depth = KEYS[table].length - 1
    if (prefix.length === depth) return [bucketsOf(table).get(nameOf(prefix))].filter((each) => each !== undefined)
    return [...bucketsOf(table).values()]
      .filter((bucket) => prefix.every((part, at) => bucket.prefix[at] === part))
      .sort((one, other) => (nameOf(one.prefix) < nameOf(other.prefix) ? -1 : 1))
  }

  function set(table: Table, key: Key, row: unknown): void {
    const prefix = key.slice(0, -1)
    const part = key.at(-1) as Part
    const name = nameOf(prefix)
    const bucket = bucketsOf(table).get(name) ?? { prefix, parts: [], rows: [] }
    bucketsOf(table).set(name, bucket)
    const at = placeOf(bucket.parts, part)
    const held = bucket.parts[at] === part
    const before = held ? bucket.rows[at] : undefined
    onChange(() => (held ? replace(bucket, part, before) : drop(bucket, part)))
    if (held) bucket.rows[at] = row
    else {
      bucket.parts.splice(at, 0, part)
      bucket.rows.splice(at, 0, row)
    }
  }

  function unset(bucket: Bucket, part: Part): void {
    const at = placeOf(bucket.parts, part)
    if (bucket.parts[at] !== part) return
    const row = bucket.rows[at]
    onChange(() => {
      const back = placeOf(bucket.parts, part)
      bucket.parts.splice(back, 0, part)
      bucket.rows.splice(back, 0, row)
    })
    drop(bucket, part)
  }

  return {
    async get<T extends Table>(table: T, key: Key) {
      const bucket = bucketsOf(table).get(nameOf(key.slice(0, -1)))
      if (!bucket) return undefined
      const part = key.at(-1) as Part
      const at = placeOf(bucket.parts, part)
      return bucket.parts[at] === part ? (bucket.rows[at] as Tables[T]) : undefined
    },
    async list<T extends Table>(table: T, prefix: Key, { after, limit = Number.POSITIVE_INFINITY }: ListOptions = {}) {
      const rows: Tables[T][] = []
      for (const bucket of below(table, prefix)) {
        const from = after === undefined ? 0 : placeAfter(bucket.parts, after)
        rows.push(...(bucket.rows.slice(from, from + limit - rows.length) as Tables[T][]))
        if (rows.length >= limit) break
      }
      return rows
    },
    async last<T extends Table>(table: T, prefix: Key) {
      return below(table, prefix)
        .findLast(({ rows }) => rows.length > 0)
        ?.rows.at(-1) as Tables[T] | undefined
    },
    put(table, row) {
      const fields = row as unknown as Readonly<Record<string, Part>>
      set(
        table,
        KEYS[table].map((field) => fields[field] as Part),
        row,
      )
    },
    remove(table, prefix, upTo) {
      if (prefix.length === KEYS[table].length) {
        const bucket = bucketsOf(table).get(nameOf(prefix.slice(0, -1)))
        if (bucket) unset(bucket, prefix.at(-1) as Part)
        return
      }
      for (const bucket of below(table, prefix)) {
        for (const part of [...bucket.parts]) if (upTo === undefined || part <= upTo) unset(bucket, part)
      }
    },
  }
}

function nameOf(prefix: Key): string {
  return prefix.join('/')
}

/** Where `part` is, or belongs. */
function placeOf(parts: readonly Part[], part: Part): number {
  let low = 0
  let high = parts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle] as Part) < part) low = middle + 1
    else high = middle
  }
  return low
}

function placeAfter(parts: readonly Part[], part: Part): number {
  const at = placeOf(parts, part)
  return parts[at] === part ? at + 1 : at
}

function replace(bucket: Bucket, part: Part, row: unknown): void {
  bucket.rows[placeOf(bucket.parts, part)] = row
}

function drop(bucket: Bucket, part: Part): void {
  const at = placeOf(bucket.parts, part)
  bucket.parts.splice(at, 1)
  bucket.rows.splice(at, 1)
}
