/**
 * A separate process: opens the store in the given directory and trims its logs, piece by piece, until it is killed.
 * Prints a line before and after each piece.
 */
import { writeSync } from 'node:fs'
import { createSqliteStore } from '../index.ts'

const [directory = ''] = process.argv.slice(2)
const store = await createSqliteStore({ directory, publish() {} })
for (let after: number | undefined; ; ) {
  writeSync(1, 'begins\n')
  const swept = await store.retention.sweep({
    endedBefore: Number.MAX_SAFE_INTEGER,
    ...(after !== undefined && { after }),
  })
  writeSync(1, `done ${swept.trimmed}\n`)
  after = swept.next
}
