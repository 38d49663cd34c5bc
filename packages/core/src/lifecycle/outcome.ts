/**
 * How a run ended, exactly once. `interrupted` always means that the run waits for a person; a crash is
 * `failed{worker_lost}`.
 */
import type { Interrupt } from '@ag-ui/core'
import { truncate } from '../json/bytes.ts'
import { withoutTrace } from './trace.ts'

/**
 * Why a run failed. The list is closed, so a reader may switch on it.
 *
 * - `agent_error` the agent threw or sent RUN_ERROR
 * - `agent_protocol` the agent broke the AG-UI rules (malformed, out of order, unknown ids)
 * - `agent_incomplete` the agent's stream ended inside a text or a tool call, or without any answer
 * - `limit_exceeded` the run exceeded a limit (events, bytes, one event's size or depth)
 * - `no_progress` nothing came from the agent or its sub-agents for too long
 * - `step_limit` the agent asked its model more often than one run may
 * - `token_limit` the run used more tokens than its budget
 * - `depth_limit` sub-agents were nested deeper than a run allows
 * - `child_limit` the agent started more sub-agents than a run allows
 * - `timeout` the run took too long, or its provider was silent for too long
 * - `worker_lost` the process that ran it died, or lost its lease
 * - `store_failed` the log could not be written
 * - `agent_unknown` the run's agent is not configured (any more)
 * - `model_*` the model provider's reasons
 */
export const FAILURE_CODES = [
  'agent_error',
  'agent_protocol',
  'agent_incomplete',
  'agent_unknown',
  'limit_exceeded',
  'no_progress',
  'step_limit',
  'token_limit',
  'depth_limit',
  'child_limit',
  'timeout',
  'worker_lost',
  'store_failed',
  'model_auth',
  'model_rate_limited',
  'model_content_filter',
  'model_context_length',
  'model_unreachable',
  'model_bad_response',
] as const

export type FailureCode = (typeof FAILURE_CODES)[number]

export interface Failure {
  readonly code: FailureCode
  /** One sentence for a person: what happened and what to do next. Never a secret or a stack trace. */
  readonly message: string
}

/** UTF-16 units. A failure's message is a sentence for a person; an agent's own message may be a page. */
const MAX_MESSAGE_LENGTH = 2_000

/** Replaces an agent's message that holds nothing for a person. */
const UNEXPLAINED = 'The agent failed unexpectedly. What it said is kept. Try again.'

/** A failure with an agent's own message, without stack traces and cut to the length of a sentence. */
export function failureSaying(code: FailureCode, message: string): Failure {
  const words = withoutTrace(message).trim() || UNEXPLAINED
  return { code, message: truncate(words, MAX_MESSAGE_LENGTH).toWellFormed() }
}

export type Outcome =
  | { readonly type: 'succeeded' }
  | ({ readonly type: 'failed' } & Failure)
  | { readonly type: 'cancelled'; readonly by: string; readonly reason?: string }
  | { readonly type: 'interrupted'; readonly interrupts: readonly Interrupt[] }
  | { readonly type: 'superseded'; readonly by: string }

export type OutcomeType = Outcome['type']

/** The error with which a run's sub-agents end that it leaves open. */
export function closingError(outcome: Outcome): { readonly code: string; readonly message: string } {
  switch (outcome.type) {
    case 'cancelled':
      return { code: 'cancelled', message: 'Its run was stopped.' }
    case 'superseded':
      return { code: 'cancelled', message: 'Another run took the place of its run.' }
    case 'failed':
      return { code: outcome.code, message: 'Its run failed.' }
    case 'succeeded':
    case 'interrupted':
      return { code: 'run_ended', message: 'Its run ended first.' }
  }
}
