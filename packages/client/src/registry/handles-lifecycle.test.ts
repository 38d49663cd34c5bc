/** What the lifecycle stream says of the runs in the book, and what it does not say. */
import type { Outcome } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { RegistryError } from '../thread/registry-error.ts'
import { createRunHandles } from './handles.ts'
import { DONE, fakeRun, setUpHandles } from './testing/handles.ts'
import { A, B, C } from './testing/looking.ts'

describe('the stream of lives', () => {
  it('S000-41 tells of a start once, also when the same is registered twice', () => {
    const { handles, events, register } = setUpHandles()
    const { handle } = register(A, 'run')
    handles.register(handle)
    expect(events).toEqual([{ type: 'RunStarted', ...A, runId: 'run' }])
  })

  it.each([
    ['S000-42', { type: 'succeeded' }],
    ['S000-43', { type: 'failed', code: 'agent_error', message: 'It broke.' }],
    ['S000-44', { type: 'cancelled', by: 'you', reason: 'enough' }],
  ] as const)('%s tells of an end once, with how it ended, and in no other way', (_, outcome) => {
    const { handles, events, register } = setUpHandles()
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
    const { handles, register } = setUpHandles()
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
    const { handles, events, completions, register } = setUpHandles()
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
    const { events, register } = setUpHandles()
    register(A, 'one')
    register(A, 'two')
    expect(events).toEqual([
      { type: 'RunStarted', ...A, runId: 'one' },
      { type: 'RunCompleted', ...A, runId: 'one', outcome: { type: 'superseded', by: 'two' } },
      { type: 'RunStarted', ...A, runId: 'two' },
    ])
  })

  it('S000-C2 says nothing of an end that is stale, of a removed run, or after closing', async () => {
    const { handles, events, completions, register } = setUpHandles()
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
    const { handles, events } = setUpHandles()
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
    const { handles, register } = setUpHandles()
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
