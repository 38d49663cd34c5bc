/**
 * The ways of a measurement from an agent's event to many readers: Holdfast's (store, feed, Node's `res`); the limit, a
 * bare node:http loop that writes the same bytes and stores nothing; and silence, which measures the load itself.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, frame, type ThreadKey } from '@holdfast/core'
import {
  createFeed,
  createInProcessBus,
  type Lease,
  type LeaseState,
  openNodeSink,
  STREAM_HEADERS,
} from '@holdfast/server'
import { createSqliteStore } from '@holdfast/server/sqlite'
import { END } from './append-readers.ts'

export const threadOf = (run: number): ThreadKey => ({ roomId: 'bench', threadId: `thread-${run}` })

export interface Way {
  readonly runs: number
  urlOf(run: number): string
  /** Resolves when the run may continue: when its events are durable, or when its readers keep up. */
  emit(run: number, events: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

const systemClock: Clock = {
  now: Date.now,
  schedule(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

async function listening(answer: (run: number, response: ServerResponse) => void) {
  const server = createServer((request, response) => answer(Number(request.url?.slice(1)), response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (run: number) => `http://127.0.0.1:${port}/${run}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface LimitOptions {
  /** Events per write. */
  readonly perWrite?: number
  /** Whether each write is an HTTP chunk, which is Node's default. */
  readonly chunked?: boolean
}

export async function createLimit(runs: number, { perWrite = 1, chunked = true }: LimitOptions = {}): Promise<Way> {
  const readers = Array.from({ length: runs }, () => new Set<ServerResponse>())
  const seqs = new Float64Array(runs)
  const http = await listening((run, response) => {
    response.useChunkedEncodingByDefault = chunked
    response.writeHead(200, STREAM_HEADERS)
    response.flushHeaders()
    // Each emit of a steady load waits for itself.
    response.setMaxListeners(0)
    readers[run]?.add(response)
    response.once('close', () => readers[run]?.delete(response))
  })

  return {
    runs,
    ...http,
    async emit(run, events) {
      const to = readers[run] ?? []
      const at = new Date().toISOString()
      for (let first = 0; first < events.length; first += perWrite) {
        let text = ''
        for (const json of events.slice(first, first + perWrite)) {
          const seq = (seqs[run] ?? 0) + 1
          seqs[run] = seq
          text += frame({ ...threadOf(run), runId: 'run', seq, at, kind: 'agui' }, json)
        }
        const bytes = Buffer.from(text)
        for (const response of to) response.write(bytes)
      }
      const full = [...to].filter((response) => response.writableNeedDrain)
      if (full.length === 0) await new Promise<void>((resolve) => setImmediate(resolve))
      else await Promise.all(full.map((response) => new Promise((resolve) => response.once('drain', resolve))))
    },
  }
}

/** Streams without writes: what remains is the cost of the load itself. */
export async function createSilence(runs: number): Promise<Way> {
  const readers = Array.from({ length: runs }, () => new Set<ServerResponse>())
  const http = await listening((run, response) => {
    response.writeHead(200, STREAM_HEADERS)
    response.flushHeaders()
    readers[run]?.add(response)
  })

  return {
    runs,
    ...http,
    async emit(run, events) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      const last = events.at(-1) ?? ''
      if (last.includes(END)) for (const response of readers[run] ?? []) response.write(last)
    },
  }
}

export interface HoldfastOptions {
  readonly addedSyncMs?: number
}

export async function createHoldfast(runs: number, options: HoldfastOptions = {}): Promise<Way> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const principal = { tenantId: 'bench', personId: 'bench' }
  const bus = createInProcessBus({ onListenerError: fail })
  const store = await createSqliteStore({ directory, publish: bus.publish, ...options })
  const feed = createFeed({ log: store.log, inbox: store.inbox, bus, clock: systemClock, onFault: fail })

  await store.rooms.create(principal, { roomId: 'bench', title: 'Bench', agentId: 'demo' })
  const leases: Lease[] = []
  const started = Array.from({ length: runs }, (_, run) =>
    store.runs.start(principal, threadOf(run), {
      runId: 'run',
      messages: [{ id: 'question', role: 'user', content: 'Talk.' }],
      agentId: 'demo',
      onBusy: 'reject',
      tools: [],
      context: [],
    }),
  )
  await Promise.all(started)
  const claims = await store.work.claim({ workerId: 'bench', limit: runs, leaseMs: 3_600_000 })
  for (const { lease } of claims) leases[Number(lease.threadId.slice('thread-'.length))] = lease

  const http = await listening((run, response) => {
    feed.follow({ principal, key: threadOf(run), after: 0 }, () => openNodeSink(response)).catch(fail)
  })

  return {
    runs,
    urlOf: http.urlOf,
    emit(run, events) {
      const lease = leases[run]
      if (!lease) throw new Error(`Run ${run} was not claimed.`)
      return store.work.append(lease, events).then(mustRun)
    },
    async close() {
      feed.close()
      await http.close()
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}

function mustRun(state: LeaseState): void {
  if (state.type !== 'running') throw new Error(`A run is ${state.type}.`)
}

function fail(error: unknown): never {
  throw error
}
