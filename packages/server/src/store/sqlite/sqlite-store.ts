/**
 * The embedded store: a thin client, on the main thread, of the worker that has the database.
 *
 * Owns: which answer belongs to which call, and when notices are published. Does not know: SQL, what a call means.
 *
 * Invariants:
 * - Every call is answered exactly once, at the latest when the worker is gone (`storage_closed`) or may no longer
 *   write (`storage_lost`).
 * - Commits are published in order, each before its calls are answered.
 */
import { type MessagePort, Worker } from 'node:worker_threads'
import type { StoreMeter } from '../meter.ts'
import type { Notice, Publish, Store } from '../port.ts'
import { createGather } from './gather.ts'
import {
  type Batch,
  type Call,
  emptyAppends,
  type FromWorker,
  type MoreColumns,
  type Operation,
  type Operations,
  type Outcomes,
  type WorkerOptions,
} from './messages.ts'
import { StoreOpenError } from './open-error.ts'
import { createPending } from './pending.ts'
import type { ReadingOperation } from './reads.ts'
import { storeFault } from './sqlite-error.ts'
import { createTurns } from './turns.ts'

const WINDOW_MS = 2
const MAX_UNITS = 64 * 1024
/**
 * How long the notices of a commit, and the writes that they cause, may block the event loop; checked after this many
 * notices.
 */
const TURN_MS = 1
const NOTICES_A_TICK = 4

export interface SqliteStoreOptions extends WorkerOptions {
  /** Called after each commit, before the calls of that commit are answered. */
  readonly publish: Publish
  readonly meter?: StoreMeter
  /** Called once, after opening, with the milliseconds by which the newest recorded time is ahead of the wall clock. */
  readonly onAhead?: (ms: number) => void
  /**
   * Called once if the store stops answering although nobody closed it: its worker is gone, another server has the
   * data, or the data is gone (a StoreFault `storage_lost`, whose cause says which).
   */
  readonly onLost?: (cause: unknown) => void
}

/** @throws StoreOpenError */
export function createSqliteStore({ publish, meter, onLost, onAhead, ...options }: SqliteStoreOptions): Promise<Store> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options, execArgv: [] })
  return connectStore(worker, publish, meter, onLost, onAhead)
}

/** The other end of the port: a worker or, in tests, an object in this thread. */
export type StoreWorker = Pick<Worker | MessagePort, 'postMessage'> & {
  on(event: 'message', listener: (message: FromWorker) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  /** `close` of a port, `exit` of a worker. */
  on(event: 'close' | 'exit', listener: () => void): unknown
}

interface Asked {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

export function connectStore(
  worker: StoreWorker,
  publish: Publish,
  meter?: StoreMeter,
  onLost?: (cause: unknown) => void,
  onAhead?: (ms: number) => void,
): Promise<Store> {
  const opened = Promise.withResolvers<Store>()
  const gone = Promise.withResolvers<void>()
  const pending = createPending<Asked>()
  let ready = false
  let state: 'open' | 'closing' | 'gone' = 'open'
  let lost = false

  const gather = createGather({
    windowMs: WINDOW_MS,
    maxUnits: MAX_UNITS,
    post(batch) {
      try {
        worker.postMessage(batch)
      } catch (error) {
        refuse(batch, error)
      }
    },
  })

  /** The batch cannot be posted to the worker, so none of it was sent. Callers may retry. */
  function refuse({ calls, appends, close }: Batch, cause: unknown): void {
    for (const id of [...calls.map((call) => call.id), ...appends.ids]) {
      pending.take(id)?.reject(storeFault('storage_failed', cause))
    }
    if (close) worker.postMessage({ calls: [], appends: emptyAppends(), close } satisfies Batch)
  }

  function pend(post: (id: number) => void): Promise<unknown> {
    if (state !== 'open') return Promise.reject(storeFault(lost ? 'storage_lost' : 'storage_closed'))
    return new Promise((resolve, reject) => {
      post(pending.add({ resolve, reject }))
    })
  }

  function forward<Op extends Operation>(op: Op, send: (call: Call) => void): Operations[Op] {
    const forwarded = (...args: Parameters<Operations[Op]>) => pend((id) => send({ id, op, args } as Call))
    // The worker answers each operation with the result type of its name in `Operations`.
    return forwarded as Operations[Op]
  }

  const call = <Op extends Exclude<Operation, ReadingOperation>>(op: Op) => forward(op, gather.call)
  const read = <Op extends ReadingOperation>(op: Op) => forward(op, gather.read)

  const turns = createTurns({
    piecesATick: NOTICES_A_TICK,
    turnMs: TURN_MS,
    tick: process.nextTick,
    turn: (run) => void setImmediate(run),
  })

  function* settle({
    ids,
    answers,
    running,
    faults,
    more,
    told,
    inboxes,
    persons,
    commitMs,
  }: Outcomes): Generator<void> {
    if (commitMs !== undefined) meter?.committed(commitMs)
    for (const { code } of faults) meter?.fault(code)
    for (const tenantId of inboxes) publish({ type: 'inbox.more', tenantId })
    for (const person of persons) publish({ type: 'inbox.more', ...person })
    for (let part = 0; more && part < more.lengths.length; part++) {
      publish(noticeOf(more, part))
      yield
    }
    for (const notice of told) publish(notice)
    for (const [index, id] of ids.entries()) pending.take(id)?.resolve(answers[index])
    for (const id of running) pending.take(id)?.resolve({ type: 'running' })
    for (const { id, code, detail } of faults) pending.take(id)?.reject(storeFault(code, new Error(detail)))
  }

  function end(cause: unknown): void {
    if (state === 'gone') return
    const unasked = state === 'open' && ready
    turns.finish()
    state = 'gone'
    for (const { reject } of pending.clear()) reject(storeFault(lost ? 'storage_lost' : 'storage_closed', cause))
    if (unasked) onLost?.(cause)
  }

  function leave(cause?: unknown): void {
    end(cause)
    opened.reject(cause ?? storeFault('storage_closed'))
    gone.resolve()
  }

  const store: Store = {
    rooms: {
      list: read('rooms.list'),
      get: read('rooms.get'),
      create: call('rooms.create'),
      change: call('rooms.change'),
      delete: call('rooms.delete'),
    },
    threads: {
      list: read('threads.list'),
      create: call('threads.create'),
      change: call('threads.change'),
      delete: call('threads.delete'),
      snapshot: read('threads.snapshot'),
    },
    marks: {
      read: call('marks.read'),
      unread: call('marks.unread'),
      readRoom: call('marks.readRoom'),
      readAll: call('marks.readAll'),
    },
    settings: { get: read('settings.get'), put: call('settings.put') },
    log: { read: read('log.read') },
    inbox: { overview: read('inbox.overview'), read: read('inbox.read') },
    runs: {
      whoAnswers: read('runs.whoAnswers'),
      questions: read('runs.questions'),
      start: call('runs.start'),
      cancelRun: call('runs.cancelRun'),
      cancelThread: call('runs.cancelThread'),
      edit: call('runs.edit'),
      queue: read('runs.queue'),
      changeQueue: call('runs.changeQueue'),
      get: read('runs.get'),
      timeline: read('runs.timeline'),
      list: read('runs.list'),
    },
    subagents: { list: read('subagents.list'), cancel: call('subagents.cancel') },
    notices: { list: read('notices.list'), claim: call('notices.claim'), remove: call('notices.remove') },
    push: {
      keys: call('push.keys'),
      subscribe: call('push.subscribe'),
      unsubscribe: call('push.unsubscribe'),
      waiting: read('push.waiting'),
      next: call('push.next'),
      settle: call('push.settle'),
    },
    webhooks: {
      list: read('webhooks.list'),
      create: call('webhooks.create'),
      remove: call('webhooks.remove'),
      deliveries: read('webhooks.deliveries'),
      retry: call('webhooks.retry'),
      due: read('webhooks.due'),
      settle: call('webhooks.settle'),
    },
    work: {
      claim: call('work.claim'),
      append: (lease, events) => pend((id) => gather.append(id, lease, events)) as ReturnType<Store['work']['append']>,
      end: call('work.end'),
      renew: call('work.renew'),
      settleOrphans: call('work.settleOrphans'),
      settleDue: call('work.settleDue'),
    },
    retention: { sweep: read('retention.sweep') },
    counts: read('counts'),
    close() {
      if (state === 'open') {
        state = 'closing'
        gather.close()
      }
      return gone.promise
    },
  }

  worker.on('message', (message) => {
    switch (message.type) {
      case 'opened':
        ready = true
        onAhead?.(message.aheadMs)
        opened.resolve(store)
        break
      case 'refused':
        opened.reject(message.code ? new StoreOpenError(message.code, message.message) : new Error(message.message))
        break
      case 'outcomes':
        turns.add(settle(message))
        break
      case 'lost':
        lost = true
        end(storeFault('storage_lost', new Error(message.why)))
        break
      case 'closed':
        break
      default:
        message satisfies never
    }
  })
  worker.on('error', leave)
  worker.on('exit', () => leave())
  worker.on('close', () => leave())
  return opened.promise
}

function noticeOf(
  { tenants, rooms, threads, firstSeqs, lastSeqs, offsets, lengths, buffer }: MoreColumns,
  part: number,
): Notice {
  const key = { tenantId: tenants[part] ?? '', roomId: rooms[part] ?? '', threadId: threads[part] ?? '' }
  // A Buffer, because node would create one from a plain Uint8Array for each socket.
  const frames = Buffer.from(buffer, offsets[part], lengths[part])
  return { type: 'thread.more', key, firstSeq: firstSeqs[part] ?? 0, lastSeq: lastSeqs[part] ?? 0, frames }
}
