/**
 * G11: whatever happens to the files, the store either reports it at the start or works, and never serves a record or
 * message other than the one that was written. Rows of names and titles have no checksum and are not covered.
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

/** What each thread showed before the damage. */
let whole: readonly Shown[] = []
/** The directories of a store that was closed, and of one that was killed while it was writing. */
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
 * Compares what is shown with what was written: equal, or a prefix. For SQLite, a damaged write-ahead log ends where
 * the damage begins.
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

/** Opens a damaged copy and compares everything that it shows with what was written. */
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
        // An error is fine, different content is not. A thread whose row is gone is not found.
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

/** A place anywhere in a file, evenly distributed: plain numbers would mostly be near its beginning. */
const place = fc.nat().map((n) => (n * 0.6180339887498949) % 1)
const bit = fc.nat(7)

describe('a store whose files were damaged', () => {
  it('is complete without damage, also after a kill', async () => {
    expect(await lookAt(closed, () => {})).toBe('all')
    expect(await lookAt(killed, () => {})).toBe('all')
  })

  it('refuses to open if the record of a live run cannot be read', async () => {
    const unreadable = (directory: string) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      database.exec(`UPDATE run SET detail = replace(detail, '"epoch":', '"epoch":!')`)
      database.close()
    }
    expect(await lookAt(closed, unreadable)).toBe('refused')
  })

  it('refuses to open if its schema was changed', async () => {
    const odd = (directory: string) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      database.enableDefensive(false)
      database.exec(`PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'REFERENCES run ', 'REFERENCES rum ') WHERE name = 'run_request'`)
      database.close()
    }
    expect(await lookAt(closed, odd)).toBe('refused')
  })

  it('never shows a record or message that was not written, whichever bit of the database is flipped', async () => {
    const found: Record<Found, number> = { refused: 0, all: 0, some: 0, none: 0 }
    await fc.assert(
      fc.asyncProperty(place, bit, async (at, which) => {
        found[await lookAt(closed, (directory) => flip(join(directory, 'holdfast.db'), at, which))]++
      }),
      { numRuns: 80 },
    )
    // Damage stays local: far more often than not all other threads are intact.
    expect(found.all + found.some).toBeGreaterThan(found.none + found.refused)
  }, 60_000)

  it('does not show one either, whichever bit of a killed process’s leftover files is flipped', async () => {
    await fc.assert(
      fc.asyncProperty(place, bit, async (at, which) => {
        await lookAt(killed, (directory) => flip(join(directory, 'holdfast.db-wal'), at, which))
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('does not show one either, wherever its file is truncated', async () => {
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

  it('folds a snapshot from the log again if its checkpoint is damaged', async () => {
    const found = await lookAt(closed, (directory) => {
      const database = new DatabaseSync(join(directory, 'holdfast.db'))
      const { changes } = database.prepare("UPDATE checkpoint SET body = replace(body, 'says', 'lies')").run()
      expect(changes).toBeGreaterThan(0)
      database.close()
    })
    expect(found).toBe('all')
  })
})

describe('a store whose database another program is writing', () => {
  it('answers that it is busy, keeps nothing, and works again afterwards', async () => {
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
