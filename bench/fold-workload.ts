/** The same deltas for every reducer: as an agent's events, and as envelopes of a log. */
import type { Event, Message } from '@ag-ui/core'
import type { Envelope, ThreadKey } from '@holdfast/core'

export const KEY: ThreadKey = { roomId: 'bench', threadId: 'bench' }
const AT = '2026-01-01T00:00:00.000Z'

export interface Workload {
  readonly name: string
  /** The messages of the thread before the run. */
  readonly history: readonly Message[]
  readonly state: unknown
  readonly kind: 'text' | 'tool' | 'state'
  /** RUN_STARTED … RUN_FINISHED; only `deltas` of them are counted. */
  readonly events: readonly Event[]
  readonly deltas: number
}

/** Messages of 2 kB, alternating between person and assistant. */
function history(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `old-${index}`,
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: `${index} `.padEnd(2000, 'lorem ipsum '),
  }))
}

const run = { threadId: KEY.threadId, runId: 'run' }
const wrapped = (...events: object[]): Event[] =>
  [{ type: 'RUN_STARTED', ...run }, ...events, { type: 'RUN_FINISHED', ...run }] as Event[]
const times = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => make(index))

export function text(deltas: number, beside = 0): Workload {
  const messageId = 'answer'
  return {
    name: `${deltas / 1000}k text deltas beside ${beside} messages`,
    history: history(beside),
    state: {},
    kind: 'text',
    deltas,
    events: wrapped(
      { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
      ...times(deltas, (index) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `t${index} ` })),
      { type: 'TEXT_MESSAGE_END', messageId },
    ),
  }
}

export function toolArguments(deltas: number): Workload {
  const toolCallId = 'call'
  return {
    name: `${deltas / 1000}k deltas of tool arguments`,
    history: [],
    state: {},
    kind: 'tool',
    deltas,
    events: wrapped(
      { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'write' },
      { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{"text":"' },
      ...times(deltas - 2, (index) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta: `a${index} ` })),
      { type: 'TOOL_CALL_ARGS', toolCallId, delta: '"}' },
      { type: 'TOOL_CALL_END', toolCallId },
    ),
  }
}

export function statePatches(deltas: number): Workload {
  const rows = times(50, (index) => ({ id: index, title: `Row ${index}`, done: false }))
  return {
    name: `${deltas / 1000}k state patches`,
    history: [],
    state: { progress: { step: 0, note: '' }, rows },
    kind: 'state',
    deltas,
    events: wrapped(
      ...times(deltas, (index) => ({
        type: 'STATE_DELTA',
        delta: [
          index % 2 === 0
            ? { op: 'replace', path: '/progress/step', value: index }
            : { op: 'replace', path: `/rows/${index % 50}/done`, value: index % 4 === 1 },
        ],
      })),
    ),
  }
}

/** A log that starts after the history. Parsed from JSON, as for a reader, so that envelopes share no strings. */
export function bytesOf(workload: Workload): string[] {
  return workload.events.map((event, index) =>
    JSON.stringify({ v: 1, ...KEY, runId: 'run', seq: index + 1, at: AT, kind: 'agui', event }),
  )
}

export function envelopesOf(workload: Workload): Envelope[] {
  return bytesOf(workload).map((line) => JSON.parse(line) as Envelope)
}
