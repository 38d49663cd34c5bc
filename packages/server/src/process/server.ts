/**
 * A whole server in this process, and the only place in the package where its parts meet. Owns: the order in which they
 * start and stop. Does not know: signals, exit codes, the environment; what the parts do.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '@holdfast/core'
import { createCatalogue } from '../agents/catalogue.ts'
import { createDemoAgent } from '../agents/demo/demo-agent.ts'
import type { McpSource } from '../agents/mcp/source.ts'
import type { Agent } from '../agents/port.ts'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { createStrictBus } from '../bus/strict-bus.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { EngineLog } from '../engine/log.ts'
import { createFeed } from '../feed/feed.ts'
import type { Access } from '../http/access.ts'
import { createApp } from '../http/app.ts'
import type { Phase } from '../http/env.ts'
import { type Listening, listen } from '../http/listen.ts'
import type { Report } from '../http/problem-error.ts'
import { createInProcessPresence } from '../presence/in-process-presence.ts'
import { createPush, type Push } from '../push/push.ts'
import type { Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL } from '../store/principal.ts'
import { createSqliteStore } from '../store/sqlite/index.ts'
import { createDeliveryLoop } from '../webhooks/delivery-loop.ts'
import { createWebhookSender, urlRefusal } from '../webhooks/send.ts'
import { type HoldfastLimits, resolveLimits } from './limits.ts'
import { createOperations, type Listener } from './operations.ts'
import { type RetentionLoop, startRetention } from './retention.ts'
import { systemClock, wallNow } from './system-clock.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
  readonly dataDirectory: string
  readonly publicOrigin?: string
  /** Exact origins of push services. Default: the browsers' own. */
  readonly pushServices?: readonly string[]
  /** Directory of the built page. */
  readonly webRoot?: string
  /** In addition to `demo`, which always exists. */
  readonly agents?: readonly Agent[]
  /**
   * The agent if neither a start, nor its thread, nor its room names one. Default: the first of `agents`, else `demo`.
   */
  readonly defaultAgent?: string
  /** Webhooks may have private addresses, and http. Default: neither. */
  readonly privateWebhooks?: boolean
  readonly limits?: HoldfastLimits
  /** Logs of runs that ended longer ago are trimmed. In milliseconds; absent: never. */
  readonly retentionMs?: number
  /** Default: one local person, who may do everything. */
  readonly access?: Access
  readonly clock?: Clock
  /** Milliseconds that runs may continue after `close`. Default: the engine's. */
  readonly drainMs?: number
  /** For development: a run fails if its agent answers under another run's address, instead of only being logged. */
  readonly strict?: boolean
  /** If it aborts before the server is ready, no run starts, and `startServer` rejects with the signal's reason. */
  readonly stopping?: AbortSignal
  readonly report: Report
  readonly log: EngineLog
  readonly listener?: Listener
  /** Its state is shown in the log, `events.jsonl` and the metrics. Its creator closes it. */
  readonly mcp?: Pick<McpSource, 'states' | 'subscribe'>
  /** A sentence about something that an operator should look into soon. */
  readonly warn?: (sentence: string) => void
  /**
   * Nothing can be stored or read any more, and only another process can continue: the store's thread died, or the data
   * is gone or owned by another server (a StoreFault `storage_lost`). Streams have ended, and requests are answered
   * 503.
   */
  readonly onStoreLost?: (cause: unknown) => void
}

export interface Server {
  readonly url: string
  /** Starts nothing new, lets runs end or ends them, then closes streams, sockets and the store. Idempotent. */
  close(): Promise<void>
}

const WORTH_A_WARNING_MS = 60_000
const SOCKET_GRACE_MS = 1_000
const DEFAULT_ROOM = { roomId: 'default', title: 'Default' }

/**
 * @throws CatalogueError, StoreOpenError, StoreFault, or Node's error for a port that is not available. Then nothing is
 * left open.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host, port, dataDirectory, agents: more = [], clock = systemClock, report, listener = {} } = options
  const limits = resolveLimits(options.limits)
  const { drainMs = limits.drainMs, privateWebhooks = false } = options
  const notices = createInProcessBus({ onListenerError: (error) => report(error, 'A notice could not be handled.') })
  const bus = createStrictBus(notices, (notice) => operations.dropped(notice))
  const agents = createCatalogue([createDemoAgent({ clock }), ...more], options.defaultAgent ?? more[0]?.id ?? 'demo')
  const operations = createOperations({
    bus,
    clock,
    dataDirectory,
    watched: () => ({ engine, feed, store }),
    log: options.log,
    listener,
    onFault: report,
    ...(options.mcp && { mcp: options.mcp }),
  })
  const { meter, watch, engineLog: log } = operations
  const presence = createInProcessPresence({ clock })
  let phase: Phase = 'starting'

  function onLost(cause: unknown): void {
    phase = 'lost'
    feed.close()
    options.onStoreLost?.(cause)
  }

  options.stopping?.throwIfAborted()
  function onAhead(ms: number): void {
    if (ms >= WORTH_A_WARNING_MS) options.warn?.(aheadSentence(ms))
  }

  const store = await createSqliteStore({ directory: dataDirectory, publish: bus.publish, meter, onLost, onAhead })
  operations.recordMcp()
  let listening: Listening | undefined
  let push: Push | undefined
  let retention: RetentionLoop | undefined
  let closing: Promise<void> | undefined

  const feed = createFeed({
    log: store.log,
    inbox: store.inbox,
    bus,
    clock,
    onFault: (fault, key) => report(fault, 'A stream ended because its log could not be read.', key),
    limits: limits.streams,
    onReader: operations.reader,
  })
  const engine: Engine = createEngine({
    store,
    bus,
    catalogue: agents,
    clock,
    workerId: randomUUID(),
    exclusive: true,
    drainMs,
    cancelGraceMs: limits.cancelGraceMs,
    maxResumes: limits.maxResumes,
    keepStepsMs: limits.keepStepsMs,
    maxConcurrent: limits.maxConcurrentRuns,
    caps: limits.caps,
    limits: limits.run,
    times: limits.times,
    attention: presence.attention,
    attendedBy: presence.attending,
    ...(options.strict === undefined ? {} : { strict: options.strict }),
    log,
  })

  function sweeping(keepMs: number): RetentionLoop {
    return startRetention({
      retention: store.retention,
      clock,
      wallNow,
      keepMs,
      onTrimmed: (records) => operations.trimmed(records),
      onFault: (error) => report(error, 'Old logs could not be trimmed. It is tried again within an hour.'),
    })
  }

  const deliveries = createDeliveryLoop({
    store: store.webhooks,
    bus,
    clock,
    send: createWebhookSender({ allowPrivate: privateWebhooks, now: wallNow }),
    log: operations.webhookLog,
  })

  async function close(): Promise<void> {
    if (phase !== 'lost') phase = 'draining'
    // Readers stay until the runs have ended, so that they see it.
    await engine.close()
    await Promise.all([push?.close(), deliveries.close()])
    feed.close()
    await listening?.close(SOCKET_GRACE_MS)
    await retention?.stop()
    await store.close()
    await operations.close()
  }

  try {
    await ensureDefaultRoom(store)
    push = await createPush({
      store: store.push,
      bus,
      clock,
      windows: presence.windows,
      services: options.pushServices,
      origin: options.publicOrigin,
      log: operations.pushLog,
    })
    const app = createApp({
      store,
      feed,
      presence,
      push,
      webhooks: {
        refusal: (url) => urlRefusal(url, privateWebhooks),
        mintSecret: () => `whsec_${randomBytes(24).toString('base64')}`,
      },
      agents,
      clock,
      phase: () => phase,
      report,
      mintId: randomUUID,
      limits: limits.request,
      watch,
      metrics: operations.metrics,
      ...(options.publicOrigin === undefined ? {} : { publicOrigin: options.publicOrigin }),
      ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
      ...options.access,
    })
    // Before the engine starts, so that an unavailable port does not cost a queued run its life.
    listening = await listen(app, { host, port })
    options.stopping?.throwIfAborted()
    await engine.start()
    await push.start()
    if (options.retentionMs !== undefined) retention = sweeping(options.retentionMs)
    deliveries.start()
    phase = 'ready'
    return { url: listening.url, close: () => (closing ??= close()) }
  } catch (error) {
    await close()
    throw error
  }
}

function aheadSentence(ms: number): string {
  const newest = new Date(Date.now() + ms).toISOString()
  return `The newest record is dated ${newest}, ${inWords(ms)} ahead of this machine’s clock. The clock is wrong now, or was wrong while a server ran. Correct it. Until it catches up, new records continue from that date; durations stay correct.`
}

function inWords(ms: number): string {
  const hours = ms / 3_600_000
  if (hours >= 48) return `${Math.floor(hours / 24)} days`
  return hours >= 2 ? `${Math.floor(hours)} hours` : `${Math.floor(ms / 60_000)} minutes`
}

async function ensureDefaultRoom({ rooms }: Store): Promise<void> {
  const found = await rooms.get(LOCAL_PRINCIPAL, DEFAULT_ROOM.roomId)
  if (found.type === 'not_found') await rooms.create(LOCAL_PRINCIPAL, DEFAULT_ROOM)
}
