/** What observers are shown, and closing. */
import { describe, expect, it } from 'vitest'
import { RegistryError } from '../thread/registry-error.ts'
import { TransportError } from '../transport/error.ts'
import { A, look, OFFLINE, running, setUp, text, until } from './testing/looking.ts'

describe('what is shown', () => {
  it('is called once per frame, however much arrives; the state is the same until something changes', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const before = a.shown.length
    for (let delta = 0; delta < 100; delta += 1) parts.transport.say(A, a.runId, 'x')
    expect(a.shown).toHaveLength(before)
    expect(a.state()).toBe(a.state())
    parts.frame()
    expect(a.shown).toHaveLength(before + 1)
    expect(a.text()).toBe(`Hello|${'x'.repeat(100)}`)
    parts.frame()
    expect(a.shown).toHaveLength(before + 1)
  })

  it('does not replay history: what was missed comes in one piece', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.drop(A)
    await until(() => expect(a.state().connection.type).toBe('waiting'))
    for (const token of ['t0 ', 't1 ', 't2 ']) parts.transport.say(A, a.runId, token)
    const before = a.shown.length
    parts.environment.clock.advance(500)
    await until(a.isLive)
    expect(new Set(a.shown.slice(before).map(text))).toEqual(new Set(['Hello', 'Hello|t0 t1 t2 ']))
  })

  it('a listener that throws hurts no other, and leaving twice is harmless', async () => {
    const parts = setUp()
    const thrown: unknown[] = []
    const surface = (error: unknown) => void thrown.push(error)
    process.on('uncaughtException', surface)
    const thread = parts.registry.observe(A)
    const undo = thread.subscribe(() => {
      throw new Error('a broken view')
    })
    const a = await running(parts, A)
    expect(a.text()).toBe('Hello')
    undo()
    undo()
    parts.transport.say(A, a.runId, 'Hi')
    parts.frame()
    expect(a.text()).toBe('Hello|Hi')
    await until(() => expect(thrown.length).toBeGreaterThan(0))
    process.off('uncaughtException', surface)
  })

  it('I8 nothing of a deleted thread is shown, and nothing of it is asked again', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.bury(A)
    expect(a.state()).toMatchObject({ content: { type: 'gone' }, activity: { type: 'idle' }, pending: [] })
    expect(parts.registry.activeKeys).toEqual([])
    const asked = parts.transport.asked.length
    parts.environment.clock.advance(120_000)
    a.stop()
    look(parts.registry, A)
    expect(parts.transport.asked).toHaveLength(asked)
  })

  it('of a thread that the server does not have is that it is new', async () => {
    const { registry } = setUp()
    const view = look(registry, registry.mintKey('R1'))
    expect(view.state().content.type).toBe('loading')
    await until(() => expect(view.state().content.type).toBe('new'))
    expect(view.state().connection).toMatchObject({ type: 'paused' })
  })

  it('continues where it was after a sign-in', async () => {
    const { registry, transport } = setUp()
    transport.addThread(A)
    transport.next('snapshot', { type: 'fault', fault: { type: 'unauthorized' } })
    const view = look(registry, A)
    await until(() => expect(view.state().connection.type).toBe('paused'))
    registry.resume()
    await until(view.isLive)
  })
})

describe('closing', () => {
  it('S004-22 S000-25 I5 ends observation, sends no cancel, and is harmless twice', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.registry.close()
    parts.registry.close()
    await until(() => expect(parts.transport.connections).toBe(0))
    expect(parts.environment.clock.waiting).toBe(0)
    expect(parts.environment.listeners).toBe(0)
    expect(parts.cancels()).toEqual([])
    expect(parts.transport.view(A).runs).toMatchObject([{ runId: a.runId, status: 'running' }])
    expect(() => parts.registry.start(A, { text: 'late' })).toThrow(RegistryError)
    expect(a.stop).not.toThrow()
  })

  it('while a start is repeated gives up the repeating', async () => {
    const { registry, transport, environment, count } = setUp()
    transport.next('start', OFFLINE)
    const { accepted } = registry.start(A, { text: 'Hello' })
    await until(() => expect(count('start')).toBe(1))
    registry.close()
    await expect(accepted).rejects.toThrow(TransportError)
    expect(environment.clock.waiting).toBe(0)
    expect(environment.listeners).toBe(0)
  })
})
