/**
 * A zoo of agents that mean no good, each under its own name, with what is to become of its run. For tests, journeys
 * and measurements: `hostile-config.ts` puts all of them into a server process.
 *
 * Does not know: limits. Those that only a limit ends go on until one does.
 */
import type { Event } from '@ag-ui/core'
import type { Clock, FailureCode } from '@holdfast/core'
import type { Agent } from '../agents/port.ts'
import { forever, sleep } from '../agents/sleep.ts'

/** What is to become of the run: a failure's code, or that it succeeds all the same. */
export type Fate = FailureCode | 'succeeded'

export interface HostileAgent {
  readonly agent: Agent
  readonly fate: Fate
}

type Say = (input: { readonly messages: readonly { readonly id: string }[] }, signal: AbortSignal) => unknown

const START = { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' }
const word = (delta: unknown, messageId = 'm') => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta })
const END = { type: 'TEXT_MESSAGE_END', messageId: 'm' }
const GOOD = [START, word('good '), END]
const FINISHED = { type: 'RUN_FINISHED', threadId: 'forged', runId: 'forged' }
const custom = (value: unknown) => ({ type: 'CUSTOM', name: 'x', value })

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let n = 0; n < depth; n++) value = [value]
  return value
}

function circle(): unknown {
  const value: Record<string, unknown> = {}
  value.self = value
  return value
}

const trap = (): unknown =>
  new Proxy(
    {},
    {
      get(_, key) {
        // Not a thenable: it would be awaited, and must reach its reader as it is.
        if (key === 'then') return undefined
        throw new Error('A secret of the agent’s: sk-1234.')
      },
    },
  )

/** All of them. Ids begin with `hostile-`. */
export function hostileAgents(clock: Clock): readonly HostileAgent[] {
  const says = (...events: readonly unknown[]): Say =>
    async function* () {
      yield* events
    }

  const zoo: Readonly<Record<string, readonly [fate: Fate, say: Say]>> = {
    // Malformed.
    nothing: ['agent_incomplete', says()],
    'no-iterable': ['agent_error', () => 7],
    'no-result': ['agent_error', () => ({ [Symbol.asyncIterator]: () => ({ next: async () => undefined }) })],
    null: ['agent_protocol', says(...GOOD, null)],
    'unknown-type': ['agent_protocol', says(...GOOD, { type: 'NOPE' })],
    'prototype-type': ['agent_protocol', says(...GOOD, { type: '__proto__' })],
    'wrong-fields': ['agent_protocol', says(START, word({ toString: 1 }))],
    'chunk-without-id': ['agent_protocol', says(...GOOD, { type: 'TEXT_MESSAGE_CHUNK', delta: 'x' })],
    'bad-patch': [
      'agent_protocol',
      says({ type: 'STATE_DELTA', delta: [{ op: 'add', path: 'no pointer', value: 1 }] }),
    ],
    pollution: [
      'agent_protocol',
      says({ type: 'STATE_DELTA', delta: [{ op: 'add', path: '/__proto__/x', value: 1 }] }),
    ],
    unreadable: ['agent_protocol', says(...GOOD, trap())],
    'no-json': ['agent_protocol', says(...GOOD, custom(1n))],
    'no-questions': ['agent_protocol', says({ ...FINISHED, outcome: { type: 'interrupt', interrupts: [] } })],
    // Text that is hard to hold, and allowed.
    'odd-text': [
      'succeeded',
      says(START, word('\ud83d'), word('\ude00\u0000\u2028"\\\r\n\ufeff'), word('\udead'), word(''), END),
    ],
    // Oversized, deep.
    oversized: ['limit_exceeded', says(...GOOD, custom('x'.repeat(2 << 20)))],
    'oversized-delta': ['limit_exceeded', says(START, word('x'.repeat(2 << 20)))],
    'oversized-list': ['limit_exceeded', says(...GOOD, custom(Array.from({ length: 2 << 20 }, () => 0)))],
    deep: ['limit_exceeded', says(...GOOD, custom(nested(100)))],
    'very-deep': ['limit_exceeded', says(...GOOD, custom(nested(100_000)))],
    circle: ['limit_exceeded', says(...GOOD, custom(circle()))],
    'copy-bomb': [
      'limit_exceeded',
      says(
        { type: 'STATE_SNAPSHOT', snapshot: ['x'.repeat(1_000)] },
        ...Array.from({ length: 60 }, () => ({ type: 'STATE_DELTA', delta: [{ op: 'copy', from: '', path: '/-' }] })),
      ),
    ],
    'depth-bomb': [
      'limit_exceeded',
      says(
        { type: 'STATE_SNAPSHOT', snapshot: {} },
        ...Array.from({ length: 2_000 }, (_, n) => ({
          type: 'STATE_DELTA',
          delta: [{ op: 'add', path: '/a'.repeat(n + 1), value: {} }],
        })),
      ),
    ],
    // Out of order.
    'continues-nothing': ['agent_protocol', says(word('x'))],
    'opens-twice': ['agent_protocol', says(START, START)],
    'closes-twice': ['agent_protocol', says(...GOOD, END)],
    'talks-after-the-end': ['agent_protocol', says(...GOOD, word('more'))],
    'finishes-no-step': ['agent_protocol', says({ type: 'STEP_FINISHED', stepName: 's' })],
    'arguments-of-no-call': ['agent_protocol', says({ type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{}' })],
    // Under other names.
    'foreign-start': ['succeeded', says({ type: 'RUN_STARTED', threadId: 'other', runId: 'other' }, ...GOOD)],
    'foreign-finish': ['succeeded', says(...GOOD, FINISHED)],
    // It has a name of its own, and the person's words stay what they are.
    'foreign-message': [
      'agent_incomplete',
      async function* ({ messages }) {
        yield { ...START, messageId: messages.at(-1)?.id }
      },
    ],
    'foreign-subagent': [
      'agent_protocol',
      says(
        { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'one' },
        { type: 'SUBAGENT_STARTED', subagentRunId: 's2', name: 'two' },
        { ...START, subagentRunId: 's1' },
        { ...word('x'), subagentRunId: 's2' },
      ),
    ],
    'cancels-itself': ['agent_error', says(...GOOD, { ...FINISHED, outcome: { type: 'cancelled' } })],
    // Ends that are none, or too many.
    'finishes-twice': ['succeeded', says(...GOOD, FINISHED, FINISHED, ...GOOD)],
    'fails-then-finishes': ['agent_error', says(...GOOD, { type: 'RUN_ERROR', message: 'No.' }, FINISHED)],
    'ends-in-a-text': ['agent_incomplete', says(START, word('half'))],
    'finishes-in-a-call': [
      'agent_incomplete',
      says({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'f' }, FINISHED),
    ],
    throws: [
      'agent_error',
      async function* () {
        yield* GOOD
        throw new Error('A secret of the agent’s: sk-1234.')
      },
    ],
    'throws-nothing': [
      'agent_error',
      async function* () {
        yield START
        throw undefined
      },
    ],
    'throws-when-left': [
      'agent_protocol',
      () => {
        const next = async () => ({ done: false, value: null })
        const back = async () => {
          throw new Error('A clean-up that fails.')
        }
        return { [Symbol.asyncIterator]: () => ({ next, return: back }) }
      },
    ],
    // Without end.
    silent: ['no_progress', (_, signal) => ({ [Symbol.asyncIterator]: () => ({ next: () => forever(signal) }) })],
    'half-open': [
      'no_progress',
      async function* (_, signal) {
        yield { type: 'SUBAGENT_STARTED', subagentRunId: 's', name: 'sub' }
        yield { type: 'STEP_STARTED', stepName: 'step', subagentRunId: 's' }
        yield { type: 'REASONING_START', messageId: 'r' }
        yield { type: 'REASONING_MESSAGE_START', messageId: 'r', role: 'reasoning' }
        yield { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'f' }
        yield { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"half' }
        yield START
        yield word('half a w')
        await forever(signal)
      },
    ],
    deaf: [
      'no_progress',
      async function* () {
        yield* [START, word('I hear nothing.')]
        await forever()
      },
    ],
    'never-ending': [
      'timeout',
      async function* (_, signal) {
        yield START
        for (;;) {
          await sleep(clock, 20, signal)
          yield word('and ')
        }
      },
    ],
    flood: [
      'limit_exceeded',
      async function* () {
        yield START
        for (let n = 0; ; n++) yield word(`t${n} `)
      },
    ],
    'flood-of-nothing': [
      'limit_exceeded',
      async function* () {
        yield START
        for (;;) yield word('')
      },
    ],
    'flood-of-events': [
      'limit_exceeded',
      async function* () {
        for (let n = 0; ; n++) yield custom(n)
      },
    ],
    'flood-of-messages': [
      'limit_exceeded',
      async function* () {
        for (let n = 0; ; n++) yield { ...START, messageId: `m${n}` }
      },
    ],
  }

  return Object.entries(zoo).map(([name, [fate, say]]) => ({
    fate,
    agent: {
      id: `hostile-${name}`,
      title: name,
      // What they give is no AsyncIterable<Event>, or only says so: that is the point of them.
      run: (input, { signal }) => say(input, signal) as AsyncIterable<Event>,
    },
  }))
}
