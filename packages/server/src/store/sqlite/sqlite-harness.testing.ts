/** A store in a fresh directory, with a clock that only moves when told: what this room's tests begin with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import type { Notice, Publish, Store } from '../port.ts'
import type { StoreHarness } from '../store.contract.ts'
import type { WorkerOptions } from './messages.ts'
import { serve } from './serve.ts'
import { connectStore, createSqliteStore } from './sqlite-store.ts'

const START = Date.UTC(2026, 0, 1)

export function createSharedClock(start = START): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(8)).fill(start)
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'holdfast-'))
}

type Open = (options: WorkerOptions & { readonly publish: Publish }) => Promise<Store>

/** As it is used: in a worker thread. */
export const openInWorker: Open = createSqliteStore

/** The same, without the worker: for coverage, and to look inside. */
export const openInThread: Open = ({ publish, ...options }) => {
  const { port1, port2 } = new MessageChannel()
  const store = connectStore(port1, publish)
  serve(port2, options)
  return store
}

export async function sqliteHarness(open: Open, options: Partial<WorkerOptions> = {}): Promise<StoreHarness> {
  const directory = temporaryDirectory()
  const clock = createSharedClock()
  const notices: Notice[] = []
  const publish = (notice: Notice) => void notices.push(notice)
  let store = await open({ ...options, directory, clock, publish })

  return {
    store,
    notices,
    advance(ms) {
      clock[0] = (clock[0] ?? 0) + ms
    },
    async reopen() {
      await store.close()
      store = await open({ ...options, directory, clock, publish })
      return store
    },
    async close() {
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}
