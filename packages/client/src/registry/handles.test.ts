/** The book of runs: which run it has for a key, and what it lets go of. */
import { describe, expect, it, vi } from 'vitest'
import { RegistryError } from '../thread/registry-error.ts'
import { DONE, fakeRun, setUpHandles } from './testing/handles.ts'
import { A, B, C } from './testing/looking.ts'

describe('the book of runs', () => {
  it('S000-15 has what was registered under its key', () => {
    const { handles, register } = setUpHandles()
    expect(handles.size).toBe(0)
    const { handle } = register(A, 'run')
    expect(handles.get({ ...A })).toBe(handle)
    expect(handles.size).toBe(1)
  })

  it('S000-16 S004-C4 puts a second of the same key into the place of the first, which lets go, here and not on the server', async () => {
    const { handles, register } = setUpHandles()
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
    const { handles, events } = setUpHandles()
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
    const { handles, register } = setUpHandles()
    const { handle } = register(A, 'run')
    expect([handles.stateOf(B), handles.get(B), handles.get(A)]).toEqual([undefined, undefined, handle])
  })

  it('S000-18 gives the state as it is now', () => {
    const { handles, register } = setUpHandles()
    const { handle } = register(A, 'run')
    expect(handles.stateOf(A)).toEqual({ type: 'running' })
    handle.become({ type: 'cancelling' })
    expect(handles.stateOf(A)).toEqual({ type: 'cancelling' })
    handles.complete(handle, DONE)
    expect(handles.stateOf(A)).toEqual({ type: 'completed', outcome: DONE })
  })

  it('S000-20 distinguishes an active run from one that has ended', () => {
    const { handles, register } = setUpHandles()
    const { handle } = register(B, 'going on')
    register(C, 'ended')
    const ended = handles.get(C)
    if (ended) handles.complete(ended, DONE)
    expect([A, B, C].map(handles.has)).toEqual([false, true, true])
    expect([A, B, C].map(handles.hasActive)).toEqual([false, true, false])
    expect(handle.isActive).toBe(true)
  })

  it('S000-21 S000-C3 removes one run, tells nobody, and leaves the others; an unknown one is no matter', async () => {
    const { handles, events, completions, register } = setUpHandles()
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
    const { handles, register } = setUpHandles()
    await handles.removeAll()
    const runs = [register(A, 'a'), register(B, 'b'), register(C, 'c')]
    await handles.removeAll()
    expect(runs.map(({ closed }) => closed())).toEqual([1, 1, 1])
    expect(handles.size).toBe(0)
  })

  it('S000-23 counts, and goes through all', () => {
    const { handles, register } = setUpHandles()
    const runs = [register(A, 'a'), register(B, 'b'), register(C, 'c')]
    handles.complete(runs[1]?.handle ?? fakeRun(A, '').handle, DONE)
    expect([handles.size, handles.activeSize]).toEqual([3, 2])
    expect([...handles].map(({ runId }) => runId)).toEqual(['a', 'b', 'c'])
  })

  it('S000-24 keeps the same thread id of two rooms apart', async () => {
    const { handles, events, register } = setUpHandles()
    const [a, c] = [register(A, 'a'), register(C, 'c')]
    handles.complete(a.handle, DONE)
    expect(handles.stateOf(C)).toEqual({ type: 'running' })
    await handles.remove(A)
    expect(handles.get(C)).toBe(c.handle)
    expect(c.closed()).toBe(0)
    expect(events.filter(({ type }) => type === 'RunCompleted')).toMatchObject([A])
  })

  it('S000-25 S000-46 S004-22 closed, lets go of all, ends the stream, and has nothing left to tell', () => {
    const { handles, events, completions, register } = setUpHandles()
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
