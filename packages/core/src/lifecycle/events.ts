/** The AG-UI events that only the server writes: a run's first and its last (docs/PROTOCOL.md, The log). */
import {
  type Context,
  type Event,
  EventType,
  type Message,
  PROTOCOL_VERSION,
  type ResumeEntry,
  type RunAgentInput,
  type RunStartedEvent,
  type TokenUsage,
  type Tool,
} from '@ag-ui/core'
import type { Outcome } from './outcome.ts'

export interface RunStart {
  readonly threadId: string
  readonly runId: string
  /** The parent of the first new message or, without new messages, the message that the run answers. null: none. */
  readonly parentId: string | null
  /** This run's new messages, not the history. */
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly context?: readonly Context[]
  readonly state?: unknown
  readonly resume?: readonly ResumeEntry[]
}

/** RUN_STARTED with the run's input, so that a reader of bare events sees the person's words. Never forwardedProps. */
export function runStarted(start: RunStart): RunStartedEvent {
  const { threadId, runId, parentId } = start
  const input: RunAgentInput = {
    threadId,
    runId,
    protocolVersion: PROTOCOL_VERSION,
    ...(start.state === undefined || start.state === null ? {} : { state: start.state }),
    messages: [...start.messages],
    tools: [...(start.tools ?? [])],
    context: [...(start.context ?? [])],
    ...(start.resume === undefined ? {} : { resume: [...start.resume] }),
  }
  return {
    type: EventType.RUN_STARTED,
    threadId,
    runId,
    protocolVersion: PROTOCOL_VERSION,
    input,
    metadata: { holdfast: { parentId } },
  }
}

/** The one event that ends a run. It is the same for cancelled and superseded runs; `run.ended` tells them apart. */
export function runTerminal(
  outcome: Outcome,
  run: { readonly threadId: string; readonly runId: string },
  usage: readonly TokenUsage[] = [],
): Event {
  const known = usage.map(knownUsage)
  const spent = known.length === 0 ? {} : { usage: known }
  const finished = { type: EventType.RUN_FINISHED, threadId: run.threadId, runId: run.runId, ...spent } as const
  switch (outcome.type) {
    case 'succeeded':
      return { ...finished, outcome: { type: 'success' } }
    case 'cancelled':
    case 'superseded':
      return { ...finished, outcome: { type: 'cancelled' } }
    case 'interrupted':
      return { ...finished, outcome: { type: 'interrupt', interrupts: [...outcome.interrupts] } }
    case 'failed':
      return { type: EventType.RUN_ERROR, message: outcome.message, code: outcome.code, ...spent }
  }
}

/** The fields of a usage entry that are counts. */
export const USAGE_COUNTS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'reasoningTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
] as const

/** A provider's report may hold NaN and fractions. Such counts are left out, so that they do not fail the run. */
export function knownUsage(entry: TokenUsage): TokenUsage {
  const known: TokenUsage = {}
  if (typeof entry.provider === 'string') known.provider = entry.provider
  if (typeof entry.model === 'string') known.model = entry.model
  for (const name of USAGE_COUNTS) {
    const value = entry[name]
    if (Number.isSafeInteger(value) && value !== undefined && value >= 0) known[name] = value
  }
  return known
}
