/**
 * The loop of one agent: ask its model, make the calls, ask again. Every step is durable before the next begins
 * (decision 0101). Owns: the effects of what `next.ts` decides. Does not know: how a model is asked, how a tool is called.
 *
 * Invariants:
 * - No tool is called before the model call that asks for it is durable.
 * - No model is asked before all results of the step before are durable.
 * - Each call gets exactly one result, or the run ends with a question about it.
 */
import { type Event, EventType, type Interrupt, type TokenUsage } from '@ag-ui/core'
import { closingEvents } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'
import { byModelName } from '../tools/model-names.ts'
import { messagesOf } from './conversation.ts'
import { makeCall } from './make-call.ts'
import { createMerged } from './merged.ts'
import { nextOf } from './next.ts'
import { BUDGET, type Call, type Step, SUPERSEDED } from './progress.ts'
import { type End, type LoopRun, type LoopTool, type Speaker, say } from './run.ts'
import { subAgentTools } from './sub-agents.ts'

const WARN_AT = 0.8

/** @throws AgentFailure, or the signal's reason */
export async function* agentLoop(run: LoopRun, speaker: Speaker): AsyncGenerator<Event, End> {
  const own = run.progress.of(speaker.subagentRunId)
  const { maxSteps } = speaker.agent.limits
  if (isSuspended(run, speaker)) {
    const next = nextOf(own, maxSteps)
    const interrupts = next.type === 'call' ? yield* makeCalls(run, speaker, next.step, next.calls, true) : []
    return { type: 'waits', interrupts }
  }
  for (;;) {
    speaker.signal.throwIfAborted()
    const next = nextOf(own, maxSteps)
    if (run.jobs.paused.aborted && speaker.isJob && next.type !== 'done') return { type: 'waits', interrupts: [] }
    switch (next.type) {
      case 'done':
        return next
      case 'step_limit':
        throw new AgentFailure(
          'step_limit',
          `The agent called its model ${maxSteps} times without finishing. What it did is kept. Ask it to continue, or ask for less.`,
        )
      case 'supersede':
        yield* supersede(run, speaker, next.step)
        break
      case 'ask': {
        const said = yield* askModel(run, speaker, next.step)
        if (said.type !== 'said') return said
        break
      }
      case 'call': {
        const interrupts = yield* makeCalls(run, speaker, next.step, next.calls, false)
        if (interrupts.length > 0 || next.calls.some(({ result }) => !result)) return { type: 'waits', interrupts }
      }
    }
  }
}

/**
 * The process died between the words that a sub-agent waits and the end of the run. Nothing of it may be said any more, so
 * only its questions are asked again.
 */
function isSuspended({ progress }: LoopRun, { subagentRunId }: Speaker): boolean {
  return progress.children().some(({ id, suspendedHere }) => id === subagentRunId && suspendedHere)
}

/** An interrupted model call is closed and made again. Nothing of it counts. */
function* supersede(run: LoopRun, speaker: Speaker, step: Step): Generator<Event, void> {
  const own = run.progress.of(speaker.subagentRunId)
  const isStep = (kind: string) => kind === 'step'
  for (const event of closingEvents([...own.open.values()].filter(({ kind }) => !isStep(kind))))
    yield* say(run, speaker, event)
  const messageIds = [...step.messages.map(({ id }) => id), ...step.thoughts]
  if (messageIds.length > 0 || step.name === undefined)
    yield* say(run, speaker, { type: EventType.CUSTOM, name: SUPERSEDED, value: { messageIds } })
  if (step.name !== undefined)
    yield* say(run, speaker, {
      type: EventType.STEP_FINISHED,
      stepName: step.name,
      metadata: { holdfast: { superseded: true } },
    })
}

async function* askModel(
  run: LoopRun,
  speaker: Speaker,
  stepName: string,
): AsyncGenerator<Event, End | { readonly type: 'said' }> {
  const { agent, subagentRunId } = speaker
  const own = run.progress.of(subagentRunId)
  if (own.steps.length > 0) await run.context.written()
  checkBudget(run)
  const tools = await toolsOf(run, speaker)
  // Without tools there is one step, and its end is the end.
  const isNamed = tools.size > 0 || subagentRunId !== undefined
  let isOpen = false
  const used: TokenUsage[] = []
  const question = {
    messages: [...speaker.before, ...messagesOf(own), ...speaker.after],
    context: subagentRunId === undefined ? run.input.context : [],
    tools,
    newCallId: (given: string | undefined) => newCallId(run, given),
    until: run.until,
  }
  const answer = agent.model.ask(question, {
    signal: speaker.isJob ? AbortSignal.any([speaker.signal, run.jobs.paused]) : speaker.signal,
    attention: run.context.attention,
    usage(entry) {
      used.push(entry)
      run.context.usage(entry)
    },
  })
  try {
    for await (const event of answer) {
      if (isNamed && !isOpen && event.type !== EventType.CUSTOM) {
        isOpen = true
        yield* say(run, speaker, { type: EventType.STEP_STARTED, stepName })
      }
      const isCall = event.type === EventType.TOOL_CALL_START
      yield* say(run, speaker, isCall ? { ...event, metadata: { holdfast: { key: run.newId() } } } : event)
    }
  } catch (error) {
    if (!speaker.isJob || !run.jobs.paused.aborted || speaker.signal.aborted) throw error
    // It is asked again in the run that answers.
    const last = own.steps.at(-1)
    if (last?.status === 'open') yield* supersede(run, speaker, last)
    return { type: 'waits', interrupts: [] }
  }
  if (!isOpen)
    return {
      type: 'done',
      text:
        own.steps
          .at(-1)
          ?.messages.map(({ text }) => text)
          .join('\n\n') ?? '',
    }
  yield* say(run, speaker, {
    type: EventType.STEP_FINISHED,
    stepName,
    ...(used.length > 0 && { metadata: { holdfast: { usage: used } } }),
  })
  yield* warnOfBudget(run)
  return { type: 'said' }
}

function checkBudget({ limits: { maxTokens }, progress }: LoopRun): void {
  if (maxTokens === undefined || progress.tokens < maxTokens) return
  throw new AgentFailure(
    'token_limit',
    `This run has used its ${maxTokens} tokens. What it did is kept. Ask for less, or ask it to continue in a new run.`,
  )
}

function* warnOfBudget(run: LoopRun): Generator<Event, void> {
  const { limits, progress } = run
  const { maxTokens } = limits
  if (maxTokens === undefined || progress.hasWarned || progress.tokens < maxTokens * WARN_AT) return
  const value = { used: progress.tokens, limit: maxTokens }
  yield* say(run, { subagentRunId: undefined }, { type: EventType.CUSTOM, name: BUDGET, value })
}

/** What the model may call now, by the names that it is told. */
async function toolsOf(run: LoopRun, speaker: Speaker): Promise<ReadonlyMap<string, LoopTool>> {
  const tools = await speaker.agent.tools()
  return byModelName<LoopTool>([...tools, ...subAgentTools(run, speaker)])
}

/** The provider's id where it is free: some providers take no other form. */
function newCallId({ progress, callIds, newId }: LoopRun, given: string | undefined): string {
  const isFree =
    given !== undefined && /^[A-Za-z0-9_.:-]{1,64}$/.test(given) && !progress.hasCall(given) && !callIds.has(given)
  // Providers take at most 40 characters.
  const id = isFree ? given : `c${newId().replaceAll('-', '').slice(0, 32)}`
  callIds.add(id)
  return id
}

async function* makeCalls(
  run: LoopRun,
  speaker: Speaker,
  step: Step,
  calls: readonly Call[],
  asksOnly: boolean,
): AsyncGenerator<Event, readonly Interrupt[]> {
  await run.context.written()
  const tools = await toolsOf(run, speaker)
  const stop = new AbortController()
  const signal = AbortSignal.any([speaker.signal, stop.signal])
  const merged = createMerged<Event, readonly Interrupt[]>(() => stop.abort(), run.limits.maxParallel)
  const places = new Map(step.calls.map((call, place) => [call, place]))
  for (const call of calls) merged.add(makeCall({ run, speaker, tools, signal, asksOnly }, call, places.get(call) ?? 0))
  yield* merged.values()
  return merged.results.flatMap((interrupts) => interrupts ?? [])
}
