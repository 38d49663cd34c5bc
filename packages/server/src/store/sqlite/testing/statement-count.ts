/**
 * What databases are asked: how many statements are carried out, how many rows they give, and how each one finds them.
 * Counts every database of this thread, until the test is over.
 */
import { type DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'

export interface Taken {
  readonly statements: number
  readonly rows: number
}

export interface StatementCount {
  /** Since the last call. */
  take(): Taken
  /** The text of each statement that was carried out. */
  readonly texts: ReadonlySet<string>
}

export function countStatements(): StatementCount {
  let statements = 0
  let rows = 0
  const texts = new Set<string>()
  const { run, get, all, iterate } = StatementSync.prototype
  const original: Methods = { run, get, all, iterate }

  function begun(statement: StatementSync): void {
    statements++
    texts.add(statement.sourceSQL)
  }

  Object.assign(StatementSync.prototype, {
    run(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this)
      return original.run.call(this, ...values)
    },
    get(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this)
      const row = original.get.call(this, ...values)
      if (row) rows++
      return row
    },
    all(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this)
      const all = original.all.call(this, ...values)
      rows += all.length
      return all
    },
    *iterate(this: StatementSync, ...values: SQLInputValue[]) {
      begun(this)
      for (const row of original.iterate.call(this, ...values)) {
        rows++
        yield row
      }
    },
  })
  onTestFinished(() => void Object.assign(StatementSync.prototype, original))

  return {
    take() {
      const taken = { statements, rows }
      statements = 0
      rows = 0
      return taken
    },
    texts,
  }
}

/** As they are called here: without named parameters. */
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
