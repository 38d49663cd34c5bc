/**
 * PORT Agent: something that answers. What it yields is untrusted until the recorder has checked it.
 *
 * An agent never ends a run itself. It returns (or yields RUN_FINISHED) or throws (or yields RUN_ERROR), and the engine
 * writes the end. It never needs to yield RUN_STARTED.
 */
import type { Event, Interrupt, Message, ResumeEntry, RunAgentInput, TokenUsage } from '@ag-ui/core'
import type { AfterCrash, Attention } from '@holdfast/core'

export interface AgentContext {
  /** Aborts when the run is cancelled, superseded or over its limits. An agent that ignores it is abandoned. */
  readonly signal: AbortSignal
  /** Two tenants may have rooms and threads of the same ids: what is kept for a conversation is named by all three. */
  readonly tenantId: string
  readonly roomId: string
  /**
   * How closely the run's thread is looked at now, for choosing whom to serve first. It changes all the time, so ask
   * when you choose. It is a hint, and no reason to stop.
   */
  attention(): Attention
  /** Adds to the run's usage. Call it as often as the provider reports. */
  usage(entry: TokenUsage): void
  /**
   * Present if another process started this run and died or was stopped: the events that the agent has sent so far, in order, without
   * RUN_STARTED; deltas may be joined. What is open there is still open: continue it (content, then its end), or start
   * something new. `times` is how often that happened: an orderly stop of the server
   * is not counted. Only for agents with `afterCrash: 'resume'`.
   */
  readonly resumed?: { readonly events: readonly Event[]; readonly times: number }
  /** The questions of the run that this run continues, each with the person's answer. */
  readonly answers?: readonly Answered[]
  /**
   * Present if this run answers the questions of another one: the events of all runs before it that ended with a
   * question, oldest first, without RUN_STARTED and terminal events. The oldest are missing if there are very many.
   */
  readonly continued?: { readonly events: readonly Event[] }
  /**
   * Resolves when everything that was yielded before is durable, and has it written without delay. Wait for it before
   * you do something that must not be done twice. Rejects with an AbortError when the run is stopped or over: then do
   * not do it.
   */
  written(): Promise<void>
  /**
   * Aborts when this sub-agent is asked to stop, or when `signal` does. Already aborted if that was asked before, even
   * of an earlier process. The same signal for the same id.
   */
  childSignal(subagentRunId: string): AbortSignal
}

export interface Answered {
  readonly interrupt: Interrupt
  readonly answer: ResumeEntry
}

/** Whether a run can be started. The sentence says why not. */
export type StartCheck =
  | { readonly type: 'ok' }
  | { readonly type: 'not_supported' | 'invalid'; readonly message: string }

/** Whether a person's answer can be used. The sentence says what is wrong with it. */
export type AnswerCheck = { readonly type: 'ok' } | { readonly type: 'invalid'; readonly message: string }

export interface Agent {
  readonly id: string
  /** Shown in lists of agents, e.g. "Demo" or the model's name. */
  readonly title: string
  readonly description?: string
  /**
   * The agent is third-party code with its own reading of AG-UI. Text without a start gets one, and invalid events (an
   * unknown type, an end without a start) are skipped and counted instead of ending its run.
   */
  readonly tolerated?: boolean
  /** What happens to its runs when their process dies. Default `fail`. It may depend on what a run is asked. */
  readonly afterCrash?: AfterCrash | ((asked: Asked) => AfterCrash)
  /** Refuses what it cannot do before the run is accepted. The sentence says what. */
  check?(forwardedProps: unknown): StartCheck | Promise<StartCheck>
  /** Checks a person's answer to one of its questions before it is accepted. Only called for `status: 'resolved'`. */
  checkAnswer?(interrupt: Interrupt, payload: unknown): Promise<AnswerCheck>
  run(input: RunAgentInput, context: AgentContext): AsyncIterable<Event>
  /**
   * A short title for a conversation that starts with these messages, requested once after its first answer. If absent,
   * empty or failed, the title stays the first line.
   */
  entitle?(messages: readonly Message[], signal: AbortSignal): Promise<string | undefined>
}

/** The part of a start that may decide what a crash does to its run. */
export interface Asked {
  readonly forwardedProps?: unknown
  readonly resume?: readonly ResumeEntry[]
}

export function afterCrashOf(agent: Agent | undefined, asked: Asked): AfterCrash {
  const declared = agent?.afterCrash ?? 'fail'
  return typeof declared === 'function' ? declared(asked) : declared
}

/** The agents that a run may name. */
export interface AgentCatalogue {
  get(agentId: string): Agent | undefined
  list(): readonly Agent[]
  /** The agent for threads without a chosen one. */
  readonly defaultId: string
}
