/**
 * The worker's side of the message port: takes batches, commits their writes, then answers. Reads and deferrable work
 * are done in between.
 *
 * Owns: the order of work in a turn, and fairness: writes first, then reads for a few milliseconds, then one step of
 * folding. Does not know: what a call means.
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { createCheckpoints, startThread } from './checkpoints.ts'
import { createCommands } from './commands.ts'
import { createCommitter, type Write } from './committer.ts'
import type { Batch, Call, FromWorker, WorkerOptions } from './messages.ts'
import { StoreOpenError } from './open-error.ts'
import { openStore } from './open-store.ts'
import { outcomesOf, readingFault, readingOutcome } from './outcomes.ts'
import { AGAIN, createReads } from './reads.ts'
import { createSearches } from './searches.ts'

/** How long reads may delay the next commit. */
const READ_MS = 4
/** After this time at the latest, a store without commits notices that it is lost. */
const WATCH_MS = 1_000

type Port = Pick<MessagePort, 'on' | 'postMessage' | 'close'>

export function serve(port: MessagePort, options: WorkerOptions): void {
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => (port as Port).postMessage(message, transfer)
  let open: ReturnType<typeof openStore>
  try {
    open = openStore(options)
  } catch (error) {
    const code = error instanceof StoreOpenError ? error.code : undefined
    post({ type: 'refused', code, message: error instanceof Error ? error.message : String(error) })
    port.close()
    return
  }

  const { data } = open
  const commands = createCommands(data)
  const searches = createSearches(open.path)
  const reads = createReads(open, searches)
  const commit = createCommitter(open)
  const checkpoints = createCheckpoints(open.database, startThread(open.path))
  const watching = setInterval(() => {
    open.fence.watch()
    if (open.fence.lost !== undefined) lose(open.fence.lost)
  }, WATCH_MS)
  const readings: Call[] = []
  /** Reads that another thread is answering. */
  let elsewhere = 0
  let closing = false
  let closed = false
  let scheduled = false

  function writesOf({ calls, appends }: Batch): Write[] {
    const writes: Write[] = []
    let event = 0
    let at = 0
    let append = 0
    const { ids, behind, tenants, rooms, threads, runs, epochs, counts, lengths, text } = appends

    function appendsBefore(position: number): void {
      for (; append < ids.length && (behind[append] ?? 0) <= position; append++) {
        const lease = {
          tenantId: tenants[append] ?? '',
          roomId: rooms[append] ?? '',
          threadId: threads[append] ?? '',
          runId: runs[append] ?? '',
          epoch: epochs[append] ?? 0,
        }
        const events: string[] = []
        for (const last = event + (counts[append] ?? 0); event < last; event++) {
          const end = at + (lengths[event] ?? 0)
          events.push(text.slice(at, end))
          at = end
        }
        writes.push({ id: ids[append] ?? 0, run: (now) => commands['work.append'](now, lease, events) })
      }
    }

    for (const [position, call] of calls.entries()) {
      appendsBefore(position)
      const write = writeOf(call)
      if (write) writes.push(write)
      else readings.push(call)
    }
    appendsBefore(calls.length)
    return writes
  }

  function writeOf(call: Call): Write | undefined {
    if (!(call.op in commands)) return undefined
    // The arguments match the operation. `Call` guarantees it, but the type of a lookup cannot express it.
    const command = commands[call.op as keyof typeof commands] as (now: number, ...args: unknown[]) => unknown
    return { id: call.id, run: (now) => command(now, ...call.args) }
  }

  function read(call: Call): void {
    try {
      const reading = reads[call.op as keyof typeof reads] as (...args: unknown[]) => unknown
      const answer = reading(...call.args)
      if (answer === AGAIN) readings.push(call)
      else if (answer instanceof Promise) void later(call.id, answer)
      else post(...readingOutcome(call.id, answer))
    } catch (error) {
      post(readingFault(call.id, error))
    }
  }

  async function later(id: number, answer: Promise<unknown>): Promise<void> {
    elsewhere++
    try {
      const given = await answer
      if (!closed) post(...readingOutcome(id, given))
    } catch (error) {
      if (!closed) post(readingFault(id, error))
    }
    elsewhere--
    if (closing) again()
  }

  function turn(first?: Batch): void {
    // Scheduled before the end; there is nothing left to do.
    if (closed) return
    const writes = first ? writesOf(first) : []
    closing ||= first?.close ?? false
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      const batch = next.message as Batch
      for (const write of writesOf(batch)) writes.push(write)
      closing ||= batch.close ?? false
    }
    if (writes.length > 0) {
      for (const outcome of commit(writes)) post(...outcomesOf(outcome))
      if (open.fence.lost !== undefined) {
        lose(open.fence.lost)
        return
      }
      checkpoints.committed()
    }

    const until = performance.now() + READ_MS
    do {
      const call = readings.shift()
      if (!call) break
      read(call)
    } while (performance.now() < until)

    const folding = foldStep()
    if (closing && readings.length === 0 && elsewhere === 0) close()
    else if (readings.length > 0 || folding) again()
  }

  function foldStep(): boolean {
    try {
      return data.folds.step()
    } catch {
      // The next call that needs this fold gets the error.
      return true
    }
  }

  function again(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      turn()
    })
  }

  function lose(why: string): void {
    if (closed) return
    closed = true
    clearInterval(watching)
    post({ type: 'lost', why })
    leave(open.abandon)
  }

  function close(): void {
    closed = true
    clearInterval(watching)
    leave(() => {
      open.close()
      post({ type: 'closed' })
    })
  }

  /** Closes the database after the other threads have closed it. */
  function leave(last: () => void): void {
    checkpoints.close(() =>
      searches.close(() => {
        last()
        port.close()
      }),
    )
  }

  port.on('message', turn)
  open.clock.now()
  post({ type: 'opened', aheadMs: open.clock.ahead() })
}
