/**
 * What a record of a run is in plain words, for whoever reads its log and knows no protocol.
 *
 * Owns: the words, a table that has every type there is. Does not know: lines, how they are joined.
 */
import type { Envelope } from '@holdfast/core'

type EventType<Kind extends Envelope['kind']> = `${Extract<Envelope, { kind: Kind }>['event']['type']}`

export interface Said {
  /** In plain words: what happens. */
  readonly what: string
  /** What was said, or of what. */
  readonly detail: string
  /** Records in a row with the same are one line. */
  readonly joins?: string
}

interface Words {
  readonly what: string
  /** Which member of the event says it. */
  readonly detail?: string
  /** Which members name the one text that it is a piece of. */
  readonly joins?: string
}

const AGENT: Readonly<Record<EventType<'agui'>, Words>> = {
  RUN_STARTED: { what: 'Starts' },
  RUN_FINISHED: { what: 'Finishes' },
  RUN_ERROR: { what: 'Fails', detail: 'message' },
  STEP_STARTED: { what: 'Begins a step', detail: 'stepName' },
  STEP_FINISHED: { what: 'Ends a step', detail: 'stepName' },
  TEXT_MESSAGE_START: { what: 'Begins to speak' },
  TEXT_MESSAGE_CONTENT: { what: 'Says', detail: 'delta', joins: 'messageId' },
  TEXT_MESSAGE_CHUNK: { what: 'Says', detail: 'delta', joins: 'messageId' },
  TEXT_MESSAGE_END: { what: 'Has spoken' },
  REASONING_START: { what: 'Begins to think' },
  REASONING_MESSAGE_START: { what: 'Begins a thought' },
  REASONING_MESSAGE_CONTENT: { what: 'Thinks', detail: 'delta', joins: 'messageId' },
  REASONING_MESSAGE_CHUNK: { what: 'Thinks', detail: 'delta', joins: 'messageId' },
  REASONING_MESSAGE_END: { what: 'Ends a thought' },
  REASONING_END: { what: 'Has thought' },
  REASONING_ENCRYPTED_VALUE: { what: 'Thinks, unreadably' },
  TOOL_CALL_START: { what: 'Calls a tool', detail: 'toolCallName' },
  TOOL_CALL_ARGS: { what: 'Gives a tool', detail: 'delta', joins: 'toolCallId' },
  TOOL_CALL_CHUNK: { what: 'Gives a tool', detail: 'delta', joins: 'toolCallId' },
  TOOL_CALL_END: { what: 'Has called the tool' },
  TOOL_CALL_RESULT: { what: 'A tool answers', detail: 'content' },
  STATE_SNAPSHOT: { what: 'Says its state' },
  STATE_DELTA: { what: 'Changes its state' },
  MESSAGES_SNAPSHOT: { what: 'Says the conversation' },
  ACTIVITY_SNAPSHOT: { what: 'Shows what it does', detail: 'activityType' },
  ACTIVITY_DELTA: { what: 'Shows how far it is', detail: 'activityType' },
  SUBAGENT_STARTED: { what: 'Calls a sub-agent', detail: 'name' },
  SUBAGENT_FINISHED: { what: 'A sub-agent finishes' },
  SUBAGENT_ERROR: { what: 'A sub-agent fails', detail: 'message' },
  CUSTOM: { what: 'Says in its own way', detail: 'name' },
  RAW: { what: 'Passes something on', detail: 'source' },
}

const SERVER: Readonly<Record<EventType<'control'>, string>> = {
  'run.accepted': 'Asked',
  'run.status': 'Now',
  'run.cancel-requested': 'Stop asked for',
  'run.ended': 'Ended',
  'queue.changed': 'What waits changes',
  'interrupts.resolved': 'A question is settled',
  'thread.changed': 'The thread changes',
  'thread.deleted': 'The thread is deleted',
}

/** An agent's event is only known to have a type: everything else of it is looked at before it is shown. */
export function wordsOf({ kind, event }: Envelope): Said {
  const of = event as unknown as Readonly<Record<string, unknown>>
  const { type } = event
  if (kind === 'control') return { what: own(SERVER, type) ?? inWords(type), detail: reasonOf(of) }
  // As the server has it: the one word of its own that agents say to it.
  if (type === 'CUSTOM' && of.name === 'holdfast.waiting') return { what: 'Waits for its provider', detail: '' }
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
