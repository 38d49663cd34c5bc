/** How much the loop of a model agent may do. */
import { DEFAULT_RECORDER_LIMITS } from '@holdfast/core'

export interface LoopLimits {
  /** Calls of the model by one agent in one run. */
  readonly maxSteps: number
  /** Tokens of one run in total, its sub-agents included. Absent: no limit. */
  readonly maxTokens?: number
  /** Tool calls that a model may make in one step. Each further one is answered with an error. */
  readonly maxCalls: number
  /** Tool calls that are made at the same time. */
  readonly maxParallel: number
  /** Milliseconds that a call may take if its tool sets no limit. */
  readonly toolMs: number
  /** Milliseconds that a tool may take to check arguments, and to say whether it needs approval. */
  readonly checkMs: number
  /** Milliseconds that a tool gets to stop after its signal has aborted. */
  readonly graceMs: number
  /** UTF-8 bytes of one result in the log. */
  readonly maxResultBytes: number
  /** Characters of one result that the model is told. */
  readonly maxToldResult: number
  /** How deep sub-agents may be nested. 1: a sub-agent has none. */
  readonly maxDepth: number
  /** Milliseconds between two progress events of one call. */
  readonly progressMs: number
}

export const DEFAULT_LOOP_LIMITS: LoopLimits = {
  maxSteps: 50,
  maxCalls: 64,
  maxParallel: 16,
  toolMs: 5 * 60_000,
  checkMs: 10_000,
  graceMs: 4_000,
  // Room for the event around it.
  maxResultBytes: DEFAULT_RECORDER_LIMITS.maxEventBytes - 8 * 1024,
  maxToldResult: 32_000,
  maxDepth: 3,
  progressMs: 200,
}
