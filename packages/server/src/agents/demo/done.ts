/**
 * What a run of the demo agent has done so far, as a pure function of its events. After a crash or an answer the agent
 * goes on from there. Does not know: what comes next.
 *
 * A call counts as made once `holdfast.tool_started` is in the log, and as completed once its result is.
 */
import { type Event, EventType } from '@ag-ui/core'

/** CUSTOM: a call is being made now. */
export const TOOL_STARTED = 'holdfast.tool_started'
/** CUSTOM: `value.messageIds` were interrupted by a crash and are said again. */
export const SUPERSEDED = 'holdfast.superseded'

export interface DoneCall {
  readonly id: string
  readonly name: string
  /** JSON, as far as it was written. */
  args: string
  isClosed: boolean
  isStarted: boolean
  /** It was started by this run, and not by an earlier one whose questions this one answers. */
  isStartedHere: boolean
  hasResult: boolean
}

/** What one agent has done: the main agent, or one sub-agent. */
export interface Done {
  /** By id, in the order of their starts. */
  readonly calls: Map<string, DoneCall>
  /** What its agent has said in this run, by message id, without superseded texts. Any of it may be incomplete. */
  readonly texts: Map<string, string>
  /** Of all texts of this run, those that are still open. */
  readonly openTexts: Set<string>
  /** The newest text. */
  words: string
  isStarted: boolean
  isEnded: boolean
}

export interface DoneRun {
  readonly main: Done
  /** By subagentRunId. */
  readonly children: Map<string, Done>
  /** The sub-agent that each call has started. */
  readonly childOf: Map<string, string>
}

/** `before`: events of the runs whose questions this run answers. `here`: its own. */
export function doneBy(before: readonly Event[] = [], here: readonly Event[] = []): DoneRun {
  const run: DoneRun = { main: createDone(), children: new Map(), childOf: new Map() }
  for (const event of before) apply(run, event, false)
  for (const event of here) apply(run, event, true)
  return run
}

export function createDone(): Done {
  return { calls: new Map(), texts: new Map(), openTexts: new Set(), words: '', isStarted: false, isEnded: false }
}

function apply(run: DoneRun, event: Event, isHere: boolean): void {
  const done = doneOf(run, event)
  const call = 'toolCallId' in event ? done.calls.get(event.toolCallId) : undefined
  switch (event.type) {
    case EventType.SUBAGENT_STARTED:
      done.isStarted = true
      if (event.parentToolCallId !== undefined) run.childOf.set(event.parentToolCallId, event.subagentRunId)
      break
    case EventType.SUBAGENT_FINISHED:
    case EventType.SUBAGENT_ERROR:
      done.isEnded = true
      break
    case EventType.TEXT_MESSAGE_START:
      done.words = ''
      if (!isHere) break
      done.openTexts.add(event.messageId)
      if (event.role !== 'user') done.texts.set(event.messageId, '')
      break
    case EventType.TEXT_MESSAGE_CONTENT:
      done.words += event.delta
      if (done.texts.has(event.messageId)) done.texts.set(event.messageId, done.words)
      break
    case EventType.TEXT_MESSAGE_END:
      done.openTexts.delete(event.messageId)
      break
    case EventType.TOOL_CALL_START: {
      const fresh = { args: '', isClosed: false, isStarted: false, isStartedHere: false, hasResult: false }
      done.calls.set(event.toolCallId, { id: event.toolCallId, name: event.toolCallName, ...fresh })
      break
    }
    case EventType.TOOL_CALL_ARGS:
      if (call) call.args += event.delta
      break
    case EventType.TOOL_CALL_END:
      if (call) call.isClosed = true
      break
    case EventType.TOOL_CALL_RESULT:
      if (call) call.hasResult = true
      break
    case EventType.CUSTOM:
      custom(done, event.name, event.value, isHere)
  }
}

function doneOf(run: DoneRun, event: Event): Done {
  const owner = 'subagentRunId' in event ? event.subagentRunId : undefined
  if (owner === undefined) return run.main
  const done = run.children.get(owner) ?? createDone()
  run.children.set(owner, done)
  return done
}

function custom(done: Done, name: string, value: unknown, isHere: boolean): void {
  if (typeof value !== 'object' || value === null) return
  const { toolCallId, messageIds } = value as { readonly toolCallId?: unknown; readonly messageIds?: unknown }
  if (name === SUPERSEDED && Array.isArray(messageIds)) for (const id of messageIds) done.texts.delete(id)
  const call = name === TOOL_STARTED && typeof toolCallId === 'string' ? done.calls.get(toolCallId) : undefined
  if (!call) return
  call.isStarted = true
  call.isStartedHere ||= isHere
}
