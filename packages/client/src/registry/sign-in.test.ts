/** Signed out: runs continue, nothing is lost, and waiting requests are sent after the sign-in. */
import { describe, expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, look, reload, running, setUp, until } from './testing/looking.ts'

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

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

  it('a start that is given up while signed out returns its words at once; the cancel is sent after the sign-in', async () => {
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
    const asked = vi.spyOn(transport, 'ask')
    const history = transport.hold('snapshot')
    const b = look(registry, B)
    await until(() => expect(b.state().connection.type).toBe('connecting'))
    transport.next('createRoom', SIGNED_OUT)
    await expect(registry.createRoom({ title: 'New' })).rejects.toThrow()
    for (const view of [a, b]) expect(view.state().connection).toMatchObject({ type: 'paused' })
    await until(() => expect(transport.connections).toBe(0))
    const histories = asked.mock.calls.filter(([verb]) => verb === 'snapshot')
    expect(histories.every(([, , signal]) => signal?.aborted)).toBe(true)
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

  it('tries again with back-off while anything is observed, and everything continues after the first answer', async () => {
    const parts = setUp()
    const { registry, transport, environment } = parts
    const { clock } = environment
    const view = await running(parts, A)
    const signIn = transport.always(SIGNED_OUT)
    transport.drop(A)
    await until(() => expect(view.state().connection.type).toBe('waiting'))
    clock.advance(500)
    await until(() => expect(registry.access.snapshot()).toBe('signed-out'))
    const { accepted } = registry.start(B, { text: 'Again' })
    const asked = () => transport.asked.filter(({ type }) => type === 'openLog').length
    const before = asked()
    for (let second = 0; second < 120; second += 1) {
      clock.advance(1_000)
      await settle()
    }
    expect(registry.access.snapshot()).toBe('signed-out')
    // Every 15 s in the end, and not faster with time.
    expect(asked() - before).toBeGreaterThan(7)
    expect(asked() - before).toBeLessThan(40)
    transport.say(A, view.runId, 'meanwhile')
    signIn()
    clock.advance(15_000)
    await until(() => expect(registry.access.snapshot()).toBe('granted'))
    await until(view.isLive)
    clock.advance(16)
    expect(view.text()).toBe('Hello|meanwhile')
    await accepted
    registry.close()
    expect(clock.waiting).toBe(0)
  })

  it('an answer to what was asked before the refusal is no sign-in', async () => {
    const { registry, transport } = setUp()
    const answer = transport.holdAnswer('rooms')
    const rooms = registry.observeRooms()
    rooms.subscribe(() => {})
    await until(() => expect(transport.reading).toBe(1))
    transport.next('createRoom', SIGNED_OUT)
    await expect(registry.createRoom({ title: 'New' })).rejects.toThrow()
    answer()
    await until(() => expect(rooms.snapshot().items).toBeDefined())
    expect(registry.access.snapshot()).toBe('signed-out')
  })

  it('a person who does not want to wait can have it tried now', async () => {
    const parts = setUp()
    const { registry, transport } = parts
    const view = await running(parts, A)
    const signIn = transport.always(SIGNED_OUT)
    transport.drop(A)
    await until(() => expect(view.state().connection.type).toBe('waiting'))
    parts.environment.clock.advance(500)
    await until(() => expect(registry.access.snapshot()).toBe('signed-out'))
    registry.resume()
    await until(() => expect(registry.access.snapshot()).toBe('signed-out'))
    signIn()
    registry.resume()
    await until(view.isLive)
    expect(registry.access.snapshot()).toBe('granted')
  })
})

describe('what cannot be read', () => {
  it.each([
    { fault: problem('foreign_origin', { detail: 'Set HOLDFAST_ORIGIN.' }), says: 'Set HOLDFAST_ORIGIN.' },
    { fault: problem('internal'), says: 'internal.' },
    { fault: { type: 'protocol', detail: 'no JSON' } as const, says: 'answered for the server' },
    { fault: { type: 'unavailable', status: 502 } as const, says: undefined },
    { fault: { type: 'network' } as const, says: undefined },
  ])('$fault.type: is tried again for as long as it takes, and says what was answered', async ({ fault, says }) => {
    const { registry, transport, environment } = setUp()
    transport.startElsewhere(A, 'run', 'Hello')
    const cure = transport.always({ type: 'fault', fault })
    const view = look(registry, A)
    for (let second = 0; second < 120; second += 1) {
      environment.clock.advance(1_000)
      await settle()
    }
    const { connection } = view.state()
    expect(connection).toMatchObject({ attempt: expect.any(Number) })
    const error = 'error' in connection ? connection.error : undefined
    if (says === undefined) expect(error).toBeUndefined()
    else expect(error?.message).toContain(says)
    cure()
    environment.clock.advance(15_000)
    await until(view.isLive)
    expect(view.state().content.type).toBe('ready')
    expect(view.state().connection).not.toHaveProperty('error')
  })
})
