/**
 * What each event of a sub-agent does to its steps. Does not know: which sub-agent it is, whether it has ended.
 *
 * AG-UI steps and reasoning blocks are brackets around what is said: they are open items. Only a bracket with nothing in
 * it becomes a step of its own, so that an agent that marks each model call does not halve what is kept.
 */
import type { Attributable, Event, Message, Metadata } from '@ag-ui/core'
import type { OpenItem } from '../lifecycle/open-item.ts'
import * as EventType from './event-type.ts'
import type { SubagentStep } from './subagent.ts'
import type { SubagentSteps } from './subagent-steps.ts'

/** Of the state there is one for the whole run. Deltas, and what the server's own agents add, are looked at before. */
type NotTagged =
  | 'TEXT_MESSAGE_CONTENT'
  | 'TOOL_CALL_ARGS'
  | 'REASONING_MESSAGE_CONTENT'
  | 'STATE_SNAPSHOT'
  | 'STATE_DELTA'
  | 'CUSTOM'
  | 'SUBAGENT_STARTED'
  | 'SUBAGENT_FINISHED'
  | 'SUBAGENT_ERROR'

/** An event that a sub-agent wrote. */
export type TaggedEvent = Exclude<Extract<Event, Attributable>, { type: `${NotTagged}` }> & {
  readonly subagentRunId: string
}

const NOT_TAGGED: ReadonlySet<string> = new Set<NotTagged>([
  'STATE_SNAPSHOT',
  'CUSTOM',
  'SUBAGENT_STARTED',
  'SUBAGENT_FINISHED',
  'SUBAGENT_ERROR',
])

/** Not of a delta. */
export function isOfSubagent(event: Event): event is TaggedEvent {
  return (event as Attributable).subagentRunId !== undefined && !NOT_TAGGED.has(event.type)
}

/** `item`: what the event closes, if that was open. */
export function say(steps: SubagentSteps, event: TaggedEvent, at: string, item: OpenItem | undefined): void {
  switch (event.type) {
    case EventType.TEXT_MESSAGE_START: {
      const { messageId } = event
      steps.open('text', messageId, { at, kind: 'text', ...speaker(event.role), text: '', messageId })
      break
    }
    case EventType.TEXT_MESSAGE_END:
      steps.close('text', event.messageId)
      break
    case EventType.REASONING_MESSAGE_START: {
      const { messageId } = event
      steps.open('reasoning', messageId, { at, kind: 'reasoning', text: '', messageId })
      break
    }
    case EventType.REASONING_MESSAGE_END:
      steps.close('reasoning', event.messageId)
      break
    case EventType.TOOL_CALL_START: {
      const { toolCallId, toolCallName, parentMessageId: messageId = toolCallId } = event
      const title = plain(toolCallName)
      steps.open('tool_call', toolCallId, {
        at,
        kind: 'tool',
        title,
        status: 'running',
        toolCallId,
        input: '',
        messageId,
      })
      break
    }
    case EventType.TOOL_CALL_END:
      steps.close('tool_call', event.toolCallId)
      break
    case EventType.TOOL_CALL_RESULT:
      answer(steps, event.toolCallId, event.content, isError(event.metadata), at)
      break
    case EventType.STEP_FINISHED: {
      const newest = steps.newest()
      const isEmpty = item !== undefined && (newest === undefined || newest.at < item.startedAt)
      if (isEmpty) steps.add({ at, kind: 'status', title: event.stepName, status: 'succeeded' })
      break
    }
    case EventType.ACTIVITY_SNAPSHOT:
      show(steps, event.messageId, plain(event.activityType), at)
      break
    default:
      break
  }
}

/** What a snapshot of the agent's messages says of one. Words that are there already, under whatever id, are not repeated. */
export function restate(steps: SubagentSteps, message: Message, at: string): void {
  switch (message.role) {
    case 'tool':
      answer(steps, plain(message.toolCallId), message.content, message.error !== undefined, at)
      break
    case 'activity':
      show(steps, message.id, plain(message.activityType), at)
      break
    case 'reasoning':
      sayAgain(steps, { at, kind: 'reasoning', text: textIn(message.content), messageId: message.id })
      break
    default:
      sayAgain(steps, {
        at,
        kind: 'text',
        ...speaker(message.role),
        text: textIn(message.content),
        messageId: message.id,
      })
      if (message.role !== 'assistant') break
      for (const { id: toolCallId, function: called } of message.toolCalls ?? []) {
        const input = called.arguments
        const known = steps.get('tool', toolCallId)
        if (known !== undefined) steps.change(known, { input })
        else steps.add({ at, kind: 'tool', title: plain(called.name), toolCallId, input, messageId: message.id })
      }
  }
}

function sayAgain(
  steps: SubagentSteps,
  step: Omit<SubagentStep, 'n'> & { readonly text: string; readonly messageId: string },
): void {
  const { kind, messageId, text } = step
  const known = steps.get(kind, messageId)
  if (known !== undefined) steps.change(known, { text })
  else if (text !== '' && steps.find((one) => one.kind === kind && one.text === text) === undefined) steps.add(step)
}

/** A call that is not kept any more, or that nothing announced, gets a step of its own. */
function answer(steps: SubagentSteps, toolCallId: string, content: unknown, failed: boolean, at: string): void {
  const result = { text: textIn(content), status: failed ? 'failed' : 'succeeded' } as const
  const known = steps.get('tool', toolCallId)
  if (known !== undefined) steps.change(known, result)
  else steps.add({ at, kind: 'tool', ...result, toolCallId })
}

function show(steps: SubagentSteps, messageId: string, title: string, at: string): void {
  const known = steps.get('status', messageId)
  if (known === undefined) steps.add({ at, kind: 'status', title, messageId })
  else if (known.title !== title) steps.change(known, { title })
}

/** A tool's failure as the server marks it; AG-UI has a field for it in messages only. */
function isError(metadata: Metadata | undefined): boolean {
  const mark = metadata?.holdfast as { readonly error?: unknown } | null | undefined
  return mark?.error === true
}

/** The first message of a sub-agent is what it was asked. */
function speaker(role: unknown): { readonly title?: string } {
  return role === 'user' ? { title: 'Prompt' } : {}
}

function textIn(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (typeof part?.text === 'string' ? part.text : `[${String(part?.type)}]`)).join('\n')
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
