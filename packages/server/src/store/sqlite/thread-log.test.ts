import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { frame } from '@holdfast/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openDatabase } from './open-database.ts'
import { recoverJournal } from './recover.ts'
import { temporaryDirectory } from './testing/harness.ts'
import { createThreadLog, type LogLimits, type ThreadLog } from './thread-log.ts'

const LIMITS: LogLimits = { tailRecords: 4, tailBytes: 700, segmentBytes: 400, journalRows: 6, moveBytes: 1 }
const THREADS = [1, 2, 3]

function framesAfter(head: number, texts: readonly string[]): string[] {
  const place = { roomId: 'room', at: '2026-01-01T00:00:00.000Z', kind: 'agui' } as const
  return texts.map((text, n) => frame({ ...place, threadId: 't', seq: head + 1 + n }, JSON.stringify({ delta: text })))
}

interface Opened {
  readonly database: DatabaseSync
  readonly log: ThreadLog
}

function open(directory: string): Opened {
  const database = openDatabase(join(directory, 'holdfast.db'))
  const { nextRow } = recoverJournal(database, directory, LIMITS.segmentBytes)
  return { database, log: createThreadLog(database, nextRow, LIMITS) }
}

const texts = fc.array(fc.oneof(fc.constant('t'), fc.constant('ü€'), fc.constant('x'.repeat(300))), { maxLength: 12 })
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('commit' as const),
      said: fc.dictionary(fc.constantFrom('1', '2', '3'), texts),
      seal: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('roll back' as const),
      said: fc.dictionary(fc.constantFrom('1', '2', '3'), texts),
      seal: fc.boolean(),
    }),
  },
  // Like a kill: keeps what was committed to the file and drops what was in memory.
  { weight: 1, arbitrary: fc.record({ type: fc.constant('open again' as const) }) },
)

it('every committed record is read once and in order, wherever it is stored and however it is read (G1, G2)', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 900 }),
      (steps, maxBytes) => {
        const directory = temporaryDirectory()
        let { database, log } = open(directory)
        const expected = new Map(THREADS.map((thread) => [thread, [] as string[]]))
        try {
          for (const one of steps) {
            if (one.type === 'open again') {
              database.close()
              ;({ database, log } = open(directory))
              continue
            }
            database.exec('BEGIN IMMEDIATE')
            const added = Object.entries(one.said).map(([no, said]) => {
              const frames = framesAfter(log.head(Number(no)), said)
              log.append(Number(no), frames)
              if (one.seal) log.seal(Number(no))
              return { thread: Number(no), frames }
            })
            log.write(Date.UTC(2026, 0, 1))
            if (one.type === 'roll back') {
              database.exec('ROLLBACK')
              log.rolledBack()
              continue
            }
            database.exec('COMMIT')
            const { parts } = log.committed()
            for (const { thread, frames } of added) {
              expected.get(thread)?.push(...frames)
              const part = parts.find((told) => told.thread === thread)
              expect(part?.frames.toString() ?? '').toBe(frames.join(''))
            }
            const rows = Number(database.prepare('SELECT count(*) AS n FROM journal').get()?.n)
            expect(rows).toBeLessThanOrEqual(LIMITS.journalRows + 2)
          }

          for (const [thread, frames] of expected) {
            expect(log.committedHead(thread)).toBe(frames.length)
            for (let after = 0; after < frames.length; ) {
              const read = log.read(thread, { after, maxBytes, maxRecords: 5 })
              expect(read.firstSeq).toBe(after + 1)
              expect(read.lastSeq).toBeGreaterThan(after)
              expect(Buffer.from(read.frames).toString()).toBe(frames.slice(after, read.lastSeq).join(''))
              after = read.lastSeq
            }
          }
        } finally {
          database.close()
          rmSync(directory, { recursive: true })
        }
      },
    ),
    { numRuns: 60 },
  )
})
