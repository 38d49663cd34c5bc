/** A worker thread that serves a store on each port that it is sent. */
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { WorkerOptions } from '../messages.ts'
import { serve } from '../serve.ts'

parentPort?.on('message', ({ port, options }: { port: MessagePort; options: WorkerOptions }) => serve(port, options))
