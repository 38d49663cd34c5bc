/** The store's worker thread: all access to the database happens here. */
import { parentPort, workerData } from 'node:worker_threads'
import { serve } from './serve.ts'

if (!parentPort) throw new Error('This file is the store worker. Start it through createSqliteStore.')
serve(parentPort, workerData)
