/**
 * The Prometheus metrics at `GET /metrics` (docs/OPERATING.md lists every name). Owns the names. Does not know: HTTP,
 * engine, where the numbers come from.
 *
 * Invariants:
 * - What happens for each event costs at most an addition here: such figures are asked for when they are read (`Sources`).
 *   What happens for each commit, request or run is counted as it happens.
 * - Labels come from closed lists (states, codes, routes' patterns, configured names), never from ids.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StoreCounts, StoreMeter } from '../store/meter.ts'
import type { LifecycleEvent } from './lifecycle.ts'

/** Values that other modules keep. */
export interface Sources {
  readonly activeRuns: () => number
  readonly watching: () => { readonly readers: number; readonly threads: number }
  readonly sent: () => { readonly bytes: number; readonly records: number }
  readonly counts: () => Promise<StoreCounts>
  /** By the name of the server, which comes from the configuration. */
  readonly mcpServers: () => Readonly<Record<string, { readonly type: string }>>
}

export interface Answered {
  readonly method: string
  /** The route's pattern, not the path. */
  readonly route: string
  readonly status: number
  readonly code?: string
  readonly ms: number
}

export interface Metrics {
  readonly store: StoreMeter
  lived(event: LifecycleEvent): void
  answered(answer: Answered): void
  lateEvents(count: number): void
  leaseLost(): void
  passedOver(count: number): void
  /** `where` and `reason` come from closed lists. */
  misaddressed(where: string, reason: string): void
  engineFault(during: string, code: string): void
  mcpServerLost(server: string): void
  noticeRaised(kind: string): void
  noticeClaimed(kind: string): void
  /** What became of a message to a push service, from a closed list. */
  pushed(what: string): void
  /** What became of an attempt to deliver to a webhook, from a closed list. */
  webhook(what: string): void
  readonly contentType: string
  text(): Promise<string>
}

const START_ROUTE = '/v1/rooms/:roomId/threads/:threadId/runs'

const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const RUN_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]
const REQUEST_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30]

/** The steps of one sub-agent that a view keeps (core/thread). */
const MAX_SUBAGENT_STEPS = 200

/** Figures of the process: memory, event loop delay. Collected once, even if it holds several servers. */
let ofProcess: Registry | undefined

function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

export function createMetrics({ activeRuns, watching, sent, counts, mcpServers }: Sources): Metrics {
  const own = new Registry()
  const registers = [own]

  const accepted = new Counter({ name: 'holdfast_runs_accepted_total', help: 'Runs accepted.', registers })
  const restarted = new Counter({
    name: 'holdfast_runs_restarted_total',
    help: 'Runs restarted or resumed after their worker was lost.',
    labelNames: ['how'],
    registers,
  })
  const ended = new Counter({
    name: 'holdfast_runs_ended_total',
    help: 'Runs that ended, by outcome, and by code if they failed.',
    labelNames: ['outcome', 'code'],
    registers,
  })
  const refused = new Counter({
    name: 'holdfast_starts_refused_total',
    help: 'Starts that were refused, by the problem’s code.',
    labelNames: ['code'],
    registers,
  })
  const waited = new Histogram({
    name: 'holdfast_run_wait_seconds',
    help: 'From a run’s acceptance to its start.',
    buckets: RUN_SECONDS,
    registers,
  })
  const lasted = new Histogram({
    name: 'holdfast_run_seconds',
    help: 'From a run’s start to its end.',
    labelNames: ['outcome'],
    buckets: RUN_SECONDS,
    registers,
  })
  const late = new Counter({
    name: 'holdfast_late_events_total',
    help: 'Events that agents sent after the end or cancel of their run, and that were dropped.',
    registers,
  })
  const passedOver = new Counter({
    name: 'holdfast_agent_events_passed_over_total',
    help: 'Events of remote agents that were unknown or out of order, and were skipped.',
    registers,
  })
  const toolCalls = new Counter({
    name: 'holdfast_tool_calls_total',
    help: 'Tool calls that have a result, by whether they failed.',
    labelNames: ['outcome'],
    registers,
  })
  const toolLasted = new Histogram({
    name: 'holdfast_tool_call_seconds',
    help: 'From the start of a tool call to its result.',
    buckets: RUN_SECONDS,
    registers,
  })
  const children = new Counter({
    name: 'holdfast_subagents_ended_total',
    help: 'Sub-agents that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const stepsDropped = new Counter({
    name: 'holdfast_subagent_steps_dropped_total',
    help: 'Calls of sub-agents beyond the steps that a view keeps. They are in the log.',
    registers,
  })
  const superseded = new Counter({
    name: 'holdfast_texts_superseded_total',
    help: 'Texts that a crash interrupted, and that were said again.',
    registers,
  })
  const stale = new Counter({
    name: 'holdfast_leases_lost_total',
    help: 'Runs that this process may no longer write, because another one owns them or they have ended.',
    registers,
  })
  const misaddressed = new Counter({
    name: 'holdfast_misaddressed_total',
    help: 'Items dropped because their address was missing, invalid, or of another thread or run.',
    labelNames: ['where', 'reason'],
    registers,
  })
  const engineFaults = new Counter({
    name: 'holdfast_engine_faults_total',
    help: 'Store faults met by the engine, by operation and code.',
    labelNames: ['during', 'code'],
    registers,
  })
  const commits = new Histogram({
    name: 'holdfast_commit_seconds',
    help: 'Duration of a commit including its sync. One commit holds events of many runs.',
    buckets: COMMIT_SECONDS,
    registers,
  })
  const storeFaults = new Counter({
    name: 'holdfast_store_faults_total',
    help: 'Failed store calls, by code.',
    labelNames: ['code'],
    registers,
  })
  const requests = new Counter({
    name: 'holdfast_http_requests_total',
    help: 'Requests answered. A live stream counts when it begins.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const answering = new Histogram({
    name: 'holdfast_http_request_seconds',
    help: 'Time from a request to its response headers.',
    labelNames: ['route'],
    buckets: REQUEST_SECONDS,
    registers,
  })

  const raised = new Counter({
    name: 'holdfast_notices_raised_total',
    help: 'Notices raised by the ends of runs, one for each person, by kind.',
    labelNames: ['kind'],
    registers,
  })
  const claimed = new Counter({
    name: 'holdfast_notices_claimed_total',
    help: 'Notices that a device has claimed, by kind.',
    labelNames: ['kind'],
    registers,
  })
  const pushed = new Counter({
    name: 'holdfast_pushes_total',
    help: 'What became of messages to push services: push_sent, push_refused, push_given_up, subscription_dropped, push_fault.',
    labelNames: ['what'],
    registers,
  })
  const webhooks = new Counter({
    name: 'holdfast_webhook_attempts_total',
    help: 'Attempts to deliver to webhooks: webhook_delivered, webhook_failed, webhook_fault.',
    labelNames: ['what'],
    registers,
  })
  const mcpLost = new Counter({
    name: 'holdfast_mcp_server_losses_total',
    help: 'Times that an MCP server was lost or could not be started.',
    labelNames: ['server'],
    registers,
  })

  new Gauge({
    name: 'holdfast_mcp_server_connected',
    help: '1 if the MCP server is connected, 0 if not.',
    labelNames: ['server'],
    registers,
    collect() {
      this.reset()
      for (const [server, { type }] of Object.entries(mcpServers())) this.set({ server }, type === 'ready' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'holdfast_runs_active',
    help: 'Runs that this process carries out now.',
    registers,
    collect() {
      this.set(activeRuns())
    },
  })
  new Gauge({
    name: 'holdfast_runs',
    help: 'Runs that have not ended, by state. The queued ones are the queue’s depth.',
    labelNames: ['state'],
    registers,
    async collect() {
      // A store that cannot answer must not hide all other metrics.
      const now = await counts().catch(() => undefined)
      this.reset()
      if (now) for (const [state, number] of Object.entries(now.runs)) this.set({ state }, number)
    },
  })
  new Gauge({
    name: 'holdfast_readers',
    help: 'Live streams.',
    registers,
    collect() {
      this.set(watching().readers)
    },
  })
  new Gauge({
    name: 'holdfast_threads_watched',
    help: 'Threads that at least one stream or long-poll follows.',
    registers,
    collect() {
      this.set(watching().threads)
    },
  })
  raisedTo('holdfast_sent_bytes_total', 'Bytes of records sent to live streams.', () => sent().bytes)
  raisedTo('holdfast_sent_records_total', 'Records sent to live streams.', () => sent().records)

  /** A counter whose value another part keeps. */
  function raisedTo(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  return {
    store: {
      committed: (ms) => commits.observe(ms / 1000),
      fault: (code) => storeFaults.inc({ code }),
    },
    lived(event) {
      switch (event.type) {
        case 'run_accepted':
          accepted.inc()
          if (event.restarted) restarted.inc({ how: 'asked_again' })
          break
        case 'run_started':
          if (event.acceptedAt) waited.observe(seconds(event.acceptedAt, event.at))
          break
        case 'run_resumed':
          restarted.inc({ how: 'gone_on' })
          break
        case 'run_ended':
          ended.inc({ outcome: event.outcome, code: event.code ?? '' })
          if (event.startedAt) lasted.observe({ outcome: event.outcome }, seconds(event.startedAt, event.at))
          break
        case 'tool_end':
          toolCalls.inc({ outcome: event.outcome })
          if (event.startedAt) toolLasted.observe(seconds(event.startedAt, event.at))
          break
        case 'subagent_end':
          children.inc({ outcome: event.outcome })
          stepsDropped.inc(Math.max(0, event.steps - MAX_SUBAGENT_STEPS))
          break
        case 'text_superseded':
          superseded.inc(event.count)
          break
        case 'run_cancel_requested':
        case 'tool_start':
        case 'tool_progress':
        case 'subagent_start':
        case 'subagent_progress':
        case 'subagent_cancel':
        case 'model_start':
        case 'model_end':
          break
        default:
          event satisfies never
      }
    },
    answered({ method, route, status, code, ms }) {
      requests.inc({ method, route, status })
      answering.observe({ route }, ms / 1000)
      if (method === 'POST' && route === START_ROUTE && code !== undefined) refused.inc({ code })
    },
    lateEvents: (count) => late.inc(count),
    leaseLost: () => stale.inc(),
    passedOver: (count) => passedOver.inc(count),
    misaddressed: (where, reason) => misaddressed.inc({ where, reason }),
    engineFault: (during, code) => engineFaults.inc({ during, code }),
    noticeRaised: (kind) => raised.inc({ kind }),
    noticeClaimed: (kind) => claimed.inc({ kind }),
    pushed: (what) => pushed.inc({ what }),
    webhook: (what) => webhooks.inc({ what }),
    mcpServerLost: (server) => mcpLost.inc({ server }),
    contentType: own.contentType,
    text: () => Registry.merge([own, processMetrics()]).metrics(),
  }
}

function seconds(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 1000
}
