/**
 * A worker thread with its own connection. On request it moves the content of the WAL into the database file, while the
 * writer continues to commit (https://sqlite.org/wal.html, "Checkpointing"). Does not know: when a checkpoint is due.
 */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

export type CheckpointOrder = 'go' | 'close'

if (!parentPort) throw new Error('This file is a worker of the store. It is started by checkpoints.ts.')
const port = parentPort
const database = new DatabaseSync(workerData as string)
// Waits for no lock: what cannot be moved now is moved by a later checkpoint.
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
    // The disk is full or broken. The WAL keeps everything, and the commits report the error.
    moved = false
  }
  port.postMessage(moved)
})
