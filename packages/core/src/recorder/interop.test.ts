/**
 * Whatever an agent says, the stock AG-UI client accepts what we make of it: its schemas parse every event and its
 * verifier lets the whole stream pass. And the other way round: what the stock client accepts is refused only where
 * order.ts names a rule of our own.
 */
import { transformChunks, verifyEvents } from '@ag-ui/client'
import type { BaseEvent, Message } from '@ag-ui/core'
import { EventSchema } from '@ag-ui/core/schemas'
import fc from 'fast-check'
import { from, lastValueFrom, type Observable, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { runStarted } from '../lifecycle/events.ts'
import type { Outcome } from '../lifecycle/outcome.ts'
import { DEFAULT_RECORDER_LIMITS } from './limits.ts'
import { createRecorder, type Recorder } from './recorder.ts'

const run = { threadId: 't1', runId: 'r1' }
const given: Message[] = [
  { id: 'g1', role: 'user', content: 'Hello' },
  { id: 'g2', role: 'assistant', subagentRunId: 's1', toolCalls: [] },
  { id: 'g3', role: 'activity', activityType: 'plan', content: {} },
]
const fresh = (tolerant = false) =>
  createRecorder({ input: { ...run, messages: given }, limits: DEFAULT_RECORDER_LIMITS, tolerant })
const started = runStarted({ ...run, parentId: null, messages: given })

/** Few ids, so that events meet each other. */
const id = fc.constantFrom('a', 'b', 'c')
const anyId = fc.constantFrom('a', 'b', 'c', 'g1', 'g2', 'g3')
const tag = fc.constantFrom(undefined, undefined, undefined, 's1', 's2')
const delta = fc.constantFrom('x', 'y ', '', '\u2028', '\ud83d', '\ude00', '"\n')
const metadata = fc.constantFrom(undefined, undefined, undefined, { note: 1 })

const said = <T extends object>(fields: T): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record({ subagentRunId: tag, metadata, ...fields } as Record<string, fc.Arbitrary<unknown>>)
    .map((event) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)))
const type = (name: string) => fc.constant(name)

const snapshotMessage = fc
  .tuple(anyId, fc.constantFrom('assistant', 'user', 'reasoning', 'tool'), tag, id)
  .map(([messageId, role, owner, call]) => ({
    id: messageId,
    role,
    content: 'x',
    ...(owner === undefined ? {} : { subagentRunId: owner }),
    ...(role === 'tool' ? { toolCallId: call } : {}),
    ...(role === 'assistant'
      ? { toolCalls: [{ id: call, type: 'function', function: { name: 'f', arguments: '' } }] }
      : {}),
  }))

/** Events that AG-UI's schemas accept, in any order. */
const wellFormed = fc.oneof(
  said({ type: type('TEXT_MESSAGE_START'), messageId: anyId, role: fc.constant('assistant') }),
  said({ type: type('TEXT_MESSAGE_CONTENT'), messageId: anyId, delta }),
  said({ type: type('TEXT_MESSAGE_END'), messageId: anyId }),
  said({ type: type('TEXT_MESSAGE_CHUNK'), messageId: fc.option(anyId, { nil: undefined }), delta }),
  said({
    type: type('TOOL_CALL_START'),
    toolCallId: id,
    toolCallName: fc.constant('f'),
    parentMessageId: fc.option(anyId, { nil: undefined }),
  }),
  said({ type: type('TOOL_CALL_ARGS'), toolCallId: id, delta }),
  said({ type: type('TOOL_CALL_END'), toolCallId: id }),
  said({
    type: type('TOOL_CALL_CHUNK'),
    toolCallId: fc.option(id, { nil: undefined }),
    toolCallName: fc.option(fc.constant('f'), { nil: undefined }),
    delta,
  }),
  said({ type: type('TOOL_CALL_RESULT'), messageId: anyId, toolCallId: id, content: fc.constant('done') }),
  said({ type: type('STEP_STARTED'), stepName: id }),
  said({ type: type('STEP_FINISHED'), stepName: id }),
  said({ type: type('REASONING_START'), messageId: anyId }),
  said({ type: type('REASONING_END'), messageId: anyId }),
  said({ type: type('REASONING_MESSAGE_START'), messageId: anyId, role: fc.constant('reasoning') }),
  said({ type: type('REASONING_MESSAGE_CONTENT'), messageId: anyId, delta }),
  said({ type: type('REASONING_MESSAGE_END'), messageId: anyId }),
  said({ type: type('REASONING_MESSAGE_CHUNK'), messageId: fc.option(anyId, { nil: undefined }), delta }),
  said({
    type: type('REASONING_ENCRYPTED_VALUE'),
    subtype: fc.constantFrom('tool-call', 'message'),
    entityId: anyId,
    encryptedValue: delta,
  }),
  said({
    type: type('ACTIVITY_SNAPSHOT'),
    messageId: anyId,
    activityType: fc.constant('plan'),
    content: fc.constant({}),
    replace: fc.constantFrom(true, false),
  }),
  said({ type: type('ACTIVITY_DELTA'), messageId: anyId, activityType: fc.constant('plan'), patch: fc.constant([]) }),
  said({
    type: type('SUBAGENT_STARTED'),
    subagentRunId: fc.constantFrom('s1', 's2', 's3'),
    name: fc.constant('n'),
    parentSubagentRunId: tag,
  }),
  said({ type: type('SUBAGENT_FINISHED'), subagentRunId: fc.constantFrom('s1', 's2', 's3') }),
  said({ type: type('SUBAGENT_ERROR'), subagentRunId: fc.constantFrom('s1', 's2', 's3'), message: fc.constant('no') }),
  said({ type: type('STATE_SNAPSHOT'), snapshot: fc.jsonValue({ maxDepth: 2 }) }),
  said({ type: type('STATE_DELTA'), delta: fc.constant([{ op: 'add', path: '/a', value: null }]) }),
  said({ type: type('CUSTOM'), name: id, value: fc.constant(null) }),
  said({ type: type('RAW'), event: fc.constant({}) }),
  fc.array(snapshotMessage, { maxLength: 3 }).map((messages) => ({ type: 'MESSAGES_SNAPSHOT', messages })),
)

/** Anything: well-formed events with something wrong put in, and plain rubbish. */
const rubbish = fc.oneof(
  fc.anything(),
  fc
    .tuple(
      wellFormed,
      fc.constantFrom(
        'type',
        'messageId',
        'toolCallId',
        'delta',
        'metadata',
        'timestamp',
        'subagentRunId',
        'content',
        'messages',
        'snapshot',
        'extra',
        '__proto__',
      ),
      fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
    )
    .map(([event, field, value]) => Object.assign(JSON.parse(JSON.stringify(event)), { [field]: value })),
)

const outcome: fc.Arbitrary<Outcome> = fc.constantFrom<Outcome>(
  { type: 'succeeded' },
  { type: 'failed', code: 'agent_error', message: 'It broke.' },
  { type: 'cancelled', by: 'p1' },
  { type: 'superseded', by: 'r2' },
  { type: 'interrupted', interrupts: [{ id: 'i1', reason: 'approval' }] },
)

describe('the output of the recorder', () => {
  it('is a legal AG-UI run for any well-formed events, any cut and any end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { maxLength: 40 }), outcome, fc.boolean(), async (events, end, often) => {
        const { accepted } = longest(events)
        const out: string[] = []
        const recorder = fresh()
        for (const event of accepted) {
          expect(recorder.record(event).type).toBe('recorded')
          if (often) out.push(...recorder.take())
        }
        out.push(...recorder.end(end))
        await expectLegal(out)
      }),
      { numRuns: 200 },
    )
  })

  it('is a legal AG-UI run after malformed events too, and those never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { maxLength: 15 }), rubbish, outcome, async (events, thing, end) => {
        const { accepted } = longest(events)
        const recorder = fresh()
        for (const event of [...accepted, thing]) recorder.record(event)
        await expectLegal(recorder.end(end))
      }),
      { numRuns: 200 },
    )
  })

  it('is a legal AG-UI run for a tolerated agent, which only a limit or its own end can stop', async () => {
    const thing = fc.oneof({ weight: 9, arbitrary: wellFormed }, { weight: 1, arbitrary: rubbish })
    await fc.assert(
      fc.asyncProperty(fc.array(thing, { maxLength: 40 }), outcome, async (events, end) => {
        const recorder = fresh(true)
        for (const event of events) expect(recorder.record(event).type).not.toBe('refused')
        await expectLegal(recorder.end(end))
      }),
      { numRuns: 300 },
    )
  })

  it('is legal and keeps its names if another worker resumes the run at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { maxLength: 30 }), fc.nat(30), async (events, at) => {
        const first = fresh(true)
        for (const event of events.slice(0, at)) first.record(event)
        const written = first.take().map((json) => JSON.parse(json) as unknown)
        const second = fresh(true)
        expect(second.resume(written)).toEqual({ type: 'recorded' })
        for (const event of events.slice(at)) {
          first.record(event)
          second.record(event)
        }
        await expectLegal([...written.map((event) => JSON.stringify(event)), ...second.end({ type: 'succeeded' })])
      }),
      { numRuns: 300 },
    )
  })

  it('has the same text wherever it is taken: joined deltas lose nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.string({ unit: 'binary' }), fc.boolean()), { maxLength: 30 }),
        (deltas) => {
          const recorder = fresh()
          const out: string[] = []
          for (const messageId of ['a', 'b']) recorder.record({ type: 'TEXT_MESSAGE_START', messageId })
          for (const [messageId, text, cut] of deltas) {
            recorder.record({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: text })
            if (cut) out.push(...recorder.take())
          }
          out.push(...recorder.end({ type: 'succeeded' }))
          for (const messageId of ['a', 'b']) {
            const told = deltas.filter(([of]) => of === messageId).map(([, text]) => text)
            expect(textOf(out, messageId)).toBe(told.join(''))
          }
        },
      ),
    )
  })
})

describe('an event that the recorder refuses', () => {
  /** Rules of our own (order.ts, snapshot.ts): what is open keeps its owner, a snapshot names each message once. */
  const OURS = /two messages of the same id|is not an activity|as its own/

  it('is refused by the stock client too, or breaks a rule of our own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { maxLength: 25 }), async (events) => {
        const { accepted, refused } = longest(events)
        for (const { at, event, message } of refused.slice(0, 3)) {
          if (OURS.test(message)) continue
          await expect(stock([...accepted.slice(0, at), event]), message).rejects.toThrow()
        }
      }),
      { numRuns: 100 },
    )
  })
})

/** The events that are accepted one after the other, and those that were refused on the way. */
function longest(events: readonly Record<string, unknown>[]) {
  const accepted: Record<string, unknown>[] = []
  const refused: { at: number; event: Record<string, unknown>; message: string }[] = []
  for (const event of events) {
    const recorder = replay(accepted)
    const verdict = recorder.record(event)
    if (verdict.type === 'recorded') accepted.push(event)
    else if (verdict.type === 'refused') {
      refused.push({ at: accepted.length, event, message: verdict.failure.message })
    }
  }
  return { accepted, refused }
}

function replay(events: readonly unknown[]): Recorder {
  const recorder = fresh()
  for (const event of events) recorder.record(event)
  return recorder
}

async function expectLegal(out: readonly string[]): Promise<void> {
  const events = [JSON.stringify(started), ...out].map((json) => JSON.parse(json) as BaseEvent)
  for (const event of events) expect(EventSchema.safeParse(event).error, JSON.stringify(event)).toBeUndefined()
  expect(events.some(({ type }) => /_CHUNK$/.test(type))).toBe(false)
  expect(events.slice(1, -1).some(({ type }) => /^RUN_/.test(type))).toBe(false)
  // RUN_ERROR forgives what is open; ours must be closed all the same.
  const success = { type: 'RUN_FINISHED', ...run } as unknown as BaseEvent
  await expect(verified(from([...events.slice(0, -1), success]))).resolves.toHaveLength(events.length)
  await expect(verified(from(events))).resolves.toHaveLength(events.length)
}

function stock(events: readonly unknown[]): Promise<BaseEvent[]> {
  const all = [started, ...events] as unknown as BaseEvent[]
  return verified(from(all).pipe(transformChunks()))
}

function verified(events: Observable<BaseEvent>): Promise<BaseEvent[]> {
  return lastValueFrom(events.pipe(verifyEvents(), toArray()))
}

function textOf(out: readonly string[], messageId: string): string {
  return out
    .map((json) => JSON.parse(json) as Record<string, unknown>)
    .filter((event) => event.type === 'TEXT_MESSAGE_CONTENT' && event.messageId === messageId)
    .map((event) => event.delta)
    .join('')
}
