/**
 * Sub-agents: the tools `run_sub_agent` and `sub_agent_result`, and what they carry out. Owns: when a sub-agent begins and
 * ends, in the foreground or as a job. Does not know: what it does meanwhile.
 *
 * Invariants:
 * - What a sub-agent says is only in events with its subagentRunId.
 * - A sub-agent that was asked to stop ends with SUBAGENT_ERROR `cancelled`, and its parent goes on.
 * - A job may outlive its call, never its run.
 */
import { type Event, EventType, type Interrupt } from '@ag-ui/core'
import { z } from 'zod'
import { AgentFailure, failureIn } from '../failure.ts'
import { defineTool } from '../tools/define-tool.ts'
import { shortened } from './conversation.ts'
import type { Call, ChildProgress } from './progress.ts'
import { toolText } from './result.ts'
import {
  closeOpen,
  type End,
  type LoopAgent,
  type LoopRun,
  type LoopTool,
  type Speaker,
  say,
  sayResult,
} from './run.ts'

const RUN_SUB_AGENT = 'run_sub_agent'
const SUB_AGENT_RESULT = 'sub_agent_result'

/** Characters. */
const MAX_PROMPT = 100_000

const notCalled = () => {
  throw new Error('The loop carries this tool out itself.')
}

/** The tools with which this speaker may start sub-agents. None at the greatest depth. */
export function subAgentTools(run: LoopRun, speaker: Speaker): readonly LoopTool[] {
  const { subAgents } = speaker.agent
  const [first, ...rest] = subAgents.map(({ id }) => id)
  if (first === undefined || speaker.depth >= run.limits.maxDepth) return []
  const who = subAgents.map(({ id, title }) => (title === id ? id : `${id} (${title})`)).join(', ')
  const start = defineTool({
    name: RUN_SUB_AGENT,
    description: `Gives a task to another agent and returns its answer. It knows nothing of this conversation, so the prompt must say everything. Agents: ${who}. With background, it returns a jobId at once; read the answer later with ${SUB_AGENT_RESULT}.`,
    input: z.object({
      agent: z.enum([first, ...rest]),
      prompt: z.string().min(1).max(MAX_PROMPT),
      background: z.boolean().optional(),
    }),
    effect: 'idempotent',
    execute: notCalled,
  })
  const result = defineTool({
    name: SUB_AGENT_RESULT,
    description: `Waits for a job of ${RUN_SUB_AGENT} and returns its answer.`,
    input: z.object({ jobId: z.string() }),
    effect: 'read',
    execute: notCalled,
  })
  return [
    { ...start, carryOut: (call, input, signal) => runSubAgent(run, speaker, call, input as Task, signal) },
    { ...result, carryOut: (call, input, signal) => jobResult(run, speaker, call, input as { jobId: string }, signal) },
  ]
}

interface Task {
  readonly agent: string
  readonly prompt: string
  readonly background?: boolean | undefined
}

async function* runSubAgent(
  run: LoopRun,
  parent: Speaker,
  call: Call,
  { agent: agentId, prompt, background = false }: Task,
  signal: AbortSignal,
): AsyncGenerator<Event, readonly Interrupt[]> {
  const agent = parent.agent.subAgents.find(({ id }) => id === agentId)
  if (!agent) throw new Error(`There is no sub-agent ${agentId}.`)
  const known = run.progress.children().find(({ parentCallId }) => parentCallId === call.id)
  if (known?.end) {
    yield* sayEnd(run, parent, call, known.end.type === 'finished' ? { type: 'done', text: known.end.text } : known.end)
    return []
  }
  const child = yield* begin(run, parent, call, agent, known, background)
  // A job may go on after its call has ended, but not after its parent was stopped.
  const body = subAgent(run, parent, agent, child, prompt, background ? parent.signal : signal)
  if (background) {
    run.jobs.start(child.jobId, body)
    yield* sayResult(run, parent, call, JSON.stringify({ jobId: child.jobId, status: 'running' }))
    return []
  }
  const end = yield* body
  if (end.type === 'waits') return end.interrupts
  yield* sayEnd(run, parent, call, end)
  return []
}

/** Jobs that have not ended, of a run that is continued. They go on without their call. */
export function* continuedJobs(run: LoopRun, main: Speaker): Generator<Event, void> {
  for (const child of run.progress.children()) {
    if (!child.isJob || child.end) continue
    const started = startOf(run, main, child)
    // Without a result its call is made again, and starts it.
    if (!started?.call.result) continue
    const { parent, call, agent, prompt } = started
    yield* begin(run, parent, call, agent, child, true)
    run.jobs.start(child.jobId, subAgent(run, parent, agent, child, prompt, parent.signal))
  }
}

interface Started {
  readonly parent: Speaker
  readonly call: Call
  readonly agent: LoopAgent
  readonly prompt: string
}

/** How a sub-agent was started, from the progress of its parents. Undefined: its agent is not configured any more. */
function startOf(run: LoopRun, main: Speaker, { parentId, parentCallId }: ChildProgress): Started | undefined {
  const parentChild = run.progress.children().find(({ id }) => id === parentId)
  const above = parentChild && startOf(run, main, parentChild)
  const parent: Speaker | undefined =
    parentId === undefined
      ? main
      : parentChild &&
        above &&
        speakerOf(run, above.parent, above.agent, parentChild, above.prompt, above.parent.signal)
  const call = run.progress
    .of(parentId)
    .steps.flatMap(({ calls }) => calls)
    .find(({ id }) => id === parentCallId)
  if (!parent || !call) return undefined
  const { agent: agentId, prompt } = JSON.parse(call.arguments) as Task
  const agent = parent.agent.subAgents.find(({ id }) => id === agentId)
  return agent && { parent, call, agent, prompt }
}

function* begin(
  run: LoopRun,
  parent: Speaker,
  call: Call,
  agent: LoopAgent,
  known: ChildProgress | undefined,
  background: boolean,
): Generator<Event, ChildProgress> {
  const id = known?.id ?? run.newId()
  if (!known?.startedHere) {
    const { subagentRunId: startedBy } = parent
    // In a run that answers, a job may go on after its parent has ended in an earlier one.
    const isKnown = run.progress.children().some((each) => each.id === startedBy && each.startedHere)
    const holdfast = {
      jobId: known?.jobId ?? run.newId(),
      ...(background && { background }),
      ...(startedBy !== undefined && { startedBy }),
    }
    const started: Event = {
      type: EventType.SUBAGENT_STARTED,
      subagentRunId: id,
      name: agent.title,
      parentToolCallId: call.id,
      ...(isKnown && startedBy !== undefined && { parentSubagentRunId: startedBy }),
      metadata: { holdfast },
    }
    yield started
    run.progress.apply(started)
  }
  const child = run.progress.children().find((each) => each.id === id)
  if (!child) throw new Error('A sub-agent was started and is not known.')
  return child
}

async function* subAgent(
  run: LoopRun,
  parent: Speaker,
  agent: LoopAgent,
  child: ChildProgress,
  prompt: string,
  parentSignal: AbortSignal,
): AsyncGenerator<Event, End> {
  const { id: subagentRunId } = child
  const own = run.context.childSignal(subagentRunId)
  const speaker = speakerOf(run, parent, agent, child, prompt, parentSignal)
  try {
    if (child.prompt === undefined) yield* sayPrompt(run, speaker, prompt)
    const end = yield* run.carryOut(run, speaker)
    // One that waits for an answer is reported as suspended when the run ends: until then it may still have to continue.
    if (end.type === 'done')
      yield* sayOf(run, {
        type: EventType.SUBAGENT_FINISHED,
        subagentRunId,
        result: shortened(end.text, agent.limits.maxToldResult),
        outcome: { type: 'success' },
      })
    return end
  } catch (error) {
    if (run.context.signal.aborted) throw error
    const isStopped = own.aborted || parentSignal.aborted
    const { code, message } = isStopped ? STOPPED : (failureIn(error) ?? UNEXPLAINED)
    yield* closeAll(run, child, code, message)
    if (parentSignal.aborted || code === 'token_limit') throw error
    return { type: 'failed', message }
  }
}

function speakerOf(
  { context }: LoopRun,
  parent: Speaker,
  agent: LoopAgent,
  { id, isJob }: ChildProgress,
  prompt: string,
  parentSignal: AbortSignal,
): Speaker {
  return {
    agent,
    subagentRunId: id,
    depth: parent.depth + 1,
    isJob: parent.isJob || isJob,
    signal: AbortSignal.any([parentSignal, context.childSignal(id)]),
    before: [{ id: `${id}:prompt`, role: 'user', content: prompt }],
    after: [],
  }
}

const STOPPED = { code: 'cancelled', message: 'The sub-agent was stopped by a person.' } as const
const UNEXPLAINED = { code: 'agent_error', message: 'The sub-agent failed unexpectedly.' } as const

/** Ends a sub-agent, and before it those that it had started in the foreground. */
function* closeAll(run: LoopRun, child: ChildProgress, code: string, message: string): Generator<Event, void> {
  for (const each of run.progress.children())
    if (each.parentId === child.id && each.startedHere && !each.end && !each.isJob)
      yield* closeAll(run, each, 'cancelled', STOPPED.message)
  yield* closeOpen(run, { subagentRunId: child.id }, child)
  yield* sayOf(run, { type: EventType.SUBAGENT_ERROR, subagentRunId: child.id, message, code })
}

/** The run is about to end with these questions: every sub-agent that has not ended waits for an answer. */
export function* suspended(run: LoopRun, interrupts: readonly Interrupt[]): Generator<Event, void> {
  const children = run.progress.children()
  const isWithin = (id: string | undefined, ancestor: string): boolean =>
    id !== undefined && (id === ancestor || isWithin(children.find((each) => each.id === id)?.parentId, ancestor))
  for (const { id, startedHere, suspendedHere, end } of children.toReversed()) {
    if (!startedHere || suspendedHere || end) continue
    const own = interrupts.filter(({ subagentRunId }) => isWithin(subagentRunId, id))
    // A job that asks nothing waits for the answers to the others.
    const interruptIds = (own.length > 0 ? own : interrupts).map((each) => each.id)
    const outcome = { type: 'suspended' as const, interruptIds }
    yield* sayOf(run, { type: EventType.SUBAGENT_FINISHED, subagentRunId: id, outcome })
  }
}

/** Says an event about a sub-agent. */
function* sayOf(run: LoopRun, event: Event): Generator<Event, void> {
  yield* say(run, { subagentRunId: undefined }, event)
}

function* sayPrompt(run: LoopRun, speaker: Speaker, prompt: string): Generator<Event, void> {
  const messageId = run.newId()
  yield* say(run, speaker, { type: EventType.TEXT_MESSAGE_START, messageId, role: 'user' })
  yield* say(run, speaker, { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: prompt })
  yield* say(run, speaker, { type: EventType.TEXT_MESSAGE_END, messageId })
}

function* sayEnd(
  run: LoopRun,
  parent: Speaker,
  call: Call,
  end: Exclude<End, { readonly type: 'waits' }>,
): Generator<Event, void> {
  if (end.type === 'failed') yield* sayResult(run, parent, call, end.message, { error: true })
  else {
    const { maxResultBytes } = parent.agent.limits
    const text = toolText(end.text || 'The sub-agent finished without an answer.', maxResultBytes)
    yield* sayResult(run, parent, call, text.type === 'text' ? text.text : shortened(end.text, maxResultBytes / 4))
  }
}

async function* jobResult(
  run: LoopRun,
  parent: Speaker,
  call: Call,
  { jobId }: { readonly jobId: string },
  signal: AbortSignal,
): AsyncGenerator<Event, readonly Interrupt[]> {
  const child = run.progress
    .children()
    .find((each) => each.isJob && each.jobId === jobId && each.parentId === parent.subagentRunId)
  if (!child) {
    yield* sayResult(run, parent, call, `There is no job “${jobId.slice(0, 100)}” of this agent.`, { error: true })
    return []
  }
  const end = child.end ? endOf(child.end) : await untilAborted(run.jobs.end(jobId), signal)
  if (end.type === 'waits') return end.interrupts
  yield* sayEnd(run, parent, call, end)
  return []
}

function endOf(end: NonNullable<ChildProgress['end']>): Exclude<End, { readonly type: 'waits' }> {
  return end.type === 'finished' ? { type: 'done', text: end.text } : end
}

function untilAborted(end: Promise<End> | undefined, signal: AbortSignal): Promise<End> {
  if (!end) throw new AgentFailure('agent_error', 'A background job of this run was lost. Try again.')
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    end.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
