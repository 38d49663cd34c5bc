/**
 * What the parts of the demo agent share: time, ids, what was done before, and the two things that every one of them
 * does: say a text and make a tool call. Does not know: what is said or called.
 */
import { type Event, EventType } from '@ag-ui/core'
import type { Clock } from '@holdfast/core'
import type { AgentContext } from '../port.ts'
import { sleep } from '../sleep.ts'
import { type Done, type DoneCall, type DoneRun, SUPERSEDED, TOOL_STARTED } from './done.ts'
import type { DemoScript } from './script.ts'

export interface Stage extends Pick<AgentContext, 'written' | 'childSignal'> {
  readonly clock: Clock
  readonly newId: () => string
  /** Undefined: an abort is ignored. */
  readonly signal: AbortSignal | undefined
  readonly done: DoneRun
}

/** One agent on the stage: the main one, or a sub-agent with its own signal. */
export interface Actor extends Pick<Stage, 'clock' | 'newId' | 'signal' | 'written'> {
  readonly done: Done
  readonly subagentRunId?: string
}

export function mainActor({ clock, newId, signal, written, done }: Stage): Actor {
  return { clock, newId, signal, written, done: done.main }
}

/** The field that says whose event it is. */
export function tagOf({ subagentRunId }: Actor): { subagentRunId?: string } {
  return subagentRunId === undefined ? {} : { subagentRunId }
}

/**
 * Says one text, a piece every `ms` milliseconds. What a crash has interrupted is closed and marked, and said again from
 * its start. A text that was said before is not repeated. `beforeEnd` is waited for while the text is still open.
 */
export async function* say(
  actor: Actor,
  pieces: () => Iterable<string>,
  ms: number,
  beforeEnd?: () => Promise<unknown>,
): AsyncGenerator<Event> {
  const { done, clock, newId, signal, subagentRunId } = actor
  const isSaid = [...done.texts].some(([id, text]) => !done.openTexts.has(id) && isWhole(text, pieces()))
  if (isSaid) return
  yield* supersede(actor)
  const messageId = newId()
  const tag = tagOf(actor)
  yield { type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant', ...tag }
  let first = true
  try {
    for (const delta of pieces()) {
      if (!first && ms > 0) await sleep(clock, ms, signal)
      first = false
      signal?.throwIfAborted()
      yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta, ...tag }
    }
  } catch (error) {
    // The run goes on without this sub-agent.
    if (subagentRunId !== undefined) yield { type: EventType.TEXT_MESSAGE_END, messageId, ...tag }
    throw error
  }
  await beforeEnd?.()
  yield { type: EventType.TEXT_MESSAGE_END, messageId, ...tag }
}

/** A second crash may come between the end of an interrupted text and its mark: only its words show that it is incomplete. */
function isWhole(text: string, pieces: Iterable<string>): boolean {
  let length = 0
  for (const piece of pieces) {
    if (!text.startsWith(piece, length)) return false
    length += piece.length
  }
  return length === text.length
}

function* supersede(actor: Actor): Generator<Event> {
  const { openTexts, texts } = actor.done
  const tag = tagOf(actor)
  for (const messageId of openTexts) yield { type: EventType.TEXT_MESSAGE_END, messageId, ...tag }
  const messageIds = [...texts.keys()]
  openTexts.clear()
  texts.clear()
  if (messageIds.length > 0) yield { type: EventType.CUSTOM, name: SUPERSEDED, value: { messageIds }, ...tag }
}

export interface CallPlan {
  readonly name: string
  /** JSON. */
  readonly args: string
}

/** Writes that the tool is to be called, or what of that is missing, and resolves when it is durable. */
export async function* announce(
  actor: Actor,
  { name, args }: CallPlan,
  known: DoneCall | undefined,
): AsyncGenerator<Event, string> {
  const toolCallId = known?.id ?? actor.newId()
  const tag = tagOf(actor)
  if (!known) yield { type: EventType.TOOL_CALL_START, toolCallId, toolCallName: name, ...tag }
  if (!known?.isClosed) {
    const delta = args.slice(known?.args.length ?? 0)
    if (delta !== '') yield { type: EventType.TOOL_CALL_ARGS, toolCallId, delta, ...tag }
    yield { type: EventType.TOOL_CALL_END, toolCallId, ...tag }
  }
  return toolCallId
}

/** The call is made from here on. If a second call would do something else, that must be known after a crash. */
export async function* begin(actor: Actor, toolCallId: string, effect: DemoScript['effect']): AsyncGenerator<Event> {
  if (effect === 'effect') yield { type: EventType.CUSTOM, name: TOOL_STARTED, value: { toolCallId }, ...tagOf(actor) }
  await actor.written()
}

/** Its result is durable before anything else happens. */
export async function* complete(
  actor: Actor,
  toolCallId: string,
  content: string,
  isError = false,
): AsyncGenerator<Event> {
  const messageId = actor.newId()
  const mark = isError ? { metadata: { holdfast: { error: true } } } : {}
  yield { type: EventType.TOOL_CALL_RESULT, toolCallId, messageId, role: 'tool', content, ...mark, ...tagOf(actor) }
  await actor.written()
}
