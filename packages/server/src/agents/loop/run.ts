/** What the parts of a loop share: the run, its agents, and how events are said. */
import { type Event, EventType, type Interrupt, type Message, type RunAgentInput } from '@ag-ui/core'
import { type Clock, closingEvents } from '@holdfast/core'
import type { AgentContext, Answered } from '../port.ts'
import type { Tool } from '../tools/port.ts'
import type { LoopLimits } from './limits.ts'
import type { AgentProgress, Call, Progress } from './progress.ts'

/** PORT LoopModel: one call of a model. */
export interface LoopModel {
  /**
   * The events of one answer, complete when it returns. Every text, thought and tool call has an id of its own.
   * @throws AgentFailure for an answer that is not known to be complete
   */
  ask(question: ModelQuestion, context: Pick<AgentContext, 'signal' | 'usage' | 'attention'>): AsyncGenerator<Event>
}

export interface ModelQuestion {
  readonly messages: readonly Message[]
  readonly context: RunAgentInput['context']
  /** By the names that the model is told. Empty: an answer that calls a tool is a failure. */
  readonly tools: ReadonlyMap<string, Tool>
  /** The id of a call in the log, for the provider's. */
  readonly newCallId: (given: string | undefined) => string
  /** When the answer must be complete, on the clock. */
  readonly until: number
}

/** An agent that the loop carries out. */
export interface LoopAgent {
  readonly id: string
  readonly title: string
  readonly model: LoopModel
  readonly limits: LoopLimits
  /** The agents that it may start. */
  readonly subAgents: readonly LoopAgent[]
  tools(): Promise<readonly Tool[]>
}

export interface LoopRun {
  readonly input: RunAgentInput
  readonly context: AgentContext
  readonly clock: Clock
  readonly newId: () => string
  /** Of the run's own agent: what counts for the run as a whole. */
  readonly limits: LoopLimits
  readonly progress: Progress
  /** By the id of the call. */
  readonly answers: ReadonlyMap<string, Answered>
  /** When everything must be over, on the clock. */
  readonly until: number
  /** Ids of calls that are taken: those of the conversation before, and those that were given. */
  readonly callIds: Set<string>
  readonly jobs: Jobs
  /** Carries out the loop of a sub-agent. */
  readonly carryOut: (run: LoopRun, speaker: Speaker) => AsyncGenerator<Event, End>
}

/** Sub-agents in the background. They belong to the run. */
export interface Jobs {
  start(jobId: string, job: AsyncGenerator<Event, End>): void
  end(jobId: string): Promise<End> | undefined
  /** Aborts when the run is about to end with a question: jobs stop where they can continue. */
  readonly paused: AbortSignal
  pause(): void
}

/** Who says something: the run's own agent, or a sub-agent. */
export interface Speaker {
  readonly agent: LoopAgent
  readonly subagentRunId: string | undefined
  /** 0: the run's own agent. */
  readonly depth: number
  /** It is a job, or was started by one. */
  readonly isJob: boolean
  readonly signal: AbortSignal
  /** The conversation around what its progress adds to it. */
  readonly before: readonly Message[]
  readonly after: readonly Message[]
}

export type End =
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string }
  /** It goes on in the run that answers these. None: it waits for the questions of others. */
  | { readonly type: 'waits'; readonly interrupts: readonly Interrupt[] }

/** A tool that the loop itself carries out. */
export interface LoopTool extends Tool {
  /** Returns the questions for which the call waits. Without any, it has said the call's result. */
  readonly carryOut?: (call: Call, input: unknown, signal: AbortSignal) => AsyncGenerator<Event, readonly Interrupt[]>
}

/** Says an event. It is part of the progress once it was taken. */
export function* say(
  { progress }: LoopRun,
  { subagentRunId }: Pick<Speaker, 'subagentRunId'>,
  event: Event,
): Generator<Event, void> {
  const said = subagentRunId === undefined ? event : ({ ...event, subagentRunId } as Event)
  yield said
  progress.apply(said)
}

/** Closes what an agent has open. */
export function* closeOpen(
  run: LoopRun,
  speaker: Pick<Speaker, 'subagentRunId'>,
  { open }: AgentProgress,
): Generator<Event, void> {
  for (const event of closingEvents([...open.values()])) yield* say(run, speaker, event)
}

/** Says the result of a call. */
export function* sayResult(
  run: LoopRun,
  speaker: Speaker,
  call: Call,
  content: string,
  more?: { readonly error: true },
): Generator<Event, void> {
  yield* say(run, speaker, {
    type: EventType.TOOL_CALL_RESULT,
    messageId: run.newId(),
    toolCallId: call.id,
    content,
    role: 'tool',
    ...(more && { metadata: { holdfast: more } }),
  })
}
