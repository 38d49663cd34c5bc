/** One run's handle: its fields, its state, letting go. */
import { describe, expect, it } from 'vitest'
import { createRunHandle } from './handle.ts'
import { fakeRun } from './testing/handles.ts'
import { A } from './testing/looking.ts'

describe('a run handle', () => {
  it('S000-8 gives every part back as it was given, and is idle unless it is made in another state', () => {
    const parts = {
      key: A,
      runId: 'run',
      token: new AbortController(),
      subscription: { close() {} },
    }
    expect(createRunHandle(parts)).toMatchObject({ ...parts, state: { type: 'idle' } })
    expect(createRunHandle(parts).token).toBe(parts.token)
    expect(createRunHandle({ ...parts, state: { type: 'running' } }).state).toEqual({ type: 'running' })
  })

  it('S000-9 is active from its beginning to its end', () => {
    const { handle } = fakeRun(A, 'run')
    const walk = [handle.isActive]
    for (const state of [
      { type: 'running' },
      { type: 'cancelling' },
      { type: 'completed', outcome: { type: 'succeeded' } },
    ] as const) {
      handle.become(state)
      walk.push(handle.isActive)
    }
    expect(walk).toEqual([false, true, true, false])
  })

  it('I2 does not change once it has ended', () => {
    const { handle } = fakeRun(A, 'run', { state: { type: 'completed', outcome: { type: 'succeeded' } } })
    expect(handle.become({ type: 'running' })).toBe(false)
    expect(handle.become({ type: 'completed', outcome: { type: 'cancelled', by: 'you' } })).toBe(false)
    expect(handle.state).toEqual({ type: 'completed', outcome: { type: 'succeeded' } })
  })

  it('S000-10 lets go of its token and waits for its subscription', async () => {
    const gate = Promise.withResolvers<void>()
    const { handle, closed } = fakeRun(A, 'run', { state: { type: 'running' } }, () => gate.promise)
    let over = false
    const disposed = handle.dispose().then(() => {
      over = true
    })
    expect(handle.token.signal.aborted).toBe(true)
    expect(closed()).toBe(1)
    await Promise.resolve()
    expect(over).toBe(false)
    gate.resolve()
    await disposed
    // Looking ended, not the run.
    expect(handle.state).toEqual({ type: 'running' })
  })

  it('S000-11 lets go once, however often and at once it is asked', async () => {
    const { handle, closed } = fakeRun(A, 'run')
    let aborts = 0
    handle.token.signal.addEventListener('abort', () => {
      aborts += 1
    })
    await Promise.all([handle.dispose(), handle.dispose()])
    await handle.dispose()
    expect([closed(), aborts]).toEqual([1, 1])
  })

  it('S000-13 has the room and the thread of its key', () => {
    const { handle } = fakeRun(A, 'run')
    expect({ roomId: handle.roomId, threadId: handle.threadId }).toEqual(A)
  })
})
