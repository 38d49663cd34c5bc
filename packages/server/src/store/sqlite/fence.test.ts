/** A process that has lost its database or its files writes and answers nothing more. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { asking } from '../contract/world.ts'
import { StoreFault } from '../fault.ts'
import type { Store } from '../port.ts'
import { openSqliteArchive } from './archive.ts'
import { PART_HEAD, ROW_HEAD, writePartHead } from './journal-body.ts'
import { serve } from './serve.ts'
import { connectStore } from './sqlite-store.ts'
import { temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }

let home = ''
let directory = ''
beforeEach(() => {
  home = temporaryDirectory()
  directory = join(home, 'data')
})
afterEach(() => rmSync(home, { recursive: true }))

const file = (name: string) => join(directory, name)
const create = (store: Store, roomId: string) => store.rooms.create(ALICE, { roomId, title: roomId, agentId: 'demo' })

async function open() {
  const { port1, port2 } = new MessageChannel()
  const lost: unknown[] = []
  const opening = connectStore(
    port1,
    () => {},
    undefined,
    (cause) => void lost.push(cause),
  )
  serve(port2, { directory, letGoMs: 0 })
  return { store: await opening, lost }
}

/** The rooms of the store in `directory` after it is reopened. */
async function roomsNow(): Promise<string[]> {
  const { store } = await open()
  const found = await store.rooms.list(ALICE, { limit: 100 })
  await store.close()
  return found.type === 'page' ? found.items.map(({ roomId }) => roomId).sort() : []
}

async function expectLost({ store, lost }: Awaited<ReturnType<typeof open>>, why: RegExp): Promise<void> {
  await expect(create(store, 'late')).rejects.toMatchObject({ code: 'storage_lost' })
  await vi.waitFor(() => expect(lost).toHaveLength(1))
  expect(lost[0]).toBeInstanceOf(StoreFault)
  expect((lost[0] as StoreFault).cause).toMatchObject({ message: expect.stringMatching(why) })
  await expect(store.rooms.get(ALICE, 'before')).rejects.toMatchObject({ code: 'storage_lost' })
  await store.close()
}

describe('a store whose database another server has opened in the meantime', () => {
  it('commits nothing more, reports why once, and answers nothing more', async () => {
    const opened = await open()
    await create(opened.store, 'before')
    const other = new DatabaseSync(file('holdfast.db'))
    other.exec("UPDATE owner SET generation = generation + 1, token = 'another'")
    await expectLost(opened, /^Another server opened the data in /)
    const names = other.prepare('SELECT room_id FROM room').all()
    other.close()
    expect(names).toEqual([{ room_id: 'before' }])
  })

  it('notices the loss without writing anything', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const { store, lost } = await open()
    const other = new DatabaseSync(file('holdfast.db'))
    other.exec("UPDATE owner SET token = 'another'")
    other.close()
    vi.advanceTimersByTime(1_000)
    vi.useRealTimers()
    await vi.waitFor(() => expect(lost).toHaveLength(1))
    await store.close()
  })

  it('keeps a second server out while it has the database open, even without a lock file', async () => {
    const { store, lost } = await open()
    rmSync(file('lock.db'))
    await expect(open()).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining('holdfast.db') })
    await create(store, 'still ours')
    expect(lost).toEqual([])
    await store.close()
    expect(await roomsNow()).toEqual(['still ours'])
  })
})

describe('a journal row whose positions are also in a segment', () => {
  /** Leaves a row behind as a second server would: with frames that `change` returned, or with the same ones. */
  async function writeAgain(change: (text: string) => string): Promise<void> {
    const { store } = await open()
    await create(store, 'room')
    const key = { roomId: 'room', threadId: 'thread' }
    await store.runs.start(ALICE, key, asking('run'))
    await store.runs.cancelRun(ALICE, key, 'run')
    await store.close()
    const database = new DatabaseSync(file('holdfast.db'))
    const segment = database.prepare('SELECT thread, first_seq, last_seq, body FROM segment').get()
    const frames = Buffer.from(change(Buffer.from(segment?.body as Uint8Array).toString()))
    const part = { thread: 1, firstSeq: Number(segment?.first_seq), lastSeq: Number(segment?.last_seq), frames }
    const body = Buffer.concat([Buffer.alloc(ROW_HEAD + PART_HEAD), frames])
    writePartHead(body, ROW_HEAD, part)
    database.prepare('INSERT INTO journal (id, body) SELECT max(id) + 1, ? FROM journal').run(body)
    database.close()
  }

  it('is left by a row that waited for its other threads, and the store opens', async () => {
    await writeAgain((text) => text)
    expect(await roomsNow()).toEqual(['room'])
  })

  it('is refused if the content differs: two servers wrote it, and it is unknown which is right', async () => {
    await writeAgain((text) => text.replace('thread-', 'thread_').replace(/"text of run-q"/, '"text of run-z"'))
    await expect(open()).rejects.toMatchObject({
      code: 'two_histories',
      message: expect.stringMatching(/was written by two servers at once: positions 1 to \d+ .* have two contents/),
    })
    // The refused open has changed nothing: the next one finds it again.
    await expect(open()).rejects.toMatchObject({ code: 'two_histories' })
    expect(() => openSqliteArchive(directory)).toThrow(/two servers/)
  })
})

describe('a store whose files were removed, moved or replaced', () => {
  const WAYS: readonly (readonly [what: string, why: RegExp, act: () => void])[] = [
    [
      'its directory is removed',
      /data was removed|holdfast\.db was removed/,
      () => rmSync(directory, { recursive: true }),
    ],
    [
      'its directory is moved away',
      /holdfast\.db was removed or moved/,
      () => renameSync(directory, join(home, 'away')),
    ],
    [
      'its directory is replaced by a copy',
      /holdfast\.db was replaced/,
      () => {
        renameSync(directory, join(home, 'away'))
        cpSync(join(home, 'copy'), directory, { recursive: true })
      },
    ],
    ['its database is removed', /holdfast\.db was removed/, () => rmSync(file('holdfast.db'))],
    [
      'its database is replaced by a copy',
      /holdfast\.db was replaced/,
      () => {
        copyFileSync(join(home, 'copy', 'holdfast.db'), file('new'))
        renameSync(file('new'), file('holdfast.db'))
      },
    ],
    [
      'a copy is written over its database',
      /holdfast\.db was overwritten/,
      () => copyFileSync(join(home, 'copy', 'holdfast.db'), file('holdfast.db')),
    ],
    ['its database is emptied', /holdfast\.db was overwritten/, () => truncateSync(file('holdfast.db'))],
    ['its write-ahead log is removed', /holdfast\.db-wal was removed/, () => rmSync(file('holdfast.db-wal'))],
    [
      'its write-ahead log is replaced',
      /holdfast\.db-wal was replaced/,
      () => {
        writeFileSync(file('new'), '')
        renameSync(file('new'), file('holdfast.db-wal'))
      },
    ],
  ]

  it.each(WAYS)('acknowledges nothing once %s', async (_, why, act) => {
    const first = await open()
    await create(first.store, 'restored')
    await first.store.close()
    cpSync(directory, join(home, 'copy'), { recursive: true })

    const opened = await open()
    await create(opened.store, 'before')
    act()
    await expectLost(opened, why)
  })

  it.each([
    ['its lock file', 'lock.db'],
    ['its shared memory', 'holdfast.db-shm'],
  ])('notices that %s is removed, without writing anything', async (_, name) => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const opened = await open()
    await create(opened.store, 'before')
    rmSync(file(name))
    vi.advanceTimersByTime(1_000)
    vi.useRealTimers()
    await vi.waitFor(() => expect(opened.lost).toHaveLength(1))
    await expectLost(opened, new RegExp(`${name} was removed`))
    expect(await roomsNow()).toEqual(['before'])
  })

  it.each([
    ['removed', () => rmSync(file('holdfast.db-wal'))],
    [
      'replaced',
      () => {
        rmSync(file('holdfast.db-wal'))
        writeFileSync(file('holdfast.db-wal'), '')
      },
    ],
  ])('saves what it acknowledged when only its write-ahead log is %s', async (_, act) => {
    const opened = await open()
    await create(opened.store, 'before')
    act()
    await expectLost(opened, /holdfast\.db-wal was/)
    expect(await roomsNow()).toEqual(expect.arrayContaining(['before']))
  })

  it('leaves the files in their place untouched when it closes', async () => {
    const first = await open()
    await create(first.store, 'restored')
    await first.store.close()
    const copy = readFileSync(file('holdfast.db'))

    const opened = await open()
    await create(opened.store, 'before')
    writeFileSync(file('holdfast.db'), copy)
    rmSync(file('holdfast.db-wal'))
    writeFileSync(file('holdfast.db-wal'), '')
    await expectLost(opened, /overwritten|replaced/)
    expect(readFileSync(file('holdfast.db')).equals(copy)).toBe(true)
    expect(existsSync(file('holdfast.db-wal'))).toBe(true)
    expect(await roomsNow()).toEqual(['restored'])
  })

  it('does not create a removed directory again', async () => {
    const opened = await open()
    rmSync(directory, { recursive: true })
    await expectLost(opened, /removed/)
    expect(existsSync(directory)).toBe(false)
    mkdirSync(directory)
  })
})
