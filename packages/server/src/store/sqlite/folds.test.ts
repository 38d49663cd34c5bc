import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createFold, type Envelope, envelopeJson, frame, splitFrames, type ThreadKey } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withCheck } from './checked-text.ts'
import { createFolds } from './folds.ts'
import { openDatabase } from './open-database.ts'
import { temporaryDirectory } from './testing/harness.ts'
import { createThreadLog, DEFAULT_LIMITS, type ThreadLog } from './thread-log.ts'

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

const keyOf = (thread: number): ThreadKey => ({ roomId: 'room', threadId: `thread-${thread}` })

/** The record of a thread at `seq`: one message, one word in each record. */
function recordAt(thread: number, seq: number, padding = ''): string {
  const place = { ...keyOf(thread), runId: 'run', seq, at: '2026-01-01T00:00:00.000Z', kind: 'agui' } as const
  const event =
    seq === 1
      ? { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' }
      : { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: `${seq} ${padding}` }
  return frame(place, JSON.stringify(event))
}

/** A world with space for `capacity` hot folds. It notes the size of the largest single read. */
function createWorld(capacity: number) {
  const database = openDatabase(join(directory, 'holdfast.db'))
  database.exec('INSERT INTO journal (id, body) VALUES (1, zeroblob(8))')
  const log = createThreadLog(database, 2, DEFAULT_LIMITS)
  let largest = 0
  let reads = 0
  let quiet = true
  let broken = false
  const watched: ThreadLog = {
    ...log,
    read(thread, range) {
      if (broken) throw new Error('The log cannot be read.')
      const chunk = log.read(thread, range)
      reads++
      largest = Math.max(largest, chunk.lastSeq - chunk.firstSeq + 1)
      return chunk
    },
  }
  const folds = createFolds(database, watched, { capacity, quiet: () => quiet })

  function stage(thread: number, records: number, padding = ''): void {
    const head = log.head(thread)
    log.append(
      thread,
      Array.from({ length: records }, (_, n) => recordAt(thread, head + 1 + n, padding)),
    )
  }

  return {
    folds,
    stage,
    set broken(is: boolean) {
      broken = is
    },
    set quiet(is: boolean) {
      quiet = is
    },
    get largest() {
      return largest
    },
    get reads() {
      return reads
    },
    commit(checkpoint?: number) {
      database.exec('BEGIN IMMEDIATE')
      if (checkpoint !== undefined) folds.checkpoint(checkpoint, keyOf(checkpoint))
      folds.writeParked()
      log.write(0)
      database.exec('COMMIT')
      for (const moved of log.committed().moved) folds.grown(moved, keyOf(moved.thread))
    },
    rollBack() {
      log.rolledBack()
      folds.rolledBack()
    },
    checkpointOf: (thread: number) =>
      Number(database.prepare('SELECT seq FROM checkpoint WHERE thread = ?').get(thread)?.seq ?? 0),
    storeCheckpoint(thread: number, view: object) {
      const body = withCheck(JSON.stringify(view))
      database.prepare('INSERT OR REPLACE INTO checkpoint (thread, seq, body) VALUES (?, 3, ?)').run(thread, body)
    },
    /** Folds that hold nothing yet. */
    fresh: () => createFolds(database, watched, { capacity, quiet: () => quiet }),
    expectWhole(thread: number) {
      const reference = createFold(keyOf(thread))
      for (let seq = 1; seq <= log.head(thread); seq++) {
        for (const stored of splitFrames(recordAt(thread, seq))) {
          reference.apply(JSON.parse(envelopeJson(stored)) as Envelope)
        }
      }
      expect(folds.view(thread, keyOf(thread))).toEqual(reference.view())
    },
    close: () => database.close(),
  }
}

it('frames that were just stored are folded without reading them again', () => {
  const world = createWorld(8)
  world.folds.view(1, keyOf(1))
  for (let commit = 0; commit < 20; commit++) {
    world.stage(1, 100)
    world.commit()
    while (world.folds.step());
  }
  expect(world.reads).toBe(0)
  world.expectWhole(1)
  world.close()
})

it('folds are kept close in small steps and parked when they leave memory, so that no call waits for a whole log (G10)', () => {
  const world = createWorld(1)
  for (let commit = 0; commit < 45; commit++) {
    for (const thread of [1, 2, 3]) world.stage(thread, 100)
    world.commit()
    while (world.folds.step());
  }
  // Far from the beginning although no run has ended: the next fold starts from here.
  const checkpoints = [1, 2, 3].map(world.checkpointOf)
  expect(Math.min(...checkpoints)).toBeGreaterThan(1_000)
  expect(world.largest).toBeLessThanOrEqual(500)
  for (const thread of [1, 2, 3]) world.expectWhole(thread)
  world.close()
})

it('a view contains what is staged, and forgets it if the transaction is rolled back', () => {
  const world = createWorld(8)
  world.stage(1, 10)
  world.commit()
  world.stage(1, 5)
  world.expectWhole(1)
  world.rollBack()
  world.expectWhole(1)
  expect(world.folds.view(1, keyOf(1)).seq).toBe(10)
  world.stage(1, 3)
  world.commit(1)
  expect(world.checkpointOf(1)).toBe(13)
  world.expectWhole(1)
  world.close()
})

it('a large fold delays no commit: it is stored once no run is live (G10)', () => {
  const world = createWorld(8)
  world.quiet = false
  world.stage(1, 700, 'x'.repeat(1_000))
  world.commit(1)
  while (world.folds.step());
  expect(world.checkpointOf(1)).toBe(0)
  world.quiet = true
  while (world.folds.step());
  expect(world.checkpointOf(1)).toBe(700)
  expect(world.folds.step()).toBe(false)

  // A fold that is far too large is never stored. It is folded again, in steps, when it is needed.
  world.stage(2, 100, 'x'.repeat(200_000))
  world.commit(2)
  while (world.folds.step());
  expect(world.checkpointOf(2)).toBe(0)
  world.close()
})

it('a large fold that cannot be stored because its log cannot be read is not retried over and over', () => {
  const world = createWorld(1)
  world.quiet = false
  world.stage(1, 600, 'x'.repeat(1024))
  world.commit(1)
  world.stage(2, 1)
  world.commit(2)
  while (world.folds.step());
  world.quiet = true
  world.broken = true
  expect(() => world.folds.step()).toThrow('cannot be read')
  expect(world.folds.step()).toBe(false)
  world.close()
})

it('a checkpoint of a version that had sub-agents among the messages is folded again from the log', () => {
  const world = createWorld(8)
  world.stage(1, 3)
  world.commit(1)
  const aside = { id: 'm', role: 'assistant', content: 'Aside', subagentRunId: 'sub', parentId: null, runId: 'run' }
  world.storeCheckpoint(1, { seq: 3, messages: [aside], open: [], state: null, runs: [], queue: [], interrupts: [] })
  expect(world.fresh().view(1, keyOf(1)).messages).toMatchObject([{ id: 'm', content: expect.stringContaining('2') }])
  const plain = { ...aside, content: 'Kept', subagentRunId: undefined }
  world.storeCheckpoint(1, { seq: 3, messages: [plain], open: [], state: null, runs: [], queue: [], interrupts: [] })
  expect(world.fresh().view(1, keyOf(1))).toMatchObject({
    messages: [{ content: 'Kept' }],
    subagents: [],
    progress: [],
  })
  world.close()
})
