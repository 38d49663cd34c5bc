/** How much an agent may say in one run. */

export interface RecorderLimits {
  /** Events the agent may say in one run. */
  readonly maxEvents: number
  /** UTF-8 bytes of event JSON in one run. */
  readonly maxBytes: number
  /** UTF-8 bytes of one event as the agent said it. */
  readonly maxEventBytes: number
  /** Nesting of one event's JSON. */
  readonly maxDepth: number
  /** UTF-8 bytes up to which deltas are joined. */
  readonly maxCoalescedBytes: number
  /** Of the shared state, and of each activity's content, however it was built; UTF-16 units of its JSON. */
  readonly maxStateBytes: number
  /** Sub-agents that one run may start. */
  readonly maxSubagents: number
  /** How deeply sub-agents may be nested: 1 is a sub-agent without sub-agents of its own. */
  readonly maxSubagentDepth: number
}

export const DEFAULT_RECORDER_LIMITS: RecorderLimits = {
  maxEvents: 1_000_000,
  maxBytes: 256 * 1024 * 1024,
  maxEventBytes: 1024 * 1024,
  maxDepth: 64,
  maxCoalescedBytes: 64 * 1024,
  maxStateBytes: 4 * 1024 * 1024,
  maxSubagents: 1_000,
  maxSubagentDepth: 8,
}
