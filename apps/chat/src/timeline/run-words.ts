/**
 * The records of a run in plain words, for readers who do not know the protocol.
 *
 * Owns: the words, in a total table over event types. Does not know: lines, how they are joined.
 */
import type { Envelope } from '@holdfast/core'

type EventType<Kind extends Envelope['kind']> = `${Extract<Envelope, { kind: Kind }>['event']['type']}`

export interface Said {
  /** In plain words: what happens. */
  readonly what: string
  /** The text, or the name of the object. */
  readonly detail: string
  /** Records in a row with the same are one line. */
  readonly joins?: string
}

interface Words {
  readonly what: string
  /** Which member of the event has it. */
  readonly detail?: string
  /** Which members name the one text that it is a piece of. */
  readonly joins?: string
}

const AGENT: Readonly<Record<EventType<'agui'>, Words>> = {
  RUN_STARTED: { what: 'Started' },
  RUN_FINISHED: { what: 'Finished' },
  RUN_ERROR: { what: 'Failed', detail: 'message' },
  STEP_STARTED: { what: 'Step started', detail: 'stepName' },
  STEP_FINISHED: { what: 'Step finished', detail: 'stepName' },
  TEXT_MESSAGE_START: { what: 'Answer started' },
  TEXT_MESSAGE_CONTENT: { what: 'Answer', detail: 'delta', joins: 'messageId' },
  TEXT_MESSAGE_CHUNK: { what: 'Answer', detail: 'delta', joins: 'messageId' },
  TEXT_MESSAGE_END: { what: 'Answer finished' },
  REASONING_START: { what: 'Reasoning phase started' },
  REASONING_MESSAGE_START: { what: 'Reasoning started' },
  REASONING_MESSAGE_CONTENT: { what: 'Reasoning', detail: 'delta', joins: 'messageId' },
  REASONING_MESSAGE_CHUNK: { what: 'Reasoning', detail: 'delta', joins: 'messageId' },
  REASONING_MESSAGE_END: { what: 'Reasoning finished' },
  REASONING_END: { what: 'Reasoning phase finished' },
  REASONING_ENCRYPTED_VALUE: { what: 'Encrypted reasoning' },
  TOOL_CALL_START: { what: 'Tool call', detail: 'toolCallName' },
  TOOL_CALL_ARGS: { what: 'Tool input', detail: 'delta', joins: 'toolCallId' },
  TOOL_CALL_CHUNK: { what: 'Tool input', detail: 'delta', joins: 'toolCallId' },
  TOOL_CALL_END: { what: 'Tool input finished' },
  TOOL_CALL_RESULT: { what: 'Tool result', detail: 'content' },
  STATE_SNAPSHOT: { what: 'State snapshot' },
  STATE_DELTA: { what: 'State changed' },
  MESSAGES_SNAPSHOT: { what: 'Messages snapshot' },
  ACTIVITY_SNAPSHOT: { what: 'Activity', detail: 'activityType' },
  ACTIVITY_DELTA: { what: 'Activity updated', detail: 'activityType' },
  SUBAGENT_STARTED: { what: 'Sub-agent started', detail: 'name' },
  SUBAGENT_FINISHED: { what: 'Sub-agent finished' },
  SUBAGENT_ERROR: { what: 'Sub-agent failed', detail: 'message' },
  CUSTOM: { what: 'Custom event', detail: 'name' },
  RAW: { what: 'Raw event', detail: 'source' },
}

const SERVER: Readonly<Record<EventType<'control'>, string>> = {
  'run.accepted': 'Accepted',
  'run.status': 'Status',
  'run.cancel-requested': 'Stop requested',
  'run.ended': 'Ended',
  'queue.changed': 'Queue changed',
  'interrupts.resolved': 'Question resolved',
  'subagent.cancel-requested': 'Stop of a sub-agent requested',
  'subagents.pruned': 'Old steps of sub-agents removed',
  'thread.changed': 'Thread changed',
  'thread.deleted': 'Thread deleted',
}

/** As the server defines them: the custom events that agents send to it. */
const CUSTOM: Readonly<Record<string, string>> = {
  'holdfast.waiting': 'Waiting for the provider',
  'holdfast.progress': 'Tool progress',
  'holdfast.superseded': 'Interrupted, asked again',
  'holdfast.budget': 'Token budget',
}

function textIn(value: unknown): string {
  const { text, used, limit } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof text === 'string') return text
  return typeof used === 'number' && typeof limit === 'number' ? `${used} of ${limit}` : ''
}

/** Only an agent event's type is known; every other member is checked before it is shown. */
export function wordsOf({ kind, event }: Envelope): Said {
  const of = event as unknown as Readonly<Record<string, unknown>>
  const { type } = event
  if (kind === 'control') return { what: own(SERVER, type) ?? inWords(type), detail: reasonOf(of) }
  const custom = type === 'CUSTOM' && typeof of.name === 'string' ? own(CUSTOM, of.name) : undefined
  if (custom !== undefined) return { what: custom, detail: textIn(of.value) }
  const { what, detail, joins } = own(AGENT, type) ?? { what: inWords(type) }
  const text = (name: string | undefined) => {
    const value = name === undefined ? undefined : of[name]
    return typeof value === 'string' ? value : ''
  }
  return { what, detail: text(detail), ...(joins !== undefined && { joins: `${what} ${text(joins)}` }) }
}

/** Another version may know more types than this page. */
function own<Value>(table: Readonly<Record<string, Value>>, type: string): Value | undefined {
  return Object.hasOwn(table, type) ? table[type] : undefined
}

/** “SOME_NEW_EVENT” is “Some new event”. */
function inWords(type: string): string {
  const words = type.replace(/[._-]+/g, ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function reasonOf(of: Readonly<Record<string, unknown>>): string {
  const { status, by, reason, outcome } = of
  const words = [status, by === undefined ? undefined : `by ${String(by)}`, reason, typeOf(outcome)]
  return words.filter((word) => typeof word === 'string').join(', ')
}

function typeOf(outcome: unknown): unknown {
  return typeof outcome === 'object' && outcome !== null && 'type' in outcome ? outcome.type : undefined
}
