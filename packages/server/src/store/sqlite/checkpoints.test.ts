import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Beside, createCheckpoints, startThread } from './checkpoints.ts'
import { openDatabase } from './open-database.ts'
import { temporaryDirectory } from './testing/harness.ts'

const MB = 1024 * 1024

let directory = ''
let path = ''
let writer: DatabaseSync
beforeEach(() => {
  directory = temporaryDirectory()
  path = join(directory, 'holdfast.db')
  writer = openDatabase(path)
  writer.exec('CREATE TABLE pile (body BLOB)')
  // Excludes what opening the database wrote to the WAL.
  writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
})
afterEach(() => {
  writer.close()
  rmSync(directory, { recursive: true })
})

function write(bytes: number): void {
  writer.prepare('INSERT INTO pile VALUES (?)').run(Buffer.alloc(bytes, 'x'))
}

const walBytes = () => statSync(`${path}-wal`).size

/** The number of pages that only the WAL has. */
function pagesLeft(): number {
  const { log, checkpointed } = writer.prepare('PRAGMA wal_checkpoint(NOOP)').get() as Record<string, number>
  return Number(log) - Number(checkpointed)
}

/** A second connection that moves pages when the test calls it. */
function byHand() {
  const second = new DatabaseSync(path)
  let orders = 0
  let done = (_moved: boolean) => {}
  let lost = () => {}
  let closing: (() => void) | undefined
  return {
    start(tellDone: (moved: boolean) => void, tellLost: () => void): Beside {
      done = tellDone
      lost = tellLost
      return {
        go: () => void orders++,
        close(then) {
          closing = then
        },
      }
    },
    get orders() {
      return orders
    },
    get closing() {
      return closing
    },
    /** `meanwhile`: what the writer does before it learns the result. */
    move(meanwhile = () => {}) {
      second.exec('PRAGMA wal_checkpoint(PASSIVE)')
      meanwhile()
      done(true)
    },
    fail: () => done(false),
    lose: () => lost(),
    close: () => second.close(),
  }
}

describe('the WAL of a writer that never pauses', () => {
  it('stays short, and its pages are moved by another thread', () => {
    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    for (let round = 0; round < 60; round++) {
      write(MB)
      checkpoints.committed()
      if (round % 5 === 4) beside.move()
    }
    expect(beside.orders).toBeGreaterThan(5)
    expect(walBytes()).toBeLessThan(16 * MB)
    beside.close()
  })

  it('has one checkpoint at a time, however many commits come meanwhile, and the writer moves the rest', () => {
    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    write(3 * MB)
    checkpoints.committed()
    expect(beside.orders).toBe(0)
    for (let commit = 0; commit < 4; commit++) {
      write(MB)
      checkpoints.committed()
    }
    expect(beside.orders).toBe(1)
    beside.move(() => write(MB / 4))
    expect(beside.orders).toBe(1)
    expect(pagesLeft()).toBe(0)
    const before = walBytes()
    // The WAL starts over: further writes do not make it longer.
    write(3 * MB)
    expect(walBytes()).toBe(before)
    beside.close()
  })

  it('gets another checkpoint beside the writer if much was written meanwhile, at most three in a row', () => {
    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    write(5 * MB)
    checkpoints.committed()
    for (let turn = 1; turn <= 3; turn++) {
      expect(beside.orders).toBe(turn)
      beside.move(() => write(MB))
    }
    expect(beside.orders).toBe(3)
    expect(pagesLeft()).toBe(0)
    beside.close()
  })

  it('gets another checkpoint after a failed one, and is moved within commits once the thread is lost', () => {
    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    write(5 * MB)
    checkpoints.committed()
    beside.fail()
    expect(beside.orders).toBe(1)
    write(1)
    checkpoints.committed()
    expect(beside.orders).toBe(2)
    beside.lose()
    for (let commit = 0; commit < 40; commit++) {
      write(MB)
      checkpoints.committed()
    }
    expect(beside.orders).toBe(2)
    expect(walBytes()).toBeLessThan(16 * MB)
    beside.close()
  })

  it('is moved within commits if no thread can be started, and no commit fails for it', () => {
    const start = vi.fn(() => {
      throw new Error('no more threads')
    })
    const checkpoints = createCheckpoints(writer, start)
    for (let commit = 0; commit < 40; commit++) {
      write(MB)
      checkpoints.committed()
    }
    expect(start).toHaveBeenCalledOnce()
    expect(walBytes()).toBeLessThan(16 * MB)
    const closed = vi.fn()
    checkpoints.close(closed)
    expect(closed).toHaveBeenCalledOnce()
  })

  it('stays bounded even if no checkpoint ever runs', () => {
    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    for (let commit = 0; commit < 160; commit++) {
      write(MB)
      checkpoints.committed()
    }
    expect(beside.orders).toBe(1)
    expect(walBytes()).toBeLessThan(80 * MB)
    beside.close()
  })
})

describe('closing', () => {
  it('finishes at once if no checkpoint ever ran, otherwise after the one in progress', () => {
    const then = vi.fn()
    createCheckpoints(writer, byHand().start).close(then)
    expect(then).toHaveBeenCalledOnce()

    const beside = byHand()
    const checkpoints = createCheckpoints(writer, beside.start)
    write(5 * MB)
    checkpoints.committed()
    const later = vi.fn()
    checkpoints.close(later)
    beside.move()
    expect(later).not.toHaveBeenCalled()
    beside.closing?.()
    expect(later).toHaveBeenCalledOnce()
    expect(beside.orders).toBe(1)
    beside.close()
  })
})

it('a worker thread moves the pages of a writer that continues, and releases the file', async () => {
  const checkpoints = createCheckpoints(writer, startThread(path))
  write(6 * MB)
  checkpoints.committed()
  await vi.waitFor(() => expect(pagesLeft()).toBe(0))
  const closed = Promise.withResolvers<void>()
  checkpoints.close(closed.resolve)
  await closed.promise
  // The last connection to close removes the WAL.
  writer.close()
  expect(() => walBytes()).toThrow('ENOENT')
  writer = openDatabase(path)
  expect(writer.prepare('SELECT count(*) AS n FROM pile').get()).toMatchObject({ n: 1 })
})
