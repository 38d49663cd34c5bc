/**
 * Counts statements and the rows that they return, and shows how each one finds them. Counts every database of this
 * thread until the test is over.
 */
import { type DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'

export interface Taken {
  readonly statements: number
  readonly rows: number
  /** Units of text and bytes that were passed to statements. */
  readonly given: number
}

export interface StatementCount {
  /** Since the last call. */
  take(): Taken
  /** How often each statement was executed since the beginning, by its text. */
  readonly texts: ReadonlyMap<string, number>
}

export function countStatements(): StatementCount {
  let statements = 0
  let rows = 0
  let given = 0
  const texts = new Map<string, number>()
  const { run, get, all, iterate } = StatementSync.prototype
  const original: Methods = { run, get, all, iterate }

  function begun(statement: StatementSync, values: readonly SQLInputValue[]): void {
    statements++
    for (const value of values) given += sizeOf(value)
    texts.set(statement.sourceSQL, (texts.get(statement.sourceSQL) ?? 0) + 1)
  }

  Object.assign(StatementSync.prototype, {
    run(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this, values)
      return original.run.call(this, ...values)
    },
    get(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this, values)
      const row = original.get.call(this, ...values)
      if (row) rows++
      return row
    },
    all(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this, values)
      const all = original.all.call(this, ...values)
      rows += all.length
      return all
    },
    *iterate(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this, values)
      for (const row of original.iterate.call(this, ...values)) {
        rows++
        yield row
      }
    },
  })
  onTestFinished(() => void Object.assign(StatementSync.prototype, original))

  return {
    take() {
      const taken = { statements, rows, given }
      statements = 0
      rows = 0
      given = 0
      return taken
    },
    texts,
  }
}

function sizeOf(value: SQLInputValue): number {
  if (typeof value === 'string') return value.length
  return ArrayBuffer.isView(value) ? value.byteLength : 0
}

/** The signatures as the store calls them, without named parameters. */
interface Methods {
  run(this: StatementSync, ...values: SQLInputValue[]): unknown
  get(this: StatementSync, ...values: SQLInputValue[]): unknown
  all(this: StatementSync, ...values: SQLInputValue[]): unknown[]
  iterate(this: StatementSync, ...values: SQLInputValue[]): Iterable<unknown>
}

/** How a statement finds its rows, step by step (https://www.sqlite.org/eqp.html). */
export function planOf(database: DatabaseSync, text: string): string[] {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all()
    .map(({ detail }) => String(detail))
}
