/**
 * What an agent means is what a thread shows, however the agent spells it: the same two runs are said in the words of
 * AG-UI 1.0 with ids that occur once, and as other agents say them, with ids that they use again and fields as they like.
 */
import type { Message } from '@ag-ui/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DEFAULT_RECORDER_LIMITS } from '../recorder/limits.ts'
import { createRecorder } from '../recorder/recorder.ts'
import { complaintOf, createLogBuilder, type EventJson, TEST_KEY } from '../testing/index.ts'
import { createFold } from '../thread/fold.ts'
import type { ThreadView } from '../thread/thread-view.ts'
import { createDialect } from './dialect.ts'

type Said = Record<string, unknown>

const words = fc.array(
  fc.string({ minLength: 1, maxLength: 5 }).map((word) => `${word}.`),
  { minLength: 1, maxLength: 3 },
)
const item = fc.oneof(
  fc.record({ does: fc.constant('text' as const), words, owner: fc.constantFrom(undefined, undefined, 's1') }),
  fc.record({ does: fc.constant('thought' as const), words }),
  fc.record({
    does: fc.constant('call' as const),
    args: fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 2 }),
    result: fc.option(fc.oneof(fc.string({ maxLength: 4 }), fc.record({ a: fc.integer() })), { nil: undefined }),
  }),
  fc.record({ does: fc.constant('step' as const) }),
  fc.record({ does: fc.constant('activity' as const), at: fc.nat(3) }),
)
type Item = typeof item extends fc.Arbitrary<infer One> ? One : never
const runs = fc.tuple(fc.array(item, { maxLength: 6 }), fc.array(item, { maxLength: 6 }))
/** What a speaker chooses, one after the other. */
const choices = fc.array(fc.nat(11), { minLength: 1, maxLength: 80 })

interface Speaker {
  readonly restates: boolean
  /** What it calls the nth of its kind in this run; undefined: nothing. */
  idOf(kind: string, nth: number, run: number): unknown
  /** The event, or those that it says for it. */
  say(event: Said): readonly unknown[]
}

const strict: Speaker = {
  restates: false,
  idOf: (kind, nth, run) => `${kind}-${nth}-${run}`,
  say: (event) => [event],
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const OLD: Record<string, string> = {
  REASONING_START: 'THINKING_START',
  REASONING_MESSAGE_START: 'THINKING_TEXT_MESSAGE_START',
  REASONING_MESSAGE_CONTENT: 'THINKING_TEXT_MESSAGE_CONTENT',
  REASONING_MESSAGE_END: 'THINKING_TEXT_MESSAGE_END',
  REASONING_END: 'THINKING_END',
}
const NOISE = [null, 7, 'ping', {}, { type: 'HEARTBEAT' }, { type: 'META_EVENT', payload: 1 }]
const TIMES = [null, '2026-01-01T00:00:00Z', '1700000000000', 1_700_000_000.5, 'yesterday']
/** What may be left out, since what comes before or after says it too. */
const IMPLIED = /^(TEXT_MESSAGE|REASONING_MESSAGE|REASONING|STEP)_(START|END|STARTED|FINISHED)$/

function loose(picks: readonly number[]): Speaker {
  let at = 0
  const pick = () => picks[at++ % picks.length] ?? 0
  // An event without an id continues the item opened last, so its start must be present.
  const leavesIdsOut = picks.at(-1) === 5
  return {
    restates: (picks.at(-1) ?? 0) > 5,
    idOf(_kind, nth, run) {
      // The same for every kind and in every run.
      const chosen = picks[run % picks.length] ?? 0
      return chosen < 3 ? nth : `m${nth}`
    },
    say(event) {
      const said: Said = { ...event }
      const type = String(event.type)
      if (leavesIdsOut && /_(CONTENT|ARGS|END)$/.test(type)) {
        delete said.messageId
        delete said.toolCallId
      } else if (!leavesIdsOut && pick() === 0 && IMPLIED.test(type)) return []
      if (pick() < 4 && OLD[type]) said.type = OLD[type]
      if (type === 'REASONING_MESSAGE_START' && pick() < 6) said.role = 'assistant'
      if (typeof event.args === 'object') {
        delete said.args
        said.delta = pick() < 6 ? event.args : JSON.stringify(event.args)
      }
      if (pick() < 4) said.timestamp = TIMES[pick() % TIMES.length]
      if (pick() < 3) Object.assign(said, { metadata: null, rawEvent: null, name: null })
      const spelled =
        pick() < 4 ? Object.fromEntries(Object.entries(said).map(([name, value]) => [snake(name), value])) : said
      const noise = pick() < 2 ? [NOISE[pick() % NOISE.length]] : []
      const twice = pick() === 1 && !leavesIdsOut && IMPLIED.test(type) ? [spelled] : []
      return [...noise, spelled, ...twice]
    },
  }
}

function eventsOf(items: readonly Item[], run: number, speaker: Speaker): Said[] {
  const counts: Record<string, number> = {}
  const idOf = (kind: string) => {
    counts[kind] = (counts[kind] ?? -1) + 1
    return speaker.idOf(kind, counts[kind], run)
  }
  const deltas = (said: readonly string[], event: Said) => said.map((delta) => ({ ...event, delta }))
  return items.flatMap((one): Said[] => {
    switch (one.does) {
      case 'text': {
        const owner = one.owner === undefined ? {} : { subagentRunId: one.owner }
        const event = { messageId: idOf('text'), ...owner }
        return [
          { type: 'TEXT_MESSAGE_START', role: 'assistant', ...event },
          ...deltas(one.words, { type: 'TEXT_MESSAGE_CONTENT', ...event }),
          { type: 'TEXT_MESSAGE_END', ...event },
        ]
      }
      case 'thought': {
        const messageId = idOf('thought')
        return [
          { type: 'REASONING_START', messageId },
          { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
          ...deltas(one.words, { type: 'REASONING_MESSAGE_CONTENT', messageId }),
          { type: 'REASONING_MESSAGE_END', messageId },
          { type: 'REASONING_END', messageId },
        ]
      }
      case 'call': {
        const toolCallId = idOf('call')
        const messageId = idOf('result')
        return [
          { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'look', parentMessageId: idOf('text') },
          { type: 'TOOL_CALL_ARGS', toolCallId, args: one.args },
          { type: 'TOOL_CALL_END', toolCallId },
          ...(one.result === undefined
            ? []
            : [{ type: 'TOOL_CALL_RESULT', messageId, toolCallId, content: one.result }]),
        ]
      }
      case 'step':
        return [
          { type: 'STEP_STARTED', stepName: 'look' },
          { type: 'STEP_FINISHED', stepName: 'look' },
        ]
      case 'activity':
        return [
          { type: 'ACTIVITY_SNAPSHOT', messageId: idOf('activity'), activityType: 'plan', content: { at: one.at } },
        ]
      default:
        return one satisfies never
    }
  })
}

/** What the run has said so far, the person's words under a name of the agent's own. */
function snapshotOf(events: readonly Said[], run: number): Said {
  const starts = events.filter(({ type }) => type === 'TEXT_MESSAGE_START')
  const said = starts.map(({ messageId: id, subagentRunId }) => {
    const deltas = events.filter(({ type, messageId }) => type === 'TEXT_MESSAGE_CONTENT' && messageId === id)
    return { id, role: 'ai', content: deltas.map(({ delta }) => delta).join(''), subagentRunId }
  })
  return { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'own', role: 'human', content: `Question ${run}` }, ...said] }
}

/** In the words of AG-UI 1.0 there are no objects where a text belongs. */
function inStrictWords(event: Said): Said {
  const { args, content, ...rest } = event
  if (args !== undefined) return { ...rest, delta: JSON.stringify(args) }
  if (content === undefined || event.type !== 'TOOL_CALL_RESULT') return event
  return { ...rest, content: typeof content === 'string' ? content : JSON.stringify(content) }
}

async function viewOf(plan: readonly (readonly Item[])[], speaker: Speaker, wrap: (event: Said) => Said) {
  const log = createLogBuilder()
  const fold = createFold(TEST_KEY)
  let folded = 0
  const catchUp = () => {
    for (const envelope of log.envelopes.slice(folded)) expect(fold.apply(envelope)).toBe('accepted')
    folded = log.envelopes.length
    return fold.view()
  }
  for (const [run, items] of plan.entries()) {
    const runId = `run-${run}`
    const question: Message = { id: `q-${run}`, role: 'user', content: `Question ${run}` }
    log.accept(runId, [question])
    log.start(runId, [question])
    const { messages } = catchUp()
    const recorder = createRecorder({
      input: { threadId: TEST_KEY.threadId, runId, messages: messages as unknown as Message[] },
      limits: DEFAULT_RECORDER_LIMITS,
      tolerant: true,
    })
    const dialect = createDialect()
    const events = eventsOf(items, run, speaker)
    for (const event of speaker.restates ? [...events, snapshotOf(events, run)] : events)
      for (const said of speaker.say(wrap(event))) {
        expect(recorder.record(dialect.read(JSON.parse(JSON.stringify(said))))).toEqual({ type: 'recorded' })
      }
    const written = recorder.end({ type: 'succeeded' }).map((json) => JSON.parse(json) as EventJson)
    const first = log.envelopes.findLast(({ event }) => event.type === 'RUN_STARTED')?.event
    expect(await complaintOf([first, ...written])).toBeUndefined()
    for (const event of written.slice(0, -1)) log.agui(runId, event)
    log.end(runId, { type: 'succeeded' })
  }
  return catchUp()
}

/** What a person sees: every word and call and result once, in order, each result at its call. */
function seen({ messages }: ThreadView) {
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []))
  expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
  return messages.map((message) => ({
    role: message.role,
    content: message.content ?? '',
    runId: message.runId,
    owner: message.subagentRunId,
    ...(message.role === 'assistant' && { calls: message.toolCalls?.map((call) => call.function) }),
    ...(message.role === 'tool' && { answers: calls.findIndex(({ id }) => id === message.toolCallId) }),
  }))
}

it('ids that are used again and loose spellings give the view that strict words give', async () => {
  await fc.assert(
    fc.asyncProperty(runs, choices, async (plan, picks) => {
      const meant = seen(await viewOf(plan, strict, inStrictWords))
      expect(seen(await viewOf(plan, loose(picks), (event) => event))).toEqual(meant)
    }),
    { numRuns: 150 },
  )
}, 60_000)
