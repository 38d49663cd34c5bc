/**
 * Keeps the WAL short without making a commit wait. A worker thread moves its pages into the database file. The writer
 * itself moves the last few, those that were written meanwhile, between two batches, so that its next commit starts the
 * WAL from the beginning.
 *
 * Owns: when a checkpoint runs, and the thread, which is started when it is first needed. Does not know: what the pages
 * contain.
 *
 * Invariants:
 * - One checkpoint at a time. A failed one does no harm: the WAL keeps everything, and grows until one succeeds.
 * - If the WAL grows to `BACKSTOP` times its intended size, or the thread is lost, commits move the pages.
 */
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { CheckpointOrder } from './checkpoint-worker.ts'

const WAL_BYTES = 4 * 1024 * 1024
const BACKSTOP = 16
/** The writer moves at most this much itself: about as many writes as a commit has, and one sync. */
const LITTLE_BYTES = WAL_BYTES / 8
/**
 * Beside a writer that never pauses, each round leaves less than the previous one. After these the writer moves the
 * rest.
 */
const MAX_TURNS = 3

export interface Checkpoints {
  /** Called after each commit. */
  committed(): void
  /** Calls `then` once no checkpoint is in progress; at once if none ever ran. The last call, made once. */
  close(then: () => void): void
}

/** Moves pages beside the writer. */
export interface Beside {
  go(): void
  close(then: () => void): void
}

/** `done` gets whether pages were moved. After `lost` there is no further answer. */
export type StartBeside = (done: (moved: boolean) => void, lost: () => void) => Beside

type State =
  | { readonly type: 'resting' }
  | { readonly type: 'moving'; readonly turn: number }
  /** The thread is lost, or the store is closing. */
  | { readonly type: 'over' }

const RESTING: State = { type: 'resting' }

export function createCheckpoints(database: DatabaseSync, startBeside: StartBeside): Checkpoints {
  const look = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  const move = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  let beside: Beside | undefined
  let state: State = RESTING
  moveWithinCommits(BACKSTOP * WAL_BYTES)

  function moveWithinCommits(bytes: number): void {
    database.exec(`PRAGMA wal_autocheckpoint = ${bytes / pageBytes}`)
  }

  /** The number of bytes that only the WAL has. */
  function left(): number {
    const found = look.get()
    return (Number(found?.log) - Number(found?.checkpointed)) * pageBytes
  }

  function go(turn: number): void {
    state = { type: 'moving', turn }
    try {
      beside ??= startBeside(done, lost)
    } catch {
      // The system cannot start another thread.
      lost()
      return
    }
    beside.go()
  }

  function done(moved: boolean): void {
    if (state.type !== 'moving') return
    if (moved && state.turn < MAX_TURNS && left() > LITTLE_BYTES) {
      go(state.turn + 1)
      return
    }
    state = RESTING
    if (moved) finish()
  }

  function finish(): void {
    try {
      move.run()
    } catch {
      // The WAL keeps the pages, and the commits report what is wrong with the disk.
    }
  }

  function lost(): void {
    state = { type: 'over' }
    beside = undefined
    moveWithinCommits(WAL_BYTES)
  }

  return {
    committed() {
      if (state.type === 'resting' && left() >= WAL_BYTES) go(1)
    },
    close(then) {
      state = { type: 'over' }
      if (beside) beside.close(then)
      else then()
    },
  }
}

/** A worker thread with its own connection to the database at `path`. */
export function startThread(path: string): StartBeside {
  return (done, lost) => {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: path, execArgv: [] })
    const order = (what: CheckpointOrder) => worker.postMessage(what)
    let ended = lost
    worker.on('message', done)
    // `exit` follows, and nothing else is needed.
    worker.on('error', () => {})
    worker.once('exit', () => ended())
    // The worker alone keeps no process alive.
    worker.unref()
    return {
      go: () => order('go'),
      close(then) {
        ended = then
        worker.ref()
        order('close')
      },
    }
  }
}
