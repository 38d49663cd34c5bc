/** A worker thread with its own read-only connection. However much it reads, it delays no commit. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { createFinder, type Found, type Wanted } from './search.ts'

export type SearchOrder =
  | { readonly type: 'find'; readonly id: number; readonly wanted: Wanted }
  | { readonly type: 'close' }

export type SearchAnswer =
  | { readonly type: 'found'; readonly id: number; readonly found: readonly Found[] }
  | { readonly type: 'failed'; readonly id: number; readonly error: unknown }

if (!parentPort) throw new Error('This file is a worker of the store. It is started by searches.ts.')
const port = parentPort
const database = new DatabaseSync(workerData as string, { readOnly: true })
const find = createFinder(database)

function answerTo(id: number, wanted: Wanted): SearchAnswer {
  try {
    return { type: 'found', id, found: find(wanted) }
  } catch (error) {
    return { type: 'failed', id, error }
  }
}

port.on('message', (order: SearchOrder) => {
  if (order.type === 'find') {
    port.postMessage(answerTo(order.id, order.wanted))
    return
  }
  database.close()
  port.close()
})
