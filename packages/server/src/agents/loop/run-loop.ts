/**
 * Carries out one run of a model agent: its loop, and the jobs that it starts. Owns: where the run goes on, and how it ends
 * with questions. Does not know: how a step is carried out.
 */
import { type Event, EventType, type Message, type RunAgentInput } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { Agent, AgentContext } from '../port.ts'
import { agentLoop } from './agent-loop.ts'
import { checkAnswer } from './check-answer.ts'
import { partedAt } from './conversation.ts'
import { createMerged } from './merged.ts'
import { createProgress, type Progress } from './progress.ts'
import type { End, Jobs, LoopAgent, LoopRun, Speaker } from './run.ts'
import { continuedJobs, suspended } from './sub-agents.ts'

export interface RunLoopOptions {
  readonly agent: LoopAgent
  readonly clock: Clock
  readonly newId: () => string
  /** Milliseconds that the run may take. */
  readonly totalMs: number
}

/** The agent of a catalogue that this agent is. After a crash it continues with its next step. */
export function createLoopAgent(options: RunLoopOptions): Agent {
  const { agent } = options
  return {
    id: agent.id,
    title: agent.title,
    afterCrash: 'resume',
    run: (input, context) => runLoop(options, input, context),
    checkAnswer: (interrupt, payload) => checkAnswer(agent, interrupt, payload),
  }
}

async function* runLoop(
  { agent, clock, newId, totalMs }: RunLoopOptions,
  input: RunAgentInput,
  context: AgentContext,
): AsyncGenerator<Event> {
  const stop = new AbortController()
  const all = createMerged<Event, End>(() => stop.abort())
  const progress = progressBefore(context)
  const jobs = createJobs(all.add)
  const run: LoopRun = {
    input,
    context,
    clock,
    newId,
    limits: agent.limits,
    progress,
    answers: new Map(
      (context.answers ?? []).flatMap((each) =>
        each.interrupt.toolCallId === undefined ? [] : [[each.interrupt.toolCallId, each]],
      ),
    ),
    until: clock.now() + totalMs,
    callIds: new Set(input.messages.flatMap(callIdsOf)),
    jobs,
    carryOut: agentLoop,
  }
  const main: Speaker = {
    agent,
    subagentRunId: undefined,
    depth: 0,
    isJob: false,
    signal: AbortSignal.any([context.signal, stop.signal]),
    ...partedAt(input.messages, (message) => isOwn(progress, message)),
  }
  // What a process that died had reported is in the log only.
  for (const entry of progress.usage) context.usage(entry)
  yield* continuedJobs(run, main)
  all.add(mainLoop(run, main))
  yield* all.values()
  const waiting = all.results.flatMap((end) => (end?.type === 'waits' ? end.interrupts : []))
  if (waiting.length === 0) return
  const interrupts = [...new Map(waiting.map((interrupt) => [interrupt.id, interrupt])).values()]
  yield* suspended(run, interrupts)
  const { threadId, runId } = input
  yield { type: EventType.RUN_FINISHED, threadId, runId, outcome: { type: 'interrupt', interrupts } }
}

async function* mainLoop(run: LoopRun, main: Speaker): AsyncGenerator<Event, End> {
  const end = yield* agentLoop(run, main)
  if (end.type === 'waits') run.jobs.pause()
  return end
}

/** What the runs before this one have done, and this one before a crash. */
function progressBefore({ continued, resumed }: AgentContext): Progress {
  const progress = createProgress()
  for (const event of continued?.events ?? []) progress.apply(event)
  progress.beginRun()
  for (const event of resumed?.events ?? []) progress.apply(event)
  return progress
}

function isOwn(progress: Progress, message: Message): boolean {
  if (message.role === 'tool') return progress.hasCall(message.toolCallId)
  return message.role !== 'user' && progress.hasMessage(message.id)
}

function callIdsOf(message: Message): readonly string[] {
  return message.role === 'assistant' ? (message.toolCalls ?? []).map(({ id }) => id) : []
}

function createJobs(add: (job: AsyncGenerator<Event, End>) => void): Jobs {
  const ends = new Map<string, Promise<End>>()
  const pausing = new AbortController()
  return {
    paused: pausing.signal,
    pause: () => pausing.abort(new DOMException('The run asks a person.', 'AbortError')),
    start(jobId, job) {
      if (ends.has(jobId)) return
      const { promise, resolve, reject } = Promise.withResolvers<End>()
      // It is also thrown where the job is carried out.
      promise.catch(() => {})
      ends.set(jobId, promise)
      add(settling(job, resolve, reject))
    },
    end: (jobId) => ends.get(jobId),
  }
}

async function* settling(
  job: AsyncGenerator<Event, End>,
  resolve: (end: End) => void,
  reject: (error: unknown) => void,
): AsyncGenerator<Event, End> {
  try {
    const end = yield* job
    resolve(end)
    return end
  } catch (error) {
    reject(error)
    throw error
  }
}
