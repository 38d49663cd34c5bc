/**
 * Everything in a server that only observes it: metrics, traces, the event file. Owns: which observer gets what. Does
 * not know: what the parts do, and nothing waits for it.
 */
import type { Clock } from '@holdfast/core'
import type { McpServerState } from '../agents/mcp/server.ts'
import type { McpSource } from '../agents/mcp/source.ts'
import type { Bus } from '../bus/port.ts'
import type { DroppedNotice } from '../bus/strict-bus.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineLog } from '../engine/log.ts'
import type { Feed } from '../feed/feed.ts'
import type { Answered, Asked, Watch } from '../http/traffic.ts'
import { createActivityLines } from '../operate/activity-lines.ts'
import { createEventFile } from '../operate/event-file.ts'
import { createLifecycle, type LifecycleEvent } from '../operate/lifecycle.ts'
import { createMetrics } from '../operate/metrics.ts'
import { createRunReaders, type ReaderChange } from '../operate/run-readers.ts'
import { createTraces } from '../operate/traces.ts'
import type { PushLog } from '../push/push-loop.ts'
import type { StoreMeter } from '../store/meter.ts'
import type { Store } from '../store/port.ts'
import type { WebhookLog } from '../webhooks/delivery-loop.ts'

/** Further listeners for the lives of runs and for requests, for a log of their own. */
export interface Listener {
  lived?(event: LifecycleEvent): void
  answered?(request: Asked, answer: Answered): void
  /** A notice without a valid address, or with that of another thread, was dropped. */
  dropped?(notice: DroppedNotice): void
  /** An MCP server has another state. A reason that repeats at each attempt comes once. */
  mcp?(server: string, state: McpServerState): void
  pushed?(entry: PushLog): void
  webhook?(entry: WebhookLog): void
}

export interface Watched {
  readonly engine: Pick<Engine, 'active'>
  readonly feed: Pick<Feed, 'watching' | 'sent'>
  readonly store: Pick<Store, 'counts'>
}

export interface Operations {
  readonly meter: StoreMeter
  readonly watch: Watch
  readonly engineLog: EngineLog
  readonly pushLog: (entry: PushLog) => void
  readonly webhookLog: (entry: WebhookLog) => void
  dropped(notice: DroppedNotice): void
  /** From now on the states of the MCP servers are recorded: the data directory is there. */
  recordMcp(): void
  reader(change: ReaderChange): void
  /** Retention has trimmed so many records. */
  trimmed(records: number): void
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>
  /** Resolves when pending lines are written. */
  close(): Promise<void>
}

export interface OperationsOptions {
  readonly bus: Pick<Bus, 'subscribe'>
  readonly clock: Clock
  readonly dataDirectory: string
  /** Called only once there is a request. */
  readonly watched: () => Watched
  readonly log: EngineLog
  readonly listener: Listener
  readonly onFault: (error: unknown, sentence: string) => void
  readonly mcp?: Pick<McpSource, 'states' | 'subscribe'>
}

export function createOperations(options: OperationsOptions): Operations {
  const { bus, clock, dataDirectory: directory, watched, log, listener, onFault, mcp } = options
  const metrics = createMetrics({
    activeRuns: () => watched().engine.active,
    watching: () => watched().feed.watching,
    sent: () => watched().feed.sent,
    counts: () => watched().store.counts(),
    mcpServers: () => mcp?.states() ?? {},
  })
  const traces = createTraces()
  const events = createEventFile({
    directory,
    now: clock.now,
    onFault: (error) => onFault(error, 'Cannot write events.jsonl; lines are dropped until it is writable again.'),
  })
  const lifecycle = createLifecycle({
    bus,
    onListenerError: (error) => onFault(error, 'An event of a run’s life could not be recorded.'),
  })
  const readers = createRunReaders({ lives: lifecycle, now: clock.now })
  for (const hear of [metrics.lived, traces.lived]) lifecycle.subscribe(hear)
  const lines = createActivityLines()
  lifecycle.subscribe((event) => {
    for (const line of lines.of(event)) events.record(readers.lineOf(line))
  })
  lifecycle.subscribe((event) => listener.lived?.(event))

  const unsubscribe = bus.subscribe((notice) => {
    if (notice.type === 'notice.raised') metrics.noticeRaised(notice.kind)
    else if (notice.type === 'notice.claimed') metrics.noticeClaimed(notice.kind)
  })

  const now = () => new Date(clock.now()).toISOString()

  /** Why each MCP server is not connected: a server that is tried for hours is one line, not thousands. */
  const reasons = new Map<string, string>()
  function hearMcp(server: string, state: McpServerState): void {
    if (state.type === 'waiting') {
      metrics.mcpServerLost(server)
      if (reasons.get(server) === state.reason) return
      reasons.set(server, state.reason)
      events.record({ type: 'mcp_server_lost', at: now(), server, reason: state.reason })
    } else if (state.type === 'ready') {
      reasons.delete(server)
      events.record({ type: 'mcp_server_ready', at: now(), server, tools: state.tools })
    }
    listener.mcp?.(server, state)
  }

  return {
    meter: metrics.store,
    watch(request) {
      const traced = traces.asked(request)
      return (answer) => {
        metrics.answered(answer)
        traced(answer)
        listener.answered?.(request, answer)
      }
    },
    engineLog(entry) {
      switch (entry.type) {
        case 'orphans_settled':
          events.record({ type: 'orphans_settled', at: now(), count: entry.count })
          break
        case 'run_released': {
          const { tenantId, roomId, threadId, runId } = entry.lease
          events.record({ type: 'run_released', at: now(), tenantId, roomId, threadId, runId })
          break
        }
        case 'lease_lost':
          metrics.leaseLost()
          break
        case 'agent_left_behind':
          metrics.lateEvents(entry.lateEvents)
          break
        case 'agent_passed_over':
          for (const count of entry.events.values()) metrics.passedOver(count)
          break
        case 'store_fault':
          metrics.engineFault(entry.during, entry.code)
          break
        case 'address_drift':
          metrics.misaddressed(entry.where, 'foreign')
          break
        default:
          break
      }
      log(entry)
    },
    webhookLog(entry) {
      metrics.webhook(entry.type)
      listener.webhook?.(entry)
    },
    pushLog(entry) {
      metrics.pushed(entry.type)
      listener.pushed?.(entry)
    },
    dropped(notice) {
      metrics.misaddressed('notice', notice.reason)
      listener.dropped?.(notice)
    },
    recordMcp: () => mcp?.subscribe(hearMcp),
    reader(change) {
      const line = readers.changed(change)
      if (line) events.record(line)
    },
    trimmed: (records) => events.record({ type: 'logs_trimmed', at: now(), records }),
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    async close() {
      lifecycle.close()
      unsubscribe()
      await events.close()
    },
  }
}
