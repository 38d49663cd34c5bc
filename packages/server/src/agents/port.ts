/**
 * PORT Agent: something that answers. What it yields is hostile until the recorder has checked it.
 *
 * An agent never ends a run itself: it returns (or yields RUN_FINISHED), throws (or yields RUN_ERROR), and the engine
 * writes the end. It never needs to say RUN_STARTED.
 */
import type { Event, RunAgentInput, TokenUsage } from '@ag-ui/core'

export interface AgentContext {
  /** Aborted when the run is cancelled, superseded or over its limits. An agent that ignores it is left behind. */
  readonly signal: AbortSignal
  readonly roomId: string
  /** Counts towards the run's usage; call it as often as the provider reports. */
  usage(entry: TokenUsage): void
}

export interface Agent {
  readonly id: string
  /** For a list of agents, e.g. "Demo" or the model's name. */
  readonly title: string
  readonly description?: string
  /** Refuses what it cannot do before anything is accepted; the sentence says what. */
  check?(
    forwardedProps: unknown,
  ): { readonly type: 'ok' } | { readonly type: 'not_supported' | 'invalid'; readonly message: string }
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
}

/** The agents a run may name. */
export interface AgentCatalogue {
  get(agentId: string): Agent | undefined
  list(): readonly Agent[]
  /** The agent of a new room. */
  readonly defaultId: string
}
