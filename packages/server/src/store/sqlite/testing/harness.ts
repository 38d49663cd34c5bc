/** A store in a fresh directory, with a clock that only the test advances. The common setup of this module's tests. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { Notice, Publish, Store } from '../../port.ts'
import type { StoreHarness } from '../../store.contract.ts'
import type { WorkerOptions } from '../messages.ts'
import { serve } from '../serve.ts'
import { connectStore } from '../sqlite-store.ts'

const START = Date.UTC(2026, 0, 1)

/** A store's time source that also works in a worker. */
export function createSharedClock(start = START): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(8)).fill(start)
}

/**
 * In memory if the system supports it: there are thousands of syncs, and a killed process loses nothing there either.
 */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export function temporaryDirectory(): string {
  return mkdtempSync(join(BASE, 'holdfast-'))
}

type Open = (options: WorkerOptions & { readonly publish: Publish }) => Promise<Store>

/**
 * Opens stores in one worker thread that serves any number of them, because loading its modules takes longer than most
 * tests. `createSqliteStore`, which starts a worker for each store, is tested in `open.test.ts` and `faults.test.ts`.
 */
export function openInWorkers(): { readonly open: Open; close(): Promise<unknown> } {
  const worker = new Worker(new URL('./serve-many.ts', import.meta.url), { execArgv: [] })
  return {
    open({ publish, ...options }) {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ port: port2, options }, [port2])
      return connectStore(port1, publish)
    },
    close: () => worker.terminate(),
  }
}

/** The same without the worker: for coverage, and for tests that inspect the store's internals. */
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
