import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ThreadKey } from '../key/thread-key.ts'
import type { Envelope } from '../log/envelope.ts'
import { hostileEvent } from '../testing/hostile-event.ts'
import { legalLog } from '../testing/legal-log.ts'
import { TEST_KEY } from '../testing/log-builder.ts'
import { createFold } from './fold.ts'
import type { ThreadView } from './thread-view.ts'

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

function fold(log: readonly Envelope[], from?: ThreadView): ThreadView {
  const thread = createFold(TEST_KEY, from)
  for (const envelope of log) expect(thread.apply(envelope)).toBe('accepted')
  return thread.view()
}

/** A log cut anywhere, also inside a transaction: a client's cache may hold any prefix. */
const cutLog = legalLog().chain((log) => fc.tuple(fc.constant(log), fc.nat(log.length)))

/** Freezes what was handed out, so that a change of it throws. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const each of Object.values(value)) freeze(each)
  }
  return value
}

test('I4 a snapshot at any moment and the rest of the log give the view of the whole log', () => {
  fc.assert(
    fc.property(cutLog, ([log, at]) => {
      const snapshot = json(fold(log.slice(0, at)))
      expect(fold(log.slice(at), snapshot)).toEqual(json(fold(log)))
    }),
    { numRuns: 300 },
  )
})

test('I4 a view is JSON, and loses nothing when it is sent', () => {
  fc.assert(fc.property(legalLog(), (log) => void expect(json(fold(log))).toStrictEqual(fold(log))))
})

test('I4 reading a view after each envelope gives the same last view, and never changes an earlier one', () => {
  fc.assert(
    fc.property(legalLog(), (log) => {
      const thread = createFold(TEST_KEY)
      const views: [ThreadView, string][] = []
      for (const envelope of freeze(log)) {
        thread.apply(envelope)
        const view = freeze(thread.view())
        views.push([view, JSON.stringify(view)])
      }
      expect(thread.view()).toEqual(fold(log))
      for (const [view, was] of views) expect(JSON.stringify(view)).toBe(was)
    }),
  )
})

test('G3 each envelope is applied once, whatever duplicates, repeats and gaps arrive', () => {
  const deliveries = legalLog().chain((log) =>
    fc.tuple(fc.constant(log), fc.array(fc.tuple(fc.nat(log.length), fc.nat(10)), { maxLength: 12 })),
  )
  fc.assert(
    fc.property(deliveries, ([log, again]) => {
      const thread = createFold(TEST_KEY)
      // Every connection sends from some position on, then is cut; the last one gets through from the cursor.
      for (const [from, count] of [...again, [0, log.length] as const]) {
        for (const envelope of log.slice(from, from + count)) {
          const before = thread.view()
          const admission = thread.apply(envelope)
          expect(admission).toBe(
            envelope.seq <= before.seq ? 'duplicate' : envelope.seq === before.seq + 1 ? 'accepted' : 'gap',
          )
          if (admission !== 'accepted') expect(thread.view()).toBe(before)
        }
      }
      expect(thread.view()).toEqual(fold(log))
    }),
  )
})

test('G8 S001-3 S001-25 an envelope of another thread changes nothing', () => {
  fc.assert(
    fc.property(legalLog(), (log) => {
      const thread = createFold(TEST_KEY)
      for (const envelope of log) {
        const before = thread.view()
        expect(thread.apply({ ...envelope, roomId: 'elsewhere' })).toBe('foreign')
        expect(thread.apply({ ...envelope, threadId: 'elsewhere' })).toBe('foreign')
        expect(thread.view()).toBe(before)
        thread.apply(envelope)
      }
      expect(thread.view()).toEqual(fold(log))
    }),
  )
})

/** The same ids in another thread, another room, and both. */
const KEYS: readonly ThreadKey[] = [TEST_KEY, { ...TEST_KEY, threadId: 'another' }, { ...TEST_KEY, roomId: 'another' }]
/** Three logs, and for each step whose next envelope comes. */
const overlap = fc.tuple(fc.tuple(legalLog(), legalLog(), legalLog()), fc.array(fc.nat(2), { maxLength: 300 }))

test('S001-23 S001-2 a log folds to the same view each time, whatever ran beside it', () => {
  fc.assert(
    fc.property(overlap, ([logs, order]) => {
      const own = KEYS.map((key, at) => (logs[at] ?? []).map((envelope): Envelope => ({ ...envelope, ...key })))
      const alone = KEYS.map((key, at) => {
        const thread = createFold(key)
        for (const envelope of own[at] ?? []) thread.apply(envelope)
        return thread.view()
      })
      const folds = KEYS.map((key) => createFold(key))
      const rest = own.map((log) => [...log])
      const tell = (envelope: Envelope | undefined) => {
        if (envelope) for (const thread of folds) thread.apply(envelope)
      }
      for (const at of order) tell(rest[at]?.shift())
      for (const log of rest) for (const envelope of log) tell(envelope)
      expect(folds.map((thread) => thread.view())).toEqual(alone)
    }),
    { numRuns: 30 },
  )
})

test('unchanged parts keep their identity from view to view', () => {
  fc.assert(
    fc.property(legalLog(), (log) => {
      const thread = createFold(TEST_KEY)
      let before = thread.view()
      for (const envelope of log) {
        thread.apply(envelope)
        const view = thread.view()
        expect(view).not.toBe(before)
        expect(thread.view()).toBe(view)
        const merges = envelope.kind === 'agui' && /^(MESSAGES|CUSTOM)/.test(envelope.event.type)
        const changed = before.messages.filter((message, index) => message !== view.messages[index])
        if (!merges) expect(changed.length).toBeLessThanOrEqual(1)
        if (changed.length === 0 && view.messages.length === before.messages.length) {
          expect(view.messages).toBe(before.messages)
        }
        if (envelope.kind === 'control') expect(view.messages).toBe(before.messages)
        if (envelope.kind === 'agui' && !envelope.event.type.startsWith('STATE')) expect(view.state).toBe(before.state)
        before = view
      }
    }),
  )
})

test('each parent is known and came earlier, and no message is a sub-agent’s', () => {
  fc.assert(
    fc.property(legalLog(), (log) => {
      const { messages } = fold(log)
      const seen = new Map(messages.map((message, index) => [message.id, index]))
      expect(seen.size).toBe(messages.length)
      for (const [index, { parentId }] of messages.entries()) {
        if (parentId === null) continue
        const parent = seen.get(parentId)
        expect(parent).toBeLessThan(index)
      }
      expect(messages.filter(({ subagentRunId }) => subagentRunId !== undefined)).toEqual([])
    }),
  )
})

test('a malformed event never throws, changes no prototype, and moves the position', () => {
  const garbled = legalLog().chain((log) => fc.tuple(fc.constant(log), fc.array(hostileEvent(), { maxLength: 30 })))
  fc.assert(
    fc.property(garbled, ([log, events]) => {
      const thread = createFold(TEST_KEY)
      for (const envelope of log) thread.apply(envelope)
      for (const event of events) {
        for (const kind of ['agui', 'control']) {
          const seq = thread.seq() + 1
          const said = { v: 1, ...TEST_KEY, runId: 'run-0', seq, at: '2026-01-01T00:00:00.000Z', kind, event }
          expect(thread.apply(said as unknown as Envelope)).toBe('accepted')
          expect(thread.view().seq).toBe(seq)
        }
      }
      expect(Object.keys(Object.prototype)).toEqual([])
      expect('polluted' in {}).toBe(false)
    }),
    { numRuns: 300 },
  )
})
