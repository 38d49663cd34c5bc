/**
 * Sub-agents side by side, each started by a tool call of the main agent. Each can be stopped alone; after a crash each
 * continues with its first step that has no result. Does not know: what surrounds them.
 */
import { type Event, EventType } from '@ag-ui/core'
import { createDone, type DoneCall } from './done.ts'
import { sideBySide } from './side-by-side.ts'
import { type Actor, announce, complete, mainActor, type Stage } from './stage.ts'

export interface SubAgentPlan {
  readonly name: string
  readonly prompt: string
  /** What it does between its prompt and its end. Returns its last words. */
  readonly act: (actor: Actor) => AsyncGenerator<Event, string>
}

const TOOL = 'run_sub_agent'

export async function* playSubAgents(stage: Stage, plans: readonly SubAgentPlan[]): AsyncGenerator<Event> {
  const main = mainActor(stage)
  const known = [...main.done.calls.values()].filter(({ name }) => name === TOOL)
  const playing: AsyncGenerator<Event>[] = []
  for (const [index, plan] of plans.entries()) {
    const call = known[index]
    if (call?.hasResult) continue
    const args = JSON.stringify({ agent: plan.name, prompt: plan.prompt })
    const toolCallId = yield* announce(main, { name: TOOL, args }, call)
    playing.push(playOne(stage, plan, toolCallId, call))
  }
  await stage.written()
  yield* sideBySide(playing)
}

async function* playOne(
  stage: Stage,
  { name, prompt, act }: SubAgentPlan,
  parentToolCallId: string,
  call: DoneCall | undefined,
): AsyncGenerator<Event> {
  const subagentRunId = (call && stage.done.childOf.get(call.id)) ?? stage.newId()
  const done = stage.done.children.get(subagentRunId) ?? createDone()
  const signal = stage.signal && stage.childSignal(subagentRunId)
  const main = mainActor(stage)
  const { clock, newId, written } = stage
  const actor: Actor = { clock, newId, written, signal, done, subagentRunId }
  if (done.isEnded) {
    yield* complete(main, parentToolCallId, done.words)
    return
  }
  if (!done.isStarted) {
    const metadata = { holdfast: { jobId: `job-${subagentRunId}` } }
    yield { type: EventType.SUBAGENT_STARTED, subagentRunId, name, parentToolCallId, metadata }
    const messageId = newId()
    yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'user', subagentRunId }
    yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: prompt, subagentRunId }
    yield { type: EventType.TEXT_MESSAGE_END, messageId, subagentRunId }
  }
  try {
    const words = yield* act(actor)
    yield { type: EventType.SUBAGENT_FINISHED, subagentRunId, outcome: { type: 'success' } }
    yield* complete(main, parentToolCallId, words)
  } catch (error) {
    if (!signal?.aborted || stage.signal?.aborted) throw error
    yield { type: EventType.SUBAGENT_ERROR, subagentRunId, code: 'cancelled', message: 'It was stopped.' }
    yield* complete(main, parentToolCallId, `The sub-agent “${name}” was stopped by the person.`, true)
  }
}
