/** Short patches, large states: what an agent may make of the state that everybody folds. */
import { EventType } from '@ag-ui/core'
import { describe, expect, it } from 'vitest'
import { DEFAULT_RECORDER_LIMITS, type RecorderLimits } from './limits.ts'
import { createRecorder, type Verdict } from './recorder.ts'

const MiB = 1024 * 1024
const input = { threadId: 't', runId: 'r', messages: [] }

function say(events: readonly object[], limits: Partial<RecorderLimits> = {}, state?: unknown): Verdict {
  const recorder = createRecorder({ input: { ...input, state }, limits: { ...DEFAULT_RECORDER_LIMITS, ...limits } })
  let verdict: Verdict = { type: 'recorded' }
  for (const event of events) {
    verdict = recorder.record(event)
    if (verdict.type !== 'recorded') break
  }
  return verdict
}

const snapshot = (value: unknown) => ({ type: EventType.STATE_SNAPSHOT, snapshot: value })
const delta = (...patch: readonly object[]) => ({ type: EventType.STATE_DELTA, delta: patch })
const copy = (from: string, path: string) => ({ op: 'copy', from, path })
const OVER = { type: 'refused', failure: { code: 'limit_exceeded' } }
const FINE = { type: 'recorded' }

/** Each doubles the list: 2^n times its first weight. */
const doubling = (times: number) => Array.from({ length: times }, () => copy('', '/-'))

describe('a copy counts as if it had been sent (G10)', () => {
  it('in one patch: thirty doublings end the run instead of using gigabytes', () => {
    expect(say([snapshot(['x'.repeat(100)]), delta(...doubling(30))])).toMatchObject(OVER)
  })

  it('over several patches: a doubling with every event ends the run too', () => {
    expect(say([snapshot(['x'.repeat(100)]), ...doubling(40).map((op) => delta(op))])).toMatchObject(OVER)
  })

  it('the same bounds hold for activities, also for those that the run was given', () => {
    const begun = { type: EventType.ACTIVITY_SNAPSHOT, messageId: 'a', activityType: 'plan', content: { l: ['x'] } }
    const patch = Array.from({ length: 30 }, () => copy('/l', '/l/-'))
    const patched = { type: EventType.ACTIVITY_DELTA, messageId: 'a', activityType: 'plan', patch }
    expect(say([begun, patched])).toMatchObject(OVER)
    const message = { id: 'a', role: 'activity', activityType: 'plan', content: { l: ['x'] } }
    expect(say([{ type: EventType.MESSAGES_SNAPSHOT, messages: [message] }, patched])).toMatchObject(OVER)
  })

  it('in a state from before the run', () => {
    expect(say([delta(...doubling(30))], {}, ['x'.repeat(100)])).toMatchObject(OVER)
  })

  it('up to the size of one event, and not a unit more', () => {
    const limits = { maxEventBytes: 1_000 }
    // {"a":"…"}: copied are the text and its two quotes.
    const text = (length: number) => [snapshot({ a: 'x'.repeat(length / 2), b: 'x'.repeat(length / 2) })]
    const both = delta(copy('/a', '/c'), copy('/b', '/d'))
    const bytes = JSON.stringify(both).length
    expect(say([...text(1_000 - bytes - 4), both], limits)).toMatchObject(FINE)
    expect(say([...text(1_000 - bytes - 2), both], limits)).toMatchObject(OVER)
  })

  it('in the bytes of the whole run', () => {
    const limits = { maxBytes: 15_000 }
    const copies = Array.from({ length: 30 }, (_, n) => delta(copy('/a', `/c${n}`)))
    expect(say([snapshot({ a: 'x'.repeat(500) }), ...copies.slice(0, 20)], limits)).toMatchObject(FINE)
    expect(say([snapshot({ a: 'x'.repeat(500) }), ...copies], limits)).toMatchObject(OVER)
  })
})

describe('a shared state stays small and flat', () => {
  it('additions beyond the size of a state end the run; as many replacements do not', () => {
    const limits = { maxStateBytes: 10_000 }
    const add = (n: number) => delta({ op: 'add', path: `/k${n}`, value: 'x'.repeat(100) })
    const grow = Array.from({ length: 200 }, (_, n) => add(n))
    expect(say([snapshot({}), ...grow], limits)).toMatchObject(OVER)
    expect(say([snapshot({}), ...grow.map(() => add(0))], limits)).toMatchObject(FINE)
  })

  it('patches cannot nest it deeper than an event may be, not even step by step', () => {
    const nest = (depth: number) => ({ op: 'add', path: '/a'.repeat(depth), value: {} })
    const steps = Array.from({ length: 70 }, (_, n) => delta(nest(n + 1)))
    expect(say([snapshot({}), ...steps.slice(0, 63)])).toMatchObject(FINE)
    expect(say([snapshot({}), ...steps])).toMatchObject(OVER)
    const deeper = Array.from({ length: 10 }, (_, n) => delta(copy('', `/${'a/'.repeat(n * 8)}a`)))
    expect(say([snapshot({ a: {} }), ...deeper])).toMatchObject(OVER)
  })

  it('a short patch cannot shift a long list many times', () => {
    const list = Array.from({ length: 200_000 }, () => 0)
    const shift = Array.from({ length: 10_000 }, () => ({ op: 'remove', path: '/0' }))
    expect(say([snapshot(list), delta(...shift)])).toMatchObject(OVER)
    expect(say([snapshot(list), delta(...shift.slice(0, 3))])).toMatchObject(FINE)
  })

  it('a patch that applies to nothing does no harm', () => {
    expect(say([delta(copy('/a', '/b')), delta({ op: 'remove', path: '/x' })], {}, { n: 'x'.repeat(MiB) })).toEqual({
      type: 'recorded',
    })
  })
})
