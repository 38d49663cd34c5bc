import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIGRATIONS, migrate } from './migrations.ts'
import { checkSqlite } from './open-database.ts'
import { StoreOpenError } from './open-error.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => {
  chmodSync(directory, 0o700)
  rmSync(directory, { recursive: true })
})

const open = () => openInThread({ directory, publish() {} })
const file = (name = 'holdfast.db') => join(directory, name)

async function makeStore(): Promise<void> {
  const store = await open()
  const rooms = Array.from({ length: 200 }, (_, n) => `room-${n}`)
  await Promise.all(
    rooms.map((roomId) =>
      store.rooms.create(
        { tenantId: 'acme', personId: 'alice' },
        { roomId, title: 'A title '.repeat(20), agentId: 'demo' },
      ),
    ),
  )
  await store.close()
}

async function refusal(): Promise<StoreOpenError> {
  const error = await open().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreOpenError)
  return error as StoreOpenError
}

describe('opening a store', () => {
  it('creates the directory and everything in it', async () => {
    directory = join(directory, 'a', 'b')
    await makeStore()
    expect(statSync(file()).isFile()).toBe(true)
    directory = join(directory, '..', '..')
  })

  it('is refused to a second server in the same process, and allowed again once the first is closed', async () => {
    const first = await open()
    expect(await refusal()).toMatchObject({ code: 'locked', message: expect.stringContaining('HOLDFAST_DATA') })
    await first.close()
    await (await open()).close()
  })

  it('fails with a clear error if the directory’s path is a file', async () => {
    const whole = directory
    directory = join(whole, 'file')
    writeFileSync(directory, '')
    expect(await refusal()).toMatchObject({ code: 'directory_unwritable', message: expect.stringContaining(directory) })
    directory = whole
  })

  it('fails with a clear error if the database cannot be written', async () => {
    mkdirSync(file())
    expect(await refusal()).toMatchObject({ code: 'directory_unwritable' })
  })

  it.each([
    ['a text file', () => writeFileSync(file(), 'Dear diary, '.repeat(1_000))],
    [
      'a database of another program',
      () => {
        const database = new DatabaseSync(file())
        database.exec('CREATE TABLE diary (entry TEXT)')
        database.close()
      },
    ],
  ])('refuses %s and leaves it unchanged', async (_, write) => {
    write()
    const before = readFileSync(file())
    expect(await refusal()).toMatchObject({ code: 'foreign_database' })
    expect(readFileSync(file())).toEqual(before)
  })

  it('refuses data of a newer Holdfast and leaves it unchanged (G12)', async () => {
    await makeStore()
    const database = new DatabaseSync(file())
    database.exec('PRAGMA user_version = 1000')
    database.close()
    const before = readFileSync(file())
    expect(await refusal()).toMatchObject({ code: 'newer_schema', message: expect.stringContaining('1000') })
    expect(readFileSync(file())).toEqual(before)
  })

  it('refuses a truncated database (G11)', async () => {
    await makeStore()
    truncateSync(file(), statSync(file()).size - 4096)
    expect(await refusal()).toMatchObject({ code: 'damaged', message: expect.stringContaining('copy') })
  })

  it('refuses a database whose pages were overwritten (G11)', async () => {
    await makeStore()
    const handle = openSync(file(), 'r+')
    for (let page = 1; page < statSync(file()).size / 4096; page++)
      writeSync(handle, Buffer.alloc(200, 0xaa), 0, 200, page * 4096)
    closeSync(handle)
    expect(await refusal()).toMatchObject({ code: 'damaged' })
  })

  it('refuses a SQLite that can corrupt its WAL, whatever the other versions are', () => {
    for (const version of ['3.51.2', '3.50.9', '2.99.99']) {
      expect(() => checkSqlite(version)).toThrow(expect.objectContaining({ code: 'sqlite_too_old' }))
    }
    for (const version of ['3.51.3', '3.52.0', '4.0.0']) expect(() => checkSqlite(version)).not.toThrow()
  })

  it('fails with the same error from the worker thread', async () => {
    writeFileSync(file(), 'Dear diary, '.repeat(1_000))
    await expect(createSqliteStore({ directory, publish() {} })).rejects.toMatchObject({ code: 'foreign_database' })
  })
})

describe('the schema', () => {
  it('goes forward in steps, and a step that fails leaves the previous one in place (G12)', () => {
    const database = new DatabaseSync(file())
    expect(() => migrate(database, 0, [...MIGRATIONS, 'CREATE TABLE extra (a) STRICT; SELECT nonsense'])).toThrow()
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length })
    expect(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").get()).toBeUndefined()
    migrate(database, MIGRATIONS.length, [...MIGRATIONS, 'CREATE TABLE extra (a TEXT) STRICT'])
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length + 1 })
    database.close()
  })

  it('has a tenant and an owner in every table of things that belong to somebody', () => {
    const database = new DatabaseSync(file())
    migrate(database, 0)
    for (const table of ['room', 'thread', 'run']) {
      const columns = database
        .prepare(`PRAGMA table_info(${table})`)
        .all()
        .map((column) => column.name)
      expect(columns).toEqual(expect.arrayContaining(['tenant', 'owner']))
    }
    database.close()
  })
})
