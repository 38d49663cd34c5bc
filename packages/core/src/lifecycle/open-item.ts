/** A part of a run that is still being written. */
export interface OpenItem {
  readonly kind: 'text' | 'reasoning' | 'reasoning_block' | 'tool_call' | 'step' | 'subagent'
  /** messageId, toolCallId, step name or subagentRunId. */
  readonly id: string
  readonly runId: string
  readonly subagentRunId?: string
  /** ISO 8601 UTC. */
  readonly startedAt: string
}
