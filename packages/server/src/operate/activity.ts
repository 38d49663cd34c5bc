/**
 * What the tools, sub-agents and model calls of a run do, for an operator. Owns: the names of these changes, and what of
 * a live run is remembered to report them whole. Does not know: who listens, what a tool was given or has answered.
 *
 * Invariants: an event holds ids, names, times and codes, and no text of a person or an agent; what is remembered of a
 * run is bounded; progress is sampled.
 */
import { type Event, EventType } from '@ag-ui/core'
import type { TenantRun } from '../store/tenant-thread.ts'

export interface Place extends TenantRun {
  /** ISO 8601 UTC, on the store's clock. */
  readonly at: string
  /** Of the record. */
  readonly seq: number
}

/** Whose change it is: absent for the main agent's own. */
interface Owner {
  readonly subagentRunId?: string
  readonly jobId?: string
}

interface OfCall extends Place, Owner {
  readonly toolCallId: string
  readonly tool?: string
}

interface OfChild extends Place {
  readonly subagentRunId: string
  readonly jobId: string
  /** The call that has started it. */
  readonly toolCallId?: string
  readonly name?: string
}

export type ActivityEvent =
  | (OfCall & { readonly type: 'tool_start' | 'tool_progress' })
  | (OfCall & { readonly type: 'tool_end'; readonly outcome: 'succeeded' | 'failed'; readonly startedAt?: string })
  | (OfChild & { readonly type: 'subagent_start'; readonly parentSubagentRunId?: string })
  /** `steps`: how many calls it has made. */
  | (OfChild & { readonly type: 'subagent_progress'; readonly steps: number })
  | (OfChild & { readonly type: 'subagent_cancel'; readonly by: string })
  | (OfChild & {
      readonly type: 'subagent_end'
      readonly outcome: 'succeeded' | 'failed' | 'cancelled'
      readonly code?: string
      readonly steps: number
      readonly startedAt?: string
    })
  | (Place &
      Owner & { readonly type: 'model_start' | 'model_end'; readonly step: string; readonly isSuperseded?: true })
  /** Texts that a crash had interrupted were marked as superseded. */
  | (Place & Owner & { readonly type: 'text_superseded'; readonly count: number })

interface Call {
  readonly tool?: string
  readonly startedAt: string
  reportedAt: number
}

interface Child {
  readonly jobId: string
  readonly toolCallId?: string
  readonly name?: string
  readonly startedAt?: string
  steps: number
  reportedAt: number
}

/** What is remembered of one live run. */
export interface Activity {
  readonly calls: Map<string, Call>
  readonly children: Map<string, Child>
}

/** Calls without a result, and sub-agents, that are remembered of one run. Later ones are reported with fewer fields. */
const MAX_KEPT = 1_000

/** Milliseconds between two reports of progress of one call or one sub-agent. */
export const PROGRESS_MS = 5_000

export const createActivity = (): Activity => ({ calls: new Map(), children: new Map() })

/** Undefined where the event is nothing to report. */
export function activityOf(activity: Activity, place: Place, event: Event): ActivityEvent | undefined {
  switch (event.type) {
    case EventType.TOOL_CALL_START:
      return callStarted(activity, place, event.toolCallId, event)
    case EventType.TOOL_CALL_RESULT:
      return callEnded(activity, place, event.toolCallId, event)
    case EventType.SUBAGENT_STARTED:
      return childStarted(activity, place, event)
    case EventType.SUBAGENT_FINISHED:
      return childEnded(activity, place, event.subagentRunId, undefined)
    case EventType.SUBAGENT_ERROR:
      return childEnded(activity, place, event.subagentRunId, nameIn(event.code) ?? 'other')
    case EventType.STEP_STARTED:
    case EventType.STEP_FINISHED: {
      const step = nameIn(event.stepName)
      if (step === undefined) return undefined
      const type = event.type === EventType.STEP_STARTED ? 'model_start' : 'model_end'
      const mark = markIn(event.metadata, 'superseded') ? { isSuperseded: true as const } : {}
      return { type, ...place, ...ownerOf(activity, event.subagentRunId), step, ...mark }
    }
    case EventType.CUSTOM:
      return customOf(activity, place, event)
    default:
      return undefined
  }
}

/** A person asks a sub-agent to stop. */
export function childCancelled(activity: Activity, place: Place, subagentRunId: string, by: string): ActivityEvent {
  return { type: 'subagent_cancel', ...place, ...childOf(activity, subagentRunId), by }
}

type Of<Type extends EventType> = Extract<Event, { type: Type }>

function callStarted(
  activity: Activity,
  place: Place,
  id: string,
  event: Of<EventType.TOOL_CALL_START>,
): ActivityEvent {
  const tool = nameIn(event.toolCallName)
  const named = tool === undefined ? {} : { tool }
  if (activity.calls.size < MAX_KEPT) {
    activity.calls.set(id, { ...named, startedAt: place.at, reportedAt: Number.NEGATIVE_INFINITY })
  }
  return { type: 'tool_start', ...place, ...ownerOf(activity, event.subagentRunId), toolCallId: id, ...named }
}

function callEnded(activity: Activity, place: Place, id: string, event: Of<EventType.TOOL_CALL_RESULT>): ActivityEvent {
  const call = activity.calls.get(id)
  activity.calls.delete(id)
  return {
    type: 'tool_end',
    ...place,
    ...ownerOf(activity, event.subagentRunId),
    toolCallId: id,
    ...(call?.tool !== undefined && { tool: call.tool }),
    outcome: markIn(event.metadata, 'error') ? 'failed' : 'succeeded',
    ...(call && { startedAt: call.startedAt }),
  }
}

function childStarted(activity: Activity, place: Place, event: Of<EventType.SUBAGENT_STARTED>): ActivityEvent {
  const { subagentRunId, parentToolCallId: toolCallId, parentSubagentRunId, metadata } = event
  const name = nameIn(event.name)
  const child: Child = {
    jobId: idIn(holdfastIn(metadata)?.jobId) ?? subagentRunId,
    ...(toolCallId !== undefined && { toolCallId }),
    ...(name !== undefined && { name }),
    startedAt: place.at,
    steps: 0,
    reportedAt: Number.NEGATIVE_INFINITY,
  }
  if (activity.children.size < MAX_KEPT) activity.children.set(subagentRunId, child)
  const parent = parentSubagentRunId === undefined ? {} : { parentSubagentRunId }
  return { type: 'subagent_start', ...place, ...childOf(activity, subagentRunId), ...parent }
}

function childEnded(activity: Activity, place: Place, id: string, code: string | undefined): ActivityEvent {
  const child = activity.children.get(id)
  const outcome = code === undefined ? 'succeeded' : code === 'cancelled' ? 'cancelled' : 'failed'
  return {
    type: 'subagent_end',
    ...place,
    ...childOf(activity, id),
    outcome,
    ...(code !== undefined && { code }),
    steps: child?.steps ?? 0,
    ...(child?.startedAt !== undefined && { startedAt: child.startedAt }),
  }
}

/** A call of a sub-agent is a step of its own. Undefined while the last report is recent. */
export function childProgressed(activity: Activity, place: Place, event: Event): ActivityEvent | undefined {
  const id = event.type === EventType.TOOL_CALL_START ? event.subagentRunId : undefined
  const child = id === undefined ? undefined : activity.children.get(id)
  if (id === undefined || !child) return undefined
  child.steps++
  if (!isDue(child, place)) return undefined
  return { type: 'subagent_progress', ...place, ...childOf(activity, id), steps: child.steps }
}

function customOf(activity: Activity, place: Place, event: Of<EventType.CUSTOM>): ActivityEvent | undefined {
  const { name, value, subagentRunId } = event
  if (typeof value !== 'object' || value === null) return undefined
  const { toolCallId, messageIds } = value as { readonly toolCallId?: unknown; readonly messageIds?: unknown }
  const owner = ownerOf(activity, subagentRunId)
  if (name === 'holdfast.superseded' && Array.isArray(messageIds)) {
    return { type: 'text_superseded', ...place, ...owner, count: messageIds.length }
  }
  const id = idIn(toolCallId)
  const call = id === undefined ? undefined : activity.calls.get(id)
  if (name !== 'holdfast.progress' || id === undefined || !call || !isDue(call, place)) return undefined
  const tool = call.tool === undefined ? {} : { tool: call.tool }
  return { type: 'tool_progress', ...place, ...owner, toolCallId: id, ...tool }
}

function isDue(reported: { reportedAt: number }, { at }: Place): boolean {
  const now = Date.parse(at)
  if (now - reported.reportedAt < PROGRESS_MS) return false
  reported.reportedAt = now
  return true
}

function ownerOf({ children }: Activity, subagentRunId: string | undefined): Owner {
  if (subagentRunId === undefined) return {}
  return { subagentRunId, jobId: children.get(subagentRunId)?.jobId ?? subagentRunId }
}

function childOf({ children }: Activity, subagentRunId: string): Pick<OfChild, 'subagentRunId' | 'jobId'> {
  const { jobId = subagentRunId, toolCallId, name } = children.get(subagentRunId) ?? {}
  return { subagentRunId, jobId, ...(toolCallId !== undefined && { toolCallId }), ...(name !== undefined && { name }) }
}

/** Names and codes come from agents: only what looks like one is kept. */
const NAME = /^[\w][\w ./:-]{0,63}$/

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && NAME.test(value) ? value : undefined
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 128 ? value : undefined
}

function holdfastIn(metadata: unknown): Record<string, unknown> | undefined {
  const found = (metadata as { readonly holdfast?: unknown } | null | undefined)?.holdfast
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined
}

function markIn(metadata: unknown, name: string): boolean {
  return holdfastIn(metadata)?.[name] === true
}
