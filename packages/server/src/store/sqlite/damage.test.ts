/**
 * G11: whatever becomes of the files, a start reports it or goes on, and no record or message is ever served that is not
 * the one that was written. Rows of names and titles have no check of their own and are not what this is about.
 */
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventType } from '@ag-ui/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreFault } from '../fault.ts'
import type { Store } from '../port.ts'
import { StoreOpenError } from './open-error.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const THREADS = 4
const keyOf = (n: number) => ({ roomId: 'room-1', threadId: `thread-${n}` })

interface Shown {
  readonly log: string
  readonly messages: unknown
}

/** What each thread showed before anything was damaged. */
let whole: readonly Shown[] = []
/** As a store that was closed left it, and as one that was killed in the middle of it all. */
let closed = ''
let killed = ''

async function show(store: Store, n: number): Promise<Shown> {
  const chunk = await store.log.read(ALICE, keyOf(n), { after: 0, maxBytes: 1 << 20, maxRecords: 10_000 })
  if (chunk.type !== 'chunk') throw new Error(chunk.type)
  const snapshot = await store.threads.snapshot(ALICE, keyOf(n))
  if (snapshot.type !== 'snapshot') throw new Error(snapshot.type)
  return { log: new TextDecoder().decode(chunk.frames), messages: snapshot.view.messages }
}

async function fill(store: Store): Promise<void> {
  await store.rooms.create(ALICE, { roomId: 'room-1', title: 'Room', agentId: 'demo' })
  const request = { runId: 'run', agentId: 'demo', onBusy: 'reject', tools: [], context: [] } as const
  for (let n = 0; n < THREADS; n++) {
    const message = { id: `q-${n}`, role: 'user', content: `Question ${n}` } as const
    await store.runs.start(ALICE, keyOf(n), { ...request, messages: [message] })
    const [claim] = await store.work.claim({ workerId: 'w', limit: 1, leaseMs: 60_000 })
    if (!claim) throw new Error('nothing to claim')
    const messageId = `a-${n}`
    const begin = { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }
    await store.work.append(claim.lease, [JSON.stringify(begin)])
    for (let k = 0; k < 60; k++) {
      const delta = `thread ${n} says ${k} ${'and more '.repeat(20)}`
      await store.work.append(claim.lease, [JSON.stringify({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta })])
    }
    if (n % 2 === 0) await store.work.end(claim.lease, { events: [], outcome: { type: 'succeeded' } })
  }
}

beforeAll(async () => {
  const directory = temporaryDirectory()
  const store = await openInThread({ directory, publish() {} })
  await fill(store)
  whole = await Promise.all(Array.from({ length: THREADS }, (_, n) => show(store, n)))
  killed = temporaryDirectory()
  for (const name of ['holdfast.db', 'holdfast.db-wal']) copyFileSync(join(directory, name), join(killed, name))
  await store.close()
  closed = directory
})
afterAll(() => {
  for (const directory of [closed, killed]) rmSync(directory, { recursive: true, force: true })
})

type Found = 'refused' | 'all' | 'some' | 'none'

/**
 * What is shown is what was written, or its beginning: a write-ahead log that is damaged ends, for SQLite, where the
 * damage begins.
 */
function holdAgainst(shown: Shown, written: Shown): 'whole' | 'beginning' {
  if (!written.log.startsWith(shown.log)) throw new Error(`another log: ${firstDifference(shown.log, written.log)}`)
  if (shown.log.length < written.log.length) return 'beginning'
  const [messages, told] = [shown.messages, written.messages].map((given) => JSON.stringify(given))
  if (messages !== told) throw new Error(`other messages: ${firstDifference(messages ?? '', told ?? '')}`)
  return 'whole'
}

function firstDifference(a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return `at ${at}: ${a.slice(at - 20, at + 60)} | ${b.slice(at - 20, at + 60)}`
}

/** Opens a damaged copy and holds all that it shows against what was written. */
async function lookAt(from: string, damage: (directory: string) => void): Promise<Found> {
  const directory = temporaryDirectory()
  cpSync(from, directory, { recursive: true })
  damage(directory)
  try {
    const store = await openInThread({ directory, publish() {} })
    let same = 0
    for (const [n, written] of whole.entries()) {
      try {
        if (holdAgainst(await show(store, n), written) === 'whole') same++
      } catch (error) {
        // Reported is well; another text is not. A thread whose row is gone is not found.
        if (!(error instanceof StoreFault) && !/^(not_found|cursor_ahead)$/.test((error as Error).message)) throw error
      }
    }
    await store.close()
    return same === whole.length ? 'all' : same > 0 ? 'some' : 'none'
  } catch (error) {
    if (error instanceof StoreOpenError) return 'refused'
    throw error
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function flip(file: string, place: number, bit: number): void {
  const bytes = readFileSync(file)
  const at = Math.floor(place * bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(file, bytes)
}

/** Anywhere in a file, all places alike: numbers as they come would mostly be its beginning. */
const place = fc.nat().map((n) => (n * 0.6180339887498949) % 1)
const bit = fc.nat(7)

describe('a store whose files were damaged', () => {
  it('is whole when nothing was, also after a kill', async () => {
    expect(await lookAt(closed, () => {})).toBe('all')
    expect(await lookAt(killed, () => {})).toBe('all')
  })

  it('refuses to open when the record of a live run cannot be read', async () => {
    const unreadable = (directory: string) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      database.exec(`UPDATE run SET detail = replace(detail, '"epoch":', '"epoch":!')`)
      database.close()
    }
    expect(await lookAt(closed, unreadable)).toBe('refused')
  })

  it('refuses to open when its own schema is another one', async () => {
    const odd = (directory: string) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      database.enableDefensive(false)
      database.exec(`PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'REFERENCES run ', 'REFERENCES rum ') WHERE name = 'run_request'`)
      database.close()
    }
    expect(await lookAt(closed, odd)).toBe('refused')
  })

  it('never shows a record or a message that was not written, whichever bit of the database is another', async () => {
    const found: Record<Found, number> = { refused: 0, all: 0, some: 0, none: 0 }
    await fc.assert(
      fc.asyncProperty(place, bit, async (at, which) => {
        found[await lookAt(closed, (directory) => flip(join(directory, 'holdfast.db'), at, which))]++
      }),
      { numRuns: 80 },
    )
    // Damage is contained: far more often than not the other threads are all there.
    expect(found.all + found.some).toBeGreaterThan(found.none + found.refused)
  }, 60_000)

  it('nor whichever bit of what a killed process left beside it', async () => {
    await fc.assert(
      fc.asyncProperty(place, bit, async (at, which) => {
        await lookAt(killed, (directory) => flip(join(directory, 'holdfast.db-wal'), at, which))
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('nor wherever its file ends', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (share) => {
        const found = await lookAt(closed, (directory) => {
          const file = join(directory, 'holdfast.db')
          truncateSync(file, Math.floor(share * readFileSync(file).length))
        })
        expect(['refused', 'none']).toContain(found)
      }),
      { numRuns: 30 },
    )
  }, 60_000)

  it('a snapshot whose checkpoint is damaged is folded from the log again', async () => {
    const found = await lookAt(closed, (directory) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      const { changes } = database.prepare("UPDATE checkpoint SET body = replace(body, 'says', 'lies')").run()
      expect(changes).toBeGreaterThan(0)
      database.close()
    })
    expect(found).toBe('all')
  })
})

describe('a store whose database somebody else writes', () => {
  it('answers that it is busy, keeps nothing, and goes on afterwards', async () => {
    const directory = temporaryDirectory()
    cpSync(closed, directory, { recursive: true })
    expect(existsSync(join(directory, 'holdfast.db'))).toBe(true)
    const store = await openInThread({ directory, publish() {} })
    const other = new DatabaseSync(join(directory, 'holdfast.db'))
    other.exec('BEGIN IMMEDIATE')
    const room = { roomId: 'room-9', title: 'Ninth', agentId: 'demo' }
    await expect(store.rooms.create(ALICE, room)).rejects.toMatchObject({ code: 'storage_busy' })
    expect(await store.rooms.get(ALICE, 'room-9')).toMatchObject({ type: 'not_found' })
    expect(await store.rooms.get(ALICE, 'room-1')).toMatchObject({ type: 'room' })
    other.exec('ROLLBACK')
    other.close()
    expect(await store.rooms.create(ALICE, room)).toMatchObject({ type: 'created' })
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  })
})
