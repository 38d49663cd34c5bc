/** Starting a run: shown at once, sent once, given back when it fails. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import type { StartIntent, ThreadState } from '../thread/port.ts'
import { RegistryError } from '../thread/registry-error.ts'
import { TransportError } from '../transport/error.ts'
import { A, B, C, look, OFFLINE, running, setUp, text, until } from './testing/looking.ts'

describe('a start', () => {
  it('S004-8 S001-57 is shown in the tick of the asking: the words, and that it starts', async () => {
    const { registry, count } = setUp()
    const view = look(registry, A)
    const { runId } = registry.start(A, { text: 'Hello' })
    expect(view.state().activity).toEqual({ type: 'starting', runId })
    expect(view.text()).toBe('Hello')
    expect(registry.active.snapshot()).toEqual([{ key: A, runId, activity: 'starting' }])
    expect(count('start')).toBe(1)
    await until(() => expect(view.state().activity).toEqual({ type: 'active', runId }))
    await until(view.isLive)
    expect(view.state().pending).toEqual([])
    expect(view.text()).toBe('Hello')
  })

  it('shows the words once at every moment, whichever of the log and the answer comes first', async () => {
    const parts = setUp()
    const { shown, runId, stop } = await running(parts, A)
    parts.transport.end(A, runId)
    const release = parts.transport.hold('start')
    const second = parts.registry.start(A, { text: 'Again' })
    release()
    await second.accepted
    stop()
    const asked = shown.findIndex(({ activity }) => activity.type === 'starting')
    const counts = shown.slice(asked).map((state) => text(state).split('Hello').length - 1)
    expect(new Set(counts)).toEqual(new Set([1]))
    expect(text(shown.at(-1) as ThreadState)).toBe('Hello|Again')
  })

  it('S000-C9 S004-5 S001-46 while one starts or runs is refused on the spot, in this thread only', async () => {
    const parts = setUp()
    const { registry } = parts
    registry.start(A, { text: 'one' })
    expect(() => registry.start(A, { text: 'two' })).toThrow(RegistryError)
    registry.start(B, { text: 'other thread' })
    registry.start(C, { text: 'other room' })
    expect(registry.activeKeys).toEqual([A, B, C])
    await until(() =>
      expect(registry.active.snapshot().map(({ activity }) => activity)).toEqual(Array(3).fill('active')),
    )
    expect(() => registry.start(A, { text: 'two' })).toThrow(RegistryError)
  })

  it('G7 I9 whose answers are lost is asked again with the same id while the log is silent, and runs once', async () => {
    const { registry, transport, environment, told, count } = setUp()
    transport.hold('snapshot')
    transport.next('start', { type: 'lost' })
    transport.next('start', OFFLINE)
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    await until(() => expect(count('start')).toBe(1))
    for (let attempt = 2; attempt <= 3; attempt += 1) {
      await until(() => {
        environment.clock.advance(1_000)
        expect(count('start')).toBe(attempt)
      })
    }
    await expect(accepted).resolves.toMatchObject({ runId })
    expect(transport.view(A).runs).toHaveLength(1)
    expect(told('RunStarted')).toHaveLength(1)
  })

  it('is asked again at once when the network is back', async () => {
    const { registry, transport, environment, count } = setUp()
    transport.next('start', OFFLINE)
    const { accepted } = registry.start(A, { text: 'Hello' })
    await until(() => {
      environment.setOnline(false)
      environment.setOnline(true)
      expect(count('start')).toBe(2)
    })
    await accepted
  })

  it('S001-C3 that is refused gives the words back, once, and nothing has happened', async () => {
    const { registry, transport, events } = setUp()
    const view = look(registry, A)
    transport.next('start', { type: 'fault', fault: problem('unknown_agent', { detail: 'No such agent.' }) })
    const { runId, accepted } = registry.start(A, { text: 'Hello', agentId: 'nobody' })
    await expect(accepted).rejects.toThrow('No such agent.')
    expect(view.state()).toMatchObject({
      activity: { type: 'idle' },
      pending: [],
      failedStart: { runId, text: 'Hello' },
    })
    expect(view.state().failedStart?.error).toBeInstanceOf(TransportError)
    expect(registry.activeKeys).toEqual([])
    expect(events).toEqual([])
    registry.dismissFailedStart(A)
    expect(view.state().failedStart).toBeUndefined()
  })

  it('that reaches nobody for a minute gives the words back', async () => {
    const { registry, transport, environment } = setUp()
    for (let attempt = 0; attempt < 40; attempt += 1) transport.next('start', OFFLINE)
    const view = look(registry, A)
    registry.start(A, { text: 'Hello' })
    await until(() => {
      environment.clock.advance(5_000)
      expect(view.state().failedStart?.text).toBe('Hello')
    })
    expect(view.state().activity.type).toBe('idle')
  })

  it('whose every answer was lost but whose run the log shows is no failure', async () => {
    const { registry, transport, environment } = setUp()
    transport.addThread(A)
    const view = look(registry, A)
    await until(view.isLive)
    for (let attempt = 0; attempt < 40; attempt += 1) transport.next('start', { type: 'lost' })
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    let settled = false
    void accepted.then(() => {
      settled = true
    })
    await until(() => {
      environment.clock.advance(5_000)
      expect(settled).toBe(true)
    })
    await until(() => expect(view.state().activity).toEqual({ type: 'active', runId }))
    expect(view.state().failedStart).toBeUndefined()
  })

  it('with a message that the thread already holds does not show it twice', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId)
    const [held] = parts.transport.view(A).messages
    if (!held) throw new Error('no message')
    parts.registry.start(A, {
      messages: [
        { id: held.id, role: 'user', content: 'Hello' },
        { id: 'new', role: 'user', content: 'More' },
      ],
    })
    expect(a.text()).toBe('Hello|More')
  })

  it('takes whole messages, an edit’s place and an agent’s own words as they are', async () => {
    const { registry, transport } = setUp()
    const messages: NonNullable<StartIntent['messages']> = [
      { id: 'm1', role: 'system', content: 'Be brief.' },
      { id: 'm2', role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    ]
    const view = look(registry, A)
    const ticket = registry.start(A, { messages, agentId: 'demo', forwardedProps: { script: {} } })
    expect(ticket.messageIds).toEqual(['m1', 'm2'])
    expect(view.state().pending.map(({ id, parentId }) => [id, parentId])).toEqual([
      ['m1', null],
      ['m2', 'm1'],
    ])
    await ticket.accepted
    const [asked] = transport.asked.filter(({ type }) => type === 'start')
    expect(asked).toMatchObject({ body: { messages, agentId: 'demo', forwardedProps: { script: {} } } })
  })
})
