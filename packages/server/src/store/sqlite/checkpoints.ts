/**
 * Keeps the WAL short without a commit waiting for it. A thread beside the writer's moves its pages into the database
 * file; the last few, those that came meanwhile, the writer moves itself between two batches, so that its next commit
 * begins the WAL anew.
 *
 * Owns: when that is, and the thread, which begins when it is first needed. Does not know: what is in the pages.
 *
 * Invariants:
 * - One at a time. What goes wrong with it harms nobody: the WAL keeps everything, and grows until one succeeds.
 * - Should the WAL ever be `BACKSTOP` times as long as is meant, or the thread be lost, commits move it after all.
 */
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { CheckpointOrder } from './checkpoint-worker.ts'

const WAL_BYTES = 4 * 1024 * 1024
const BACKSTOP = 16
/** So little the writer moves itself: about as many writes as a commit has, and one sync. */
const LITTLE_BYTES = WAL_BYTES / 8
/** Each turn beside a writer that never rests leaves less than the one before; after these the writer moves what is left. */
const MAX_TURNS = 3

export interface Checkpoints {
  /** After each commit. */
  committed(): void
  /** Calls `then` once nothing of it is under way, at once if it never began. Last, once. */
  close(then: () => void): void
}

/** What moves pages beside the writer. */
export interface Beside {
  go(): void
  close(then: () => void): void
}

/** `done` hears whether pages were moved; `lost`, that there will be no further answer. */
export type StartBeside = (done: (moved: boolean) => void, lost: () => void) => Beside

type State =
  | { readonly type: 'resting' }
  | { readonly type: 'moving'; readonly turn: number }
  /** The thread is lost, or the store closes. */
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

  /** Bytes that only the WAL has. */
  function left(): number {
    const found = look.get()
    return (Number(found?.log) - Number(found?.checkpointed)) * pageBytes
  }

  function go(turn: number): void {
    state = { type: 'moving', turn }
    try {
      beside ??= startBeside(done, lost)
    } catch {
      // The system has no thread left to give.
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
      // As for the thread beside: the WAL keeps it, and the commits say what is wrong with the disk.
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

/** A thread with a connection of its own to the database at `path`. */
export function startThread(path: string): StartBeside {
  return (done, lost) => {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: path, execArgv: [] })
    const order = (what: CheckpointOrder) => worker.postMessage(what)
    let ended = lost
    worker.on('message', done)
    // Its end follows, and is all that there is to know.
    worker.on('error', () => {})
    worker.once('exit', () => ended())
    // It keeps no process alive that has nothing else to do.
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
