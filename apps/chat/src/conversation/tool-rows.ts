/**
 * What became of each tool call of a path: running, asking a person, answered, failed.
 *
 * Owns: the states of a call. Does not know: React, other lines, what a sub-agent does.
 */
import { isEnded, type LiveRun, type Run, type Subagent, type ThreadMessage, type ThreadView } from '@holdfast/core'
import { textOf } from './text-of.ts'

export type ToolState =
  | { readonly type: 'running'; readonly progress?: string }
  /** Its question is open. */
  | { readonly type: 'asks'; readonly interruptId: string }
  | { readonly type: 'result'; readonly text: string }
  | { readonly type: 'error'; readonly text: string; readonly message: string }
  /** Its run has ended without an answer. */
  | { readonly type: 'unanswered' }

export type ToolCall = NonNullable<Extract<ThreadMessage, { role: 'assistant' }>['toolCalls']>[number]

export interface Calls {
  stateOf(call: ToolCall, run: Run | undefined): ToolState
  /** The sub-agents that it has started, with those that these have started. */
  agentsOf(call: ToolCall, runId: string | undefined): readonly Subagent[]
  /** Sub-agents of this run that no call on the path has started. */
  agentsBeside(runId: string): readonly Subagent[]
}

type Around = Partial<Pick<ThreadView, 'interrupts' | 'progress' | 'subagents'>>

const NONE: readonly Subagent[] = []

export function callsOf(
  path: readonly ThreadMessage[],
  runs: readonly Run[],
  { interrupts = [], progress = [], subagents = [] }: Around,
): Calls {
  const answers = answersOf(path)
  const asking = new Map(interrupts.map(({ toolCallId, id }) => [toolCallId, id]))
  const open = new Set(interrupts.map(({ id }) => id))
  const askedIn = (agents: readonly Subagent[] = []) =>
    agents.flatMap(({ interruptIds = [] }) => interruptIds).find((id) => open.has(id))
  const { byCall, beside } = placesOf(path, subagents)
  return {
    stateOf(call, run) {
      const answer = answers.get(call)
      if (answer) return answer
      const interruptId =
        run?.status === 'interrupted'
          ? (asking.get(call.id) ?? askedIn(byCall.get(placeOf(run.runId, call.id))))
          : undefined
      if (interruptId !== undefined) return { type: 'asks', interruptId }
      const live = run && liveAfter(run, runs)
      if (!live) return { type: 'unanswered' }
      const said = progress.findLast((each) => each.toolCallId === call.id && each.runId === live.runId)
      return { type: 'running', ...(said && { progress: said.text }) }
    },
    agentsOf: (call, runId) => byCall.get(placeOf(runId, call.id)) ?? NONE,
    agentsBeside: (runId) => beside.get(runId) ?? NONE,
  }
}

/** The run that carries out its calls now: itself, or the one that continues it with the answers to its questions. */
function liveAfter(run: Run, runs: readonly Run[]): LiveRun | undefined {
  let last = run
  for (const next of runs) if (next.continues === last.runId) last = next
  return isEnded(last) || last.status === 'queued' ? undefined : last
}

/** A tool's result is shown in the card of its call: the last earlier call with that id. */
function answersOf(path: readonly ThreadMessage[]): Map<ToolCall, ToolState> {
  const calls = new Map<string, ToolCall>()
  const answers = new Map<ToolCall, ToolState>()
  for (const message of path) {
    if (message.role === 'assistant') for (const call of message.toolCalls ?? []) calls.set(call.id, call)
    const call = message.role === 'tool' ? calls.get(message.toolCallId) : undefined
    if (message.role !== 'tool' || !call) continue
    const text = textOf(message.content)
    if (message.error !== undefined) answers.set(call, { type: 'error', text, message: message.error })
    else if (isMarkedFailed(message)) answers.set(call, { type: 'error', text: '', message: text })
    else answers.set(call, { type: 'result', text })
  }
  return answers
}

/** The server marks a failed call so (docs/PROTOCOL.md). */
function isMarkedFailed({ metadata }: ThreadMessage): boolean {
  const holdfast: unknown = metadata?.holdfast
  return typeof holdfast === 'object' && holdfast !== null && 'error' in holdfast && holdfast.error === true
}

function placeOf(runId: string | undefined, id: string): string {
  return `${runId}/${id}`
}

/** Each sub-agent belongs where the outermost one around it was started. */
function placesOf(path: readonly ThreadMessage[], subagents: readonly Subagent[]) {
  const byCall = new Map<string, Subagent[]>()
  const beside = new Map<string, Subagent[]>()
  if (subagents.length === 0) return { byCall, beside }
  const known = new Set<string>()
  for (const message of path) {
    if (message.role !== 'assistant') continue
    for (const call of message.toolCalls ?? []) known.add(placeOf(message.runId, call.id))
  }
  const byId = new Map(subagents.map((each) => [placeOf(each.runId, each.subagentRunId), each]))
  for (const each of subagents) {
    const root = rootOf(each, byId)
    const call = root.parentToolCallId === undefined ? undefined : placeOf(root.runId, root.parentToolCallId)
    const [places, place] = call !== undefined && known.has(call) ? [byCall, call] : [beside, each.runId]
    places.set(place, [...(places.get(place) ?? []), each])
  }
  return { byCall, beside }
}

/** An agent's ids may name a circle. */
function rootOf(subagent: Subagent, byId: ReadonlyMap<string, Subagent>): Subagent {
  const seen = new Set<Subagent>()
  let root = subagent
  for (;;) {
    seen.add(root)
    const { runId, parentSubagentRunId } = root
    const parent = parentSubagentRunId === undefined ? undefined : byId.get(placeOf(runId, parentSubagentRunId))
    if (!parent || seen.has(parent)) return root
    root = parent
  }
}
