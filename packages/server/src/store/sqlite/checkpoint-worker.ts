/**
 * A thread with a connection of its own, which moves what the WAL holds into the database file when it is asked to: the
 * writer goes on committing meanwhile (https://sqlite.org/wal.html, "Checkpointing"). Does not know: when that is due.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

export type CheckpointOrder = 'go' | 'close'

if (!parentPort) throw new Error('This file is a thread of the store: it is started by checkpoints.ts.')
const port = parentPort
const database = new DatabaseSync(workerData as string)
// Nobody is waited for: what cannot be moved now is moved by a later one.
database.exec('PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0')
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

port.on('message', (order: CheckpointOrder) => {
  if (order === 'close') {
    database.close()
    port.close()
    return
  }
  let moved = true
  try {
    checkpoint.run()
  } catch {
    // A disk that is full or broken: the WAL keeps it all, and the commits say what is wrong.
    moved = false
  }
  port.postMessage(moved)
})
