/** The book of runs: who is in it, who hears of what, and what stays apart. */
import type { Outcome, ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import type { LifecycleEvent } from '../thread/lifecycle.ts'
import { RegistryError } from '../thread/registry-error.ts'
import { createRunHandles } from './handles.ts'
import { fakeRun } from './testing/handles.ts'
import { A, B, C } from './testing/looking.ts'

const DONE: Outcome = { type: 'succeeded' }

function setUp() {
  const completions: [ThreadKey, Outcome][] = []
  const handles = createRunHandles((key, outcome) => void completions.push([key, outcome]))
  const events: LifecycleEvent[] = []
  handles.lifecycle.subscribe((event) => void events.push(event))
  const register = (key: ThreadKey, runId: string) => {
    const run = fakeRun(key, runId)
    handles.register(run.handle)
    return run
  }
  return { handles, events, completions, register }
}

describe('the book of runs', () => {
  it('S000-15 has what was registered under its key', () => {
    const { handles, register } = setUp()
    expect(handles.size).toBe(0)
    const { handle } = register(A, 'run')
    expect(handles.get({ ...A })).toBe(handle)
    expect(handles.size).toBe(1)
  })

  it('S000-16 S004-C4 puts a second of the same key into the place of the first, which lets go, here and not on the server', async () => {
    const { handles, register } = setUp()
    const first = register(A, 'one')
    const second = register(A, 'two')
    expect(handles.get(A)).toBe(second.handle)
    expect(handles.size).toBe(1)
    expect([first.closed(), second.closed()]).toEqual([1, 0])
    await Promise.all([first.handle.dispose(), first.handle.dispose()])
    expect(first.closed()).toBe(1)
    expect(handles.complete(first.handle, DONE)).toBe(false)
    expect(handles.get(A)?.isActive).toBe(true)
    handles.close()
    const late = fakeRun(A, 'late')
    expect(() => handles.register(late.handle)).toThrow(RegistryError)
    expect(late.closed()).toBe(1)
  })

  it('is never without a run between the two, and one that cannot let go is no obstacle', () => {
    const { handles, events } = setUp()
    const seen: (string | undefined)[] = []
    const old = fakeRun(A, 'old', {}, () => {
      seen.push(handles.get(A)?.runId)
      return Promise.reject(new Error('stuck'))
    })
    handles.register(old.handle)
    handles.register(fakeRun(A, 'new').handle)
    expect(seen).toEqual(['new'])
    expect(events).toHaveLength(3)
  })

  it('S000-17 S000-19 knows nothing of an unknown key', () => {
    const { handles, register } = setUp()
    const { handle } = register(A, 'run')
    expect([handles.stateOf(B), handles.get(B), handles.get(A)]).toEqual([undefined, undefined, handle])
  })

  it('S000-18 gives the state as it is now', () => {
    const { handles, register } = setUp()
    const { handle } = register(A, 'run')
    expect(handles.stateOf(A)).toEqual({ type: 'running' })
    handle.become({ type: 'cancelling' })
    expect(handles.stateOf(A)).toEqual({ type: 'cancelling' })
    handles.complete(handle, DONE)
    expect(handles.stateOf(A)).toEqual({ type: 'completed', outcome: DONE })
  })

  it('S000-20 distinguishes an active run from one that has ended', () => {
    const { handles, register } = setUp()
    const { handle } = register(B, 'going on')
    register(C, 'ended')
    const ended = handles.get(C)
    if (ended) handles.complete(ended, DONE)
    expect([A, B, C].map(handles.has)).toEqual([false, true, true])
    expect([A, B, C].map(handles.hasActive)).toEqual([false, true, false])
    expect(handle.isActive).toBe(true)
  })

  it('S000-21 S000-C3 removes one run, tells nobody, and leaves the others; an unknown one is no matter', async () => {
    const { handles, events, completions, register } = setUp()
    const [a, b] = [register(A, 'a'), register(B, 'b')]
    const before = events.length
    await handles.remove(A)
    await handles.remove(C)
    expect([a.closed(), b.closed()]).toEqual([1, 0])
    expect([handles.has(A), handles.has(B)]).toEqual([false, true])
    expect(events).toHaveLength(before)
    expect(completions).toEqual([])
    handles.close()
    expect(() => handles.register(fakeRun(A, 'late').handle)).toThrow(RegistryError)
  })

  it('S000-22 removes all, also where there is none', async () => {
    const { handles, register } = setUp()
    await handles.removeAll()
    const runs = [register(A, 'a'), register(B, 'b'), register(C, 'c')]
    await handles.removeAll()
    expect(runs.map(({ closed }) => closed())).toEqual([1, 1, 1])
    expect(handles.size).toBe(0)
  })

  it('S000-23 counts, and goes through all', () => {
    const { handles, register } = setUp()
    const runs = [register(A, 'a'), register(B, 'b'), register(C, 'c')]
    handles.complete(runs[1]?.handle ?? fakeRun(A, '').handle, DONE)
    expect([handles.size, handles.activeSize]).toEqual([3, 2])
    expect([...handles].map(({ runId }) => runId)).toEqual(['a', 'b', 'c'])
  })

  it('S000-24 keeps the same thread id of two rooms apart', async () => {
    const { handles, events, register } = setUp()
    const [a, c] = [register(A, 'a'), register(C, 'c')]
    handles.complete(a.handle, DONE)
    expect(handles.stateOf(C)).toEqual({ type: 'running' })
    await handles.remove(A)
    expect(handles.get(C)).toBe(c.handle)
    expect(c.closed()).toBe(0)
    expect(events.filter(({ type }) => type === 'RunCompleted')).toMatchObject([A])
  })

  it('S000-25 S000-46 S004-22 closed, lets go of all, ends the stream, and has nothing left to tell', () => {
    const { handles, events, completions, register } = setUp()
    const runs = [register(A, 'a'), register(B, 'b')]
    const ended = vi.fn()
    handles.lifecycle.subscribe(() => {}, ended)
    const before = events.length
    handles.close()
    handles.close()
    expect(runs.map(({ closed }) => closed())).toEqual([1, 1])
    expect(ended).toHaveBeenCalledTimes(1)
    expect(handles.size).toBe(0)
    for (const { handle } of runs) expect(handles.complete(handle, DONE)).toBe(false)
    handles.notifyCompletion(A, DONE)
    expect(events).toHaveLength(before)
    expect(completions).toEqual([])
  })
})

describe('the stream of lives', () => {
  it('S000-41 tells of a start once, also when the same is registered twice', () => {
    const { handles, events, register } = setUp()
    const { handle } = register(A, 'run')
    handles.register(handle)
    expect(events).toEqual([{ type: 'RunStarted', ...A, runId: 'run' }])
  })

  it.each([
    ['S000-42', { type: 'succeeded' }],
    ['S000-43', { type: 'failed', code: 'agent_error', message: 'It broke.' }],
    ['S000-44', { type: 'cancelled', by: 'you', reason: 'enough' }],
  ] as const)('%s tells of an end once, with how it ended, and in no other way', (_, outcome) => {
    const { handles, events, register } = setUp()
    const { handle } = register(A, 'run')
    expect(handles.complete(handle, outcome)).toBe(true)
    expect(handles.complete(handle, outcome)).toBe(false)
    expect(events.slice(1)).toEqual([{ type: 'RunCompleted', ...A, runId: 'run', outcome }])
  })

  it('S000-45 an end is one step: the state first, then the callback, then the event, even if one of them throws', async () => {
    const steps: string[] = []
    const thrown: unknown[] = []
    const surface = (error: unknown) => void thrown.push(error)
    process.on('uncaughtException', surface)
    const handles = createRunHandles((key) => {
      steps.push(`callback ${handles.stateOf(key)?.type}`)
      throw new Error('a broken callback')
    })
    handles.lifecycle.subscribe((event) => {
      if (event.type === 'RunCompleted') steps.push(`event ${handles.stateOf(event)?.type}`)
    })
    const { handle, closed } = fakeRun(A, 'run')
    handles.register(handle)
    handles.complete(handle, DONE)
    expect(steps).toEqual(['callback completed', 'event completed'])
    expect(closed()).toBe(1)
    await vi.waitFor(() => expect(thrown).toHaveLength(1))
    process.off('uncaughtException', surface)
  })

  it('S000-52 gives room and thread without unwrapping a key, and a switch over it is complete', () => {
    const { handles, register } = setUp()
    const words: string[] = []
    handles.lifecycle.subscribe((event) => {
      switch (event.type) {
        case 'RunStarted':
          return words.push(`${event.roomId} ${event.threadId}`)
        case 'RunContinued':
          return words.push(event.continues)
        case 'RunCompleted':
          return words.push(event.outcome.type)
        default:
          return event satisfies never
      }
    })
    handles.complete(register(A, 'run').handle, DONE)
    expect(words).toEqual(['R1 T1', 'succeeded'])
  })

  it('S000-70 gives the callback the whole key, of an end and of a failure before any run', () => {
    const { handles, events, completions, register } = setUp()
    handles.complete(register(C, 'run').handle, DONE)
    const failure: Outcome = { type: 'failed', code: 'agent_unknown', message: 'No such agent.' }
    handles.notifyCompletion(A, failure)
    expect(completions).toEqual([
      [C, DONE],
      [A, failure],
    ])
    expect(events).toHaveLength(2)
    expect(handles.has(A)).toBe(false)
  })

  it('S000-C1 decided: a live run that another replaces is announced as superseded by it (the source announced nothing)', () => {
    const { events, register } = setUp()
    register(A, 'one')
    register(A, 'two')
    expect(events).toEqual([
      { type: 'RunStarted', ...A, runId: 'one' },
      { type: 'RunCompleted', ...A, runId: 'one', outcome: { type: 'superseded', by: 'two' } },
      { type: 'RunStarted', ...A, runId: 'two' },
    ])
  })

  it('S000-C2 says nothing of an end that is stale, of a removed run, or after closing', async () => {
    const { handles, events, completions, register } = setUp()
    const stale = register(A, 'stale')
    register(A, 'current')
    const removed = register(B, 'removed')
    await handles.remove(B)
    const open = register(C, 'open')
    const before = [events.length, completions.length]
    expect([stale, removed].map(({ handle }) => handles.complete(handle, DONE))).toEqual([false, false])
    handles.close()
    expect(handles.complete(open.handle, DONE)).toBe(false)
    expect([events.length, completions.length]).toEqual(before)
    expect(removed.handle.state).toEqual({ type: 'running' })
  })

  it('S000-C4 replaces by compare and set: told as continued, stale is refused, closed throws, the old goes last', () => {
    const { handles, events } = setUp()
    const seen: (string | undefined)[] = []
    const first = fakeRun(A, 'first', {}, () => {
      seen.push(handles.get(A)?.runId)
      throw new Error('stuck')
    })
    handles.register(first.handle)
    const next = fakeRun(A, 'next')
    expect(handles.replace(first.handle, next.handle)).toBe(true)
    expect(seen).toEqual(['next'])
    expect(events.at(-1)).toEqual({ type: 'RunContinued', ...A, runId: 'next', continues: 'first' })
    expect(handles.replace(first.handle, fakeRun(A, 'third').handle)).toBe(false)
    expect(handles.get(A)).toBe(next.handle)
    handles.close()
    const late = fakeRun(A, 'late')
    expect(() => handles.replace(next.handle, late.handle)).toThrow(RegistryError)
    expect(late.closed()).toBe(1)
  })

  it('S004-C5 decided: how the last run ended is kept until another takes its place, also when its cancel broke', () => {
    const { handles, register } = setUp()
    const old = fakeRun(A, 'one', {}, () => {
      throw new Error('a cancel that throws')
    })
    handles.register(old.handle)
    handles.complete(old.handle, DONE)
    expect(handles.stateOf(A)).toEqual({ type: 'completed', outcome: DONE })
    register(A, 'two')
    expect(handles.stateOf(A)).toEqual({ type: 'running' })
  })
})
