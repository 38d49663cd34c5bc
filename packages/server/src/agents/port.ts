/**
 * PORT Agent: something that answers. What it yields is hostile until the recorder has checked it.
 *
 * An agent never ends a run itself: it returns (or yields RUN_FINISHED), throws (or yields RUN_ERROR), and the engine
 * writes the end. It never needs to say RUN_STARTED.
 */
import type { Event, Message, RunAgentInput, TokenUsage } from '@ag-ui/core'
import type { AfterCrash, Attention } from '@holdfast/core'

export interface AgentContext {
  /** Aborted when the run is cancelled, superseded or over its limits. An agent that ignores it is left behind. */
  readonly signal: AbortSignal
  /** Two tenants may have rooms and threads of the same ids: what is kept for a conversation is named by all three. */
  readonly tenantId: string
  readonly roomId: string
  /**
   * How much the run's thread is looked at now: for whoever has to choose whom to serve first. It changes from one
   * moment to the next, so ask when you choose; it is a hint, and no reason to stop.
   */
  attention(): Attention
  /** Counts towards the run's usage; call it as often as the provider reports. */
  usage(entry: TokenUsage): void
  /**
   * Present when another process had begun this run and died: what the agent has said so far, in order, without
   * RUN_STARTED; deltas may have been joined. What is open there is still open: go on with it (content, then its end),
   * or begin something new. Only for agents with `afterCrash: 'resume'`.
   */
  readonly resumed?: { readonly events: readonly Event[] }
}

export interface Agent {
  readonly id: string
  /** For a list of agents, e.g. "Demo" or the model's name. */
  readonly title: string
  readonly description?: string
  /**
   * Somebody else wrote it, in their own reading of AG-UI. Words without a start get one, and what it says besides and
   * may not say (an unknown event, an end of nothing) is passed over and counted, instead of ending its run.
   */
  readonly tolerated?: boolean
  /** What becomes of its runs when the process that carries them out dies. Default `fail`. */
  readonly afterCrash?: AfterCrash
  /** Refuses what it cannot do before anything is accepted; the sentence says what. */
  check?(
    forwardedProps: unknown,
  ): { readonly type: 'ok' } | { readonly type: 'not_supported' | 'invalid'; readonly message: string }
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
  /**
   * A short name for the conversation that begins with these messages, asked once after its first answer. Absent, empty
   * or failed: it keeps its first line.
   */
  entitle?(messages: readonly Message[], signal: AbortSignal): Promise<string | undefined>
}

/** The agents a run may name. */
export interface AgentCatalogue {
  get(agentId: string): Agent | undefined
  list(): readonly Agent[]
  /** Answers where nobody has chosen one. */
  readonly defaultId: string
}
