/**
 * Searches beside the writer, in a worker thread that starts with the first search and has its own connection. SQLite
 * collects all matches of a prefix before it returns the first row, so a search cannot be split into steps.
 *
 * Owns: which answer belongs to which search, and the thread. Does not know: what is searched for.
 *
 * Invariants: every search is answered once. It sees what was committed before it was asked. If the thread is lost, its
 * pending searches fail; the next search starts another thread.
 */
import { Worker } from 'node:worker_threads'
import type { Found, Wanted } from './search.ts'
import type { SearchAnswer, SearchOrder } from './search-worker.ts'

export interface Searches {
  /** Newest activity first. */
  find(wanted: Wanted): Promise<readonly Found[]>
  /** Calls `then` once the thread has closed the database; at once if there is no thread. The last call, made once. */
  close(then: () => void): void
}

type Asked = PromiseWithResolvers<readonly Found[]>

export function createSearches(path: string): Searches {
  let thread: Worker | undefined
  let asked = new Map<number, Asked>()
  let nextId = 1

  function start(): Worker {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { workerData: path, execArgv: [] })
    const theirs = new Map<number, Asked>()
    let cause: unknown
    asked = theirs
    worker.on('message', (answer: SearchAnswer) => {
      const search = theirs.get(answer.id)
      theirs.delete(answer.id)
      if (answer.type === 'found') search?.resolve(answer.found)
      else search?.reject(answer.error)
    })
    worker.on('error', (error) => {
      cause = error
    })
    worker.once('exit', () => {
      if (thread === worker) thread = undefined
      for (const { reject } of theirs.values()) reject(cause ?? new Error('The search thread has ended.'))
    })
    // The worker alone keeps no process alive.
    worker.unref()
    return worker
  }

  const order = (worker: Worker, what: SearchOrder) => worker.postMessage(what)

  return {
    find(wanted) {
      thread ??= start()
      const search = Promise.withResolvers<readonly Found[]>()
      const id = nextId++
      asked.set(id, search)
      order(thread, { type: 'find', id, wanted })
      return search.promise
    },
    close(then) {
      if (!thread) {
        then()
        return
      }
      thread.ref()
      thread.once('exit', then)
      order(thread, { type: 'close' })
    },
  }
}
