/**
 * What a server process logs, and at which level: one line per event. Owns the sentences. Does not know: their format,
 * where they go. `debug`: frequent events. `info`: the lives of runs. `warn`: what an operator should look into soon.
 * `error`: at once.
 */
import type { McpServerState } from '../agents/mcp/server.ts'
import type { DroppedNotice } from '../bus/strict-bus.ts'
import type { EngineLog } from '../engine/log.ts'
import type { Report } from '../http/problem-error.ts'
import type { Answered, Asked } from '../http/traffic.ts'
import { errorFields, originOf, wordless } from '../operate/error-fields.ts'
import type { LifecycleEvent } from '../operate/lifecycle.ts'
import type { Logger } from '../operate/logger.ts'
import type { PushLog } from '../push/push-loop.ts'
import type { TenantRun } from '../store/tenant-thread.ts'
import type { WebhookLog } from '../webhooks/delivery-loop.ts'

export interface Journal {
  note(sentence: string): void
  warn(sentence: string, error?: unknown): void
  readonly report: Report
  /** Unexpected errors, with their origin. */
  uncaught(fault: unknown, sentence: string): void
  readonly engine: EngineLog
  lived(event: LifecycleEvent): void
  answered(request: Asked, answer: Answered): void
  dropped(notice: DroppedNotice): void
  mcp(server: string, state: McpServerState): void
  pushed(entry: PushLog): void
  webhook(entry: WebhookLog): void
  /** A line from an MCP server itself. */
  words(server: string, words: string): void
}

const LIVED: Readonly<Record<LifecycleEvent['type'], string>> = {
  run_accepted: 'A run was accepted.',
  run_started: 'A run started.',
  run_resumed: 'A run resumed.',
  run_cancel_requested: 'A cancel was requested.',
  run_ended: 'A run ended.',
  tool_start: 'A tool call started.',
  tool_progress: 'A tool call made progress.',
  tool_end: 'A tool call ended.',
  subagent_start: 'A sub-agent started.',
  subagent_progress: 'A sub-agent made progress.',
  subagent_cancel: 'A sub-agent was asked to stop.',
  subagent_end: 'A sub-agent ended.',
  model_start: 'A model began to answer.',
  model_end: 'A model has answered.',
  text_superseded: 'Texts that a crash had interrupted are said again.',
}

/** There may be thousands of these in a run. */
const FREQUENT: ReadonlySet<LifecycleEvent['type']> = new Set([
  'tool_start',
  'tool_progress',
  'tool_end',
  'subagent_progress',
  'model_start',
  'model_end',
])

export function createJournal(logger: Logger): Journal {
  return {
    note: (sentence) => logger.info(sentence),
    warn: (sentence, error) => logger.warn(error === undefined ? {} : { err: errorFields(error) }, sentence),
    uncaught: (fault, what) => logger.error({ from: originOf(fault), err: errorFields(fault) }, what),
    report: (fault, what, about = {}) => logger.error({ ...about, err: errorFields(fault) }, what),
    engine(entry) {
      switch (entry.type) {
        case 'orphans_settled':
          return logger.warn({ count: entry.count }, 'Settled runs that an earlier process left unfinished.')
        case 'run_resumed':
          return logger.info(
            { ...addressOf(entry), events: entry.events, times: entry.times },
            'Resumed a run where its worker left off.',
          )
        case 'run_released':
          return logger.info(addressOf(entry), 'Left a run to the next process.')
        case 'lease_lost':
          return logger.warn(addressOf(entry), 'Lost the lease of a run.')
        case 'agent_left_behind': {
          const { lateEvents, stopped } = entry
          return logger.warn({ ...addressOf(entry), lateEvents, stopped }, 'A cancelled agent did not stop in time.')
        }
        case 'store_fault': {
          const { during, code, error } = entry
          const fields = { ...addressOf(entry), during, code, err: errorFields(error) }
          return logger.error(fields, 'The store failed a request of the engine.')
        }
        case 'address_drift': {
          const { where, field, event } = entry
          const fields = { ...addressOf(entry), where, reason: 'foreign', field, ...(event && { type: event }) }
          return logger.error(fields, 'A run received the address of another run, which was ignored.')
        }
        case 'agent_passed_over':
          return logger.warn(
            { ...addressOf(entry), events: Object.fromEntries(entry.events) },
            'Skipped events of an agent that cannot be read; kept the rest of its answer.',
          )
        case 'agent_words_cut':
          return logger.error(
            { ...addressOf(entry), shown: entry.shown, said: entry.said },
            'An agent failed with a message not fit to show; the part shown ends before it.',
          )
        case 'agent_threw':
          logger.error({ ...addressOf(entry), err: wordless(entry.error) }, 'An agent threw.')
          return logger.debug(
            { ...addressOf(entry), err: errorFields(entry.error) },
            'The full error that the agent threw.',
          )
        case 'thread_not_named':
          return logger.warn(
            { ...addressOf(entry), err: wordless(entry.error) },
            'A thread could not be named; it keeps its first line as its title.',
          )
        case 'run_broke':
          return logger.error({ ...addressOf(entry), err: errorFields(entry.error) }, 'The engine failed.')
        default:
          entry satisfies never
      }
    },
    lived({ type, ...fields }) {
      logger[FREQUENT.has(type) ? 'debug' : 'info']({ event: type, ...fields }, LIVED[type])
    },
    dropped({ type, reason, ...address }) {
      logger.error({ where: 'notice', type, reason, ...address }, 'Dropped a notice without a valid address.')
    },
    mcp(server, state) {
      switch (state.type) {
        case 'ready': {
          const { tools, leftOut } = state
          if (leftOut.length > 0)
            logger.warn({ server, leftOut: leftOut.slice(0, 20) }, 'Left out tools of an MCP server.')
          return logger.info({ server, tools }, 'An MCP server is connected.')
        }
        case 'waiting':
          return logger.warn(
            { server, reason: state.reason, retryAt: new Date(state.retryAt).toISOString() },
            'An MCP server is not connected; it is tried again.',
          )
        case 'starting':
        case 'closed':
          return logger.debug({ server }, `An MCP server is ${state.type}.`)
        default:
          state satisfies never
      }
    },
    pushed(entry) {
      const { type: _, ...fields } = entry
      switch (entry.type) {
        case 'push_sent':
          return logger.info(fields, 'Sent a push.')
        case 'push_refused':
          return logger.warn(fields, 'A push service did not take a push.')
        case 'push_given_up':
          return logger.warn(fields, 'No push service took a push. Nobody was notified of these runs.')
        case 'subscription_dropped':
          return logger.info(fields, 'Dropped a push subscription that no longer exists.')
        case 'push_fault':
          return logger.error({ err: errorFields(entry.error) }, 'A push could not be decided or recorded.')
        default:
          entry satisfies never
      }
    },
    webhook(entry) {
      switch (entry.type) {
        case 'webhook_delivered':
          return logger.debug({ deliveryId: entry.deliveryId }, 'Delivered to a webhook.')
        case 'webhook_failed':
          return logger.warn(
            { deliveryId: entry.deliveryId, reason: entry.reason },
            'A webhook did not take a delivery.',
          )
        case 'webhook_fault':
          return logger.error(
            { err: errorFields(entry.error) },
            'What is to be delivered to webhooks could not be read or recorded.',
          )
        default:
          entry satisfies never
      }
    },
    words: (server, words) => logger.debug({ server, words }, 'An MCP server wrote to its log.'),
    answered({ roomId, threadId, runId }, { ms, ...answer }) {
      if (!logger.isLevelEnabled('debug')) return
      logger.debug({ roomId, threadId, runId, ...answer, ms: Math.round(ms * 10) / 10 }, 'Answered.')
    },
  }
}

/** A run's address as in every log line, without the epoch. */
function addressOf(entry: { readonly lease?: TenantRun | undefined }) {
  if (!entry.lease) return {}
  const { tenantId, roomId, threadId, runId } = entry.lease
  return { tenantId, roomId, threadId, runId }
}
