/**
 * Masks an archive: every character that a person, an agent or a tool wrote, and every title, becomes an `x`. What
 * happened stays readable: who ran when, which events arrived, how long each was, how each run ended. A redacted
 * archive can be imported like any other.
 *
 * Owns: the list of fields that hold no text of a person or an agent. Only these are kept. Of an unknown field, a
 * string is masked and any other value is dropped, so that text of a newer agent is never shown by mistake.
 */
import type { Header, RunLine, ThreadLine } from './format.ts'

type Fields = Readonly<Record<string, unknown>>

/** Ids, names that programs assign, values from closed lists. */
const KEPT = new Set([
  'type',
  'role',
  'status',
  'code',
  'subtype',
  'onBusy',
  'runId',
  'parentRunId',
  'threadId',
  'agentId',
  'ofRun',
  'id',
  'messageId',
  'parentMessageId',
  'parentId',
  'toolCallId',
  'parentToolCallId',
  'toolCallName',
  'subagentRunId',
  'parentSubagentRunId',
  'entityId',
  'interruptId',
  'activityType',
  'retryOf',
  'continues',
  'first',
  'heldBy',
  'by',
  'acceptedAt',
  'startedAt',
  'endedAt',
  'expiresAt',
  'protocolVersion',
  'mutedUntil',
])

/** Fields that hold arbitrary application data and that events of these types must have. */
const EMPTY: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  STATE_SNAPSHOT: { snapshot: null },
  STATE_DELTA: { delta: [] },
  ACTIVITY_SNAPSHOT: { content: {} },
  ACTIVITY_DELTA: { patch: [] },
  CUSTOM: { value: null },
  RAW: { event: null },
}

export interface Redactor {
  header(header: Header): Header
  thread(line: ThreadLine): ThreadLine
  run(line: RunLine): RunLine
  /** Redacts the event of one record. */
  event(event: Fields): Fields
}

export function createRedactor(): Redactor {
  /** Steps are identified by name: two different names stay different. */
  const steps = new Map<string, string>()

  function flat(fields: Fields): Record<string, unknown> {
    const kept: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string')
        kept[name] = name === 'stepName' ? step(value) : KEPT.has(name) ? value : masked(value)
      else if (typeof value === 'number' || typeof value === 'boolean' || value === null) kept[name] = value
    }
    return kept
  }

  function step(name: string): string {
    const known = steps.get(name) ?? `step-${steps.size + 1}`
    steps.set(name, known)
    return known
  }

  function event(fields: Fields): Fields {
    const {
      type,
      metadata,
      messages,
      input,
      run,
      outcome,
      order,
      interruptIds,
      subagentRunIds,
      edited,
      content,
      usage,
    } = fields
    return {
      ...flat(fields),
      ...EMPTY[String(type)],
      ...placeIn(metadata),
      ...(Array.isArray(content) && { content: content.map(partOf) }),
      ...(Array.isArray(messages) && { messages: messages.map(message) }),
      ...(isFields(input) && { input: inputOf(input) }),
      ...(isFields(run) && { run: flat(run) }),
      ...(isFields(outcome) && { outcome: outcomeOf(outcome) }),
      ...(Array.isArray(order) && { order }),
      ...(Array.isArray(interruptIds) && { interruptIds }),
      ...(Array.isArray(subagentRunIds) && { subagentRunIds }),
      ...(Array.isArray(usage) && { usage: usage.filter(isFields).map(flat) }),
      ...(isFields(edited) && {
        edited: Object.fromEntries(
          Object.entries(edited).map(([id, said]) => [id, Array.isArray(said) ? said.map(message) : []]),
        ),
      }),
    }
  }

  function message(said: unknown): unknown {
    if (!isFields(said)) return {}
    const { content, toolCalls, role } = said
    return {
      ...flat(said),
      ...(role === 'activity' && { content: {} }),
      ...(Array.isArray(content) && { content: content.map(partOf) }),
      ...(Array.isArray(toolCalls) && { toolCalls: toolCalls.filter(isFields).map(callOf) }),
    }
  }

  function callOf(call: Fields): Fields {
    const { name = '', arguments: args = '' } = isFields(call.function) ? call.function : {}
    return { ...flat(call), function: { name, arguments: masked(String(args)) } }
  }

  function inputOf(input: Fields): Fields {
    const { messages, tools, context } = input
    return {
      ...flat(input),
      ...(Array.isArray(messages) && { messages: messages.map(message) }),
      ...(tools !== undefined && { tools: [] }),
      ...(context !== undefined && { context: [] }),
    }
  }

  function outcomeOf(outcome: Fields): Fields {
    const { interrupts } = outcome
    return { ...flat(outcome), ...(Array.isArray(interrupts) && { interrupts: interrupts.filter(isFields).map(flat) }) }
  }

  return {
    header(header) {
      const { made, persons: _, ...room } = header.room
      const title = masked(room.title)
      return { ...header, redacted: true, room: { ...room, title, ...(made && { made: { ...made, title } }) } }
    },
    thread: ({ title, madeTitle, persons: _, ...line }) => ({
      ...line,
      title: masked(title),
      ...(madeTitle !== undefined && { madeTitle: masked(madeTitle) }),
    }),
    run({ request, ...line }) {
      const { messages, resume } = request
      const asked = {
        ...flat(request),
        messages: messages.map(message),
        tools: [],
        context: [],
        ...(resume && { resume: resume.map(flat) }),
      }
      // The same fields, with less content.
      return { ...line, request: asked as unknown as RunLine['request'] }
    },
    event,
  }
}

/** Masks everything but white space. */
function masked(text: string): string {
  return text.replace(/\S/gu, 'x')
}

function partOf(part: unknown): Fields {
  if (!isFields(part)) return { type: 'text', text: '' }
  return { type: 'text', text: part.type === 'text' ? masked(String(part.text)) : `[${String(part.type)}]` }
}

/** Keeps only the place of a run's messages in the tree. */
function placeIn(metadata: unknown): Fields {
  if (!isFields(metadata) || !isFields(metadata.holdfast)) return {}
  const { parentId = null } = metadata.holdfast
  return { metadata: { holdfast: { parentId } } }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
