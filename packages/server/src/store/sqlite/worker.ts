/** The store's worker thread: everything that touches the database happens in here. */
import { parentPort, workerData } from 'node:worker_threads'
import { serve } from './serve.ts'

if (!parentPort) throw new Error('This file is the store worker: start it through createSqliteStore.')
serve(parentPort, workerData)
