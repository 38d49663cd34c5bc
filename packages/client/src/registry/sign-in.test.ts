/** Signed out: runs go on, nothing is lost, and what waited goes on after the sign-in. */
import { describe, expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, look, reload, running, setUp, until } from './testing/looking.ts'

const SIGNED_OUT = { type: 'fault', fault: { type: 'unauthorized' } } as const

describe('signed out', () => {
  it('S004-C3 a 401 keeps the words on their way, over a reload too, and sends them after the sign-in; a 403 gives them back with its reason', async () => {
    const before = setUp()
    before.transport.next('start', SIGNED_OUT)
    before.registry.start(A, { text: 'Hello' }).accepted.catch(() => {})
    await until(() => expect(before.registry.access.snapshot()).toBe('signed-out'))
    before.environment.clock.advance(600_000)
    expect(look(before.registry, A).state()).toMatchObject({
      activity: { type: 'starting' },
      pending: [{ content: 'Hello' }],
    })
    expect(before.count('start')).toBe(1)

    before.transport.next('start', SIGNED_OUT)
    const after = reload(before)
    const view = look(after.registry, A)
    await until(() => expect(after.registry.access.snapshot()).toBe('signed-out'))
    after.registry.resume()
    await until(() => expect(view.state().activity.type).toBe('active'))
    expect(after.transport.view(A).runs).toHaveLength(1)

    after.transport.next('start', { type: 'fault', fault: problem('foreign_origin', { detail: 'Not from there.' }) })
    await expect(after.registry.start(B, { text: 'Again' }).accepted).rejects.toThrow('Not from there.')
    expect(look(after.registry, B).state().failedStart).toMatchObject({ text: 'Again' })
  })

  it('S004-C2 a 401 that comes after the cancel still signs out, and the words are back at once', async () => {
    const { registry, transport } = setUp()
    const told = vi.fn()
    registry.access.subscribe(told)
    const answer = transport.hold('start')
    transport.next('start', SIGNED_OUT)
    const { accepted } = registry.start(A, { text: 'Hello' })
    const view = look(registry, A)
    void registry.cancel(A)
    answer()
    await expect(accepted).rejects.toThrow()
    expect(registry.access.snapshot()).toBe('signed-out')
    expect(told).toHaveBeenCalledTimes(1)
    await until(() => expect(view.state().failedStart).toMatchObject({ text: 'Hello' }))
    expect(view.state().failedStart?.error).toBeUndefined()
  })

  it('whoever gives up while signed out has the words at once; the cancel is sent after the sign-in', async () => {
    const { registry, transport, cancels } = setUp()
    transport.next('start', SIGNED_OUT)
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    await until(() => expect(registry.access.snapshot()).toBe('signed-out'))
    const view = look(registry, A)
    transport.next('cancelRun', SIGNED_OUT)
    const cancelled = registry.cancel(A)
    expect(view.state()).toMatchObject({ activity: { type: 'idle' }, pending: [], failedStart: { text: 'Hello' } })
    registry.resume()
    await cancelled
    expect(cancels()).toMatchObject([{ runId }, { runId }])
    expect(transport.has(A)).toBe(false)
  })

  it('S004-C13 decided: looking ends everywhere, history on its way is given up; the runs go on and are there after', async () => {
    const parts = setUp()
    const { registry, transport, environment } = parts
    const a = await running(parts, A)
    transport.addThread(B)
    const asked = vi.spyOn(transport, 'snapshot')
    const history = transport.hold('snapshot')
    const b = look(registry, B)
    await until(() => expect(b.state().connection.type).toBe('connecting'))
    transport.next('createRoom', SIGNED_OUT)
    await expect(registry.createRoom({ title: 'New' })).rejects.toThrow()
    for (const view of [a, b]) expect(view.state().connection).toMatchObject({ type: 'paused' })
    await until(() => expect(transport.connections).toBe(0))
    expect(asked.mock.calls.every(([, signal]) => signal?.aborted)).toBe(true)
    history()
    transport.say(A, a.runId, 'meanwhile')
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(parts.cancels()).toEqual([])
    registry.resume()
    await until(a.isLive)
    await until(b.isLive)
    environment.clock.advance(16)
    expect(a.text()).toBe('Hello|meanwhile')
    expect(registry.access.snapshot()).toBe('granted')
  })
})
