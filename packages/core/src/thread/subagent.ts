/**
 * A sub-agent of a run as readers see it: who it is, how it ended, and the newest steps of what it did. What it says is
 * here and not among the messages of the thread.
 */

export type SubagentStatus = 'running' | 'succeeded' | 'failed' | 'cancelled'

/** One thing that a sub-agent said or did. */
export interface SubagentStep {
  /** Increases within the sub-agent, from 1. */
  readonly n: number
  /** When it began, ISO 8601 UTC. */
  readonly at: string
  readonly kind: 'text' | 'reasoning' | 'tool' | 'status'
  /** `tool`: the tool's name. `status`: what happened. `text`: who speaks, if it is not the sub-agent. */
  readonly title?: string
  /** What it says; `tool`: its progress, then its result. At most 8,000 characters, reasoning 6,000; `…` ends a cut text. */
  readonly text?: string
  /** Of `tool` and `status`. */
  readonly status?: 'running' | 'succeeded' | 'failed'
  readonly toolCallId?: string
  /** `tool`: its arguments as JSON text, at most 2,000 characters. */
  readonly input?: string
  /** The message that it belongs to. */
  readonly messageId?: string
}

/** Unique in its thread by `runId` and `subagentRunId` together: some agents use the same ids in every run. */
export interface Subagent {
  readonly subagentRunId: string
  readonly runId: string
  /** The tool call that started it. */
  readonly parentToolCallId?: string
  /** The sub-agent that started it. Absent: the run's own agent. */
  readonly parentSubagentRunId?: string
  /** What its tool calls it. The subagentRunId, if the tool has no name of its own for it. */
  readonly jobId: string
  readonly name: string
  /** Every status but `running` is final. */
  readonly status: SubagentStatus
  /** A person has asked it to stop, and it has not ended yet. */
  readonly stopping?: true
  /** It is suspended until these are answered. It goes on in the run that answers them. */
  readonly interruptIds?: readonly string[]
  /** The newest, at most 200. Empty once they were pruned. */
  readonly steps: readonly SubagentStep[]
  /** How many older steps are not kept. */
  readonly droppedSteps: number
  /** ISO 8601 UTC, like the two below. */
  readonly startedAt: string
  readonly updatedAt: string
  readonly endedAt?: string
  /** Why it failed or was cancelled. */
  readonly error?: { readonly code?: string; readonly message: string }
}

/** The latest progress of a tool call of the run's own agent that has no result yet. */
export interface ToolProgress {
  readonly runId: string
  readonly toolCallId: string
  readonly text: string
  /** ISO 8601 UTC. */
  readonly at: string
}
