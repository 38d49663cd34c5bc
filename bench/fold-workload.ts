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
  readonly kind: 'text' | 'tool' | 'state' | 'subagents'
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
const wrapped = (events: readonly object[]): Event[] =>
  [{ type: 'RUN_STARTED', ...run }, ...events, { type: 'RUN_FINISHED', ...run }] as Event[]
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

export function text(deltas: number, beside = 0): Workload {
  const messageId = 'answer'
  return {
    name: `${deltas / 1000}k text deltas beside ${beside} messages`,
    history: history(beside),
    state: {},
    kind: 'text',
    deltas,
    events: wrapped([
      { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
      ...times(deltas, (index) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: `t${index} ` })),
      { type: 'TEXT_MESSAGE_END', messageId },
    ]),
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
    events: wrapped([
      { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'write' },
      { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{"text":"' },
      ...times(deltas - 2, (index) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta: `a${index} ` })),
      { type: 'TOOL_CALL_ARGS', toolCallId, delta: '"}' },
      { type: 'TOOL_CALL_END', toolCallId },
    ]),
  }
}

/** Each step is a call with its arguments, and its result: the events of a tool loop. */
export function toolSteps(steps: number): Workload {
  const events = times(steps, (n) => [
    { type: 'TOOL_CALL_START', toolCallId: `call-${n}`, toolCallName: 'read', parentMessageId: `answer-${n}` },
    { type: 'TOOL_CALL_ARGS', toolCallId: `call-${n}`, delta: `{"file":"part-${n}"}` },
    { type: 'TOOL_CALL_END', toolCallId: `call-${n}` },
    { type: 'TOOL_CALL_RESULT', messageId: `result-${n}`, toolCallId: `call-${n}`, content: `Part ${n}.` },
  ]).flat()
  const name = `${steps} tool steps`
  return { name, history: [], state: {}, kind: 'tool', deltas: events.length, events: wrapped(events) }
}

/** `count` sub-agents side by side. Each step is a text of ten deltas. */
export function subAgents(count: number, steps: number): Workload {
  const ids = times(count, (n) => ({ subagentRunId: `sub-${n}` }))
  const events = [
    ...ids.map((id) => ({ type: 'SUBAGENT_STARTED', ...id, name: 'reader' })),
    ...times(steps, (step) => {
      const at = (id: { subagentRunId: string }) => ({ ...id, messageId: `${id.subagentRunId}-${step}` })
      return [
        ...ids.map((id) => ({ type: 'TEXT_MESSAGE_START', role: 'assistant', ...at(id) })),
        ...times(10, (n) => ids.map((id) => ({ type: 'TEXT_MESSAGE_CONTENT', ...at(id), delta: `word ${n} ` }))).flat(),
        ...ids.map((id) => ({ type: 'TEXT_MESSAGE_END', ...at(id) })),
      ]
    }).flat(),
    ...ids.map((id) => ({ type: 'SUBAGENT_FINISHED', ...id })),
  ]
  const name = `${count} sub-agents of ${steps} steps`
  return { name, history: [], state: {}, kind: 'subagents', deltas: events.length, events: wrapped(events) }
}

/** As `subAgents`, but one agent says all of it. */
export function plainSteps(count: number, steps: number): Workload {
  const { events: tagged, ...like } = subAgents(count, steps)
  const events = tagged
    .map((event) => ({ ...event, subagentRunId: undefined }))
    .filter(({ type }) => !type.startsWith('SUBAGENT')) as Event[]
  return { ...like, name: 'the same by one agent', kind: 'text', events, deltas: events.length - 2 }
}

/** Messages of one delta each. */
export function shortTexts(count: number): Workload {
  const events = times(count, (n) => [
    { type: 'TEXT_MESSAGE_START', messageId: `answer-${n}`, role: 'assistant' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: `answer-${n}`, delta: `Part ${n} of the answer.` },
    { type: 'TEXT_MESSAGE_END', messageId: `answer-${n}` },
  ]).flat()
  const name = `${count} short texts`
  return { name, history: [], state: {}, kind: 'text', deltas: events.length, events: wrapped(events) }
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
      times(deltas, (index) => ({
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
