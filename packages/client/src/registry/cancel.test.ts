/** Cancelling: the only thing that ends a run, and honest about it. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import { A, B, look, OFFLINE, running, setUp, until } from './testing/looking.ts'

describe('a cancel', () => {
  it('S004-17 S004-28 S001-59 of a run shows “stopping”, then what the log says; the words stay', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.say(A, a.runId, 'partial')
    const cancelled = parts.registry.cancel(A)
    expect(a.state().activity).toEqual({ type: 'cancelling', runId: a.runId })
    await cancelled
    expect(a.state().activity.type).toBe('cancelling')
    parts.transport.end(A, a.runId, { type: 'cancelled', by: 'you' })
    expect(a.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'cancelled' } } })
    expect(a.text()).toBe('Hello|partial')
  })

  it('S004-15 S004-16 S004-27 while it starts frees the composer at once, is sent even so, and the run is never announced', async () => {
    const { registry, transport, events, cancels } = setUp()
    const view = look(registry, A)
    const answer = transport.hold('start')
    const { runId } = registry.start(A, { text: 'Hello' })
    const cancelled = registry.cancel(A)
    expect(view.state().activity.type).toBe('idle')
    expect(registry.activeKeys).toEqual([])
    expect(view.text()).toBe('Hello')
    await until(() => expect(cancels()).toMatchObject([{ runId }]))
    answer()
    await cancelled
    await until(() => expect(view.state()).toMatchObject({ content: { type: 'ready' }, pending: [] }))
    expect(view.text()).toBe('Hello')
    expect(view.state().activity).toMatchObject({ type: 'idle' })
    expect(transport.view(A).runs).toMatchObject([{ runId, status: 'cancelled' }])
    expect(events).toEqual([])
  })

  it('S004-29 that races a failing start: the words are back and nobody complains', async () => {
    const { registry, transport } = setUp()
    const view = look(registry, A)
    transport.next('start', { type: 'fault', fault: problem('unknown_agent') })
    const answer = transport.hold('start')
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    const cancelled = registry.cancel(A)
    answer()
    await cancelled
    await expect(accepted).rejects.toThrow(TransportError)
    expect(view.state()).toMatchObject({
      activity: { type: 'idle' },
      pending: [],
      failedStart: { runId, text: 'Hello' },
    })
    expect(view.state().failedStart?.error).toBeUndefined()
  })

  it('while nothing can be reached stops the asking: a start never arrives after its cancel was forgotten', async () => {
    const { registry, transport, environment, count } = setUp()
    const view = look(registry, A)
    for (let attempt = 0; attempt < 3; attempt += 1) transport.next('start', OFFLINE)
    registry.start(A, { text: 'Hello' })
    await until(() => expect(count('start')).toBe(1))
    await registry.cancel(A)
    environment.clock.advance(120_000)
    await until(() => expect(view.state().failedStart?.text).toBe('Hello'))
    expect(count('start')).toBe(1)
  })

  it('S004-10 lets the next start through, even while the one given up still holds the thread', async () => {
    const parts = setUp()
    const { registry, transport, environment } = parts
    transport.addThread(A)
    const view = look(registry, A)
    await until(view.isLive)
    transport.next('start', { type: 'lost' })
    const first = registry.start(A, { text: 'one' })
    await until(() => expect(parts.count('start')).toBe(1))
    expect(view.state().activity.type).toBe('active')
    // The log was faster than the answer: this is now the cancel of a running run.
    await registry.cancel(A)
    transport.end(A, first.runId, { type: 'cancelled', by: 'you' })
    const second = registry.start(A, { text: 'two' })
    environment.clock.advance(2_000)
    await second.accepted
    expect(view.text()).toBe('one|two')
  })

  it('S004-14 of a start whose run turns out live: the composer stays free and the next one waits for the end', async () => {
    const parts = setUp()
    const { registry, transport, environment } = parts
    const view = look(registry, A)
    await until(() => expect(view.state().content.type).toBe('new'))
    const answer = transport.hold('cancelRun')
    const first = registry.start(A, { text: 'one' })
    void registry.cancel(A)
    await first.accepted
    await until(view.isLive)
    expect(view.state().activity.type).toBe('idle')
    const second = registry.start(A, { text: 'two' })
    await until(() => expect(parts.count('start')).toBe(2))
    expect(view.state().activity).toEqual({ type: 'starting', runId: second.runId })
    answer()
    await until(() => expect(transport.view(A).runs).toMatchObject([{ status: 'cancelling' }]))
    transport.end(A, first.runId, { type: 'cancelled', by: 'you' })
    await until(() => {
      environment.clock.advance(1_000)
      expect(view.state().activity).toEqual({ type: 'active', runId: second.runId })
    })
    expect(parts.events).toMatchObject([{ type: 'RunStarted', runId: second.runId }])
  })

  it('while a retry starts frees the composer too, though there are no words to wait for', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId, { type: 'failed', code: 'agent_error', message: 'It broke.' })
    const answer = parts.transport.hold('start')
    const retry = parts.registry.retry(A, a.runId)
    void parts.registry.cancel(A)
    expect(a.state().activity.type).toBe('idle')
    await until(() => expect(parts.cancels()).toMatchObject([{ runId: retry.runId }]))
    answer()
    await retry.accepted
    await until(() => expect(parts.transport.view(A).runs).toMatchObject([{}, { status: 'cancelled' }]))
    expect(a.state().activity.type).toBe('idle')
    expect(parts.told('RunCompleted')).toMatchObject([{ runId: a.runId }])
  })

  it('that comes with the end of a run does not stand in the way of the next start', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId)
    const inTheWay = problem('run_active', { runId: a.runId })
    parts.transport.next('start', { type: 'fault', fault: inTheWay })
    const next = parts.registry.start(A, { text: 'Again' })
    await until(() => {
      parts.environment.clock.advance(1_000)
      expect(a.state().activity).toEqual({ type: 'active', runId: next.runId })
    })
  })

  it('S000-C8 S001-61 when nothing runs is no request', async () => {
    const { registry, transport, cancels } = setUp()
    transport.addThread(A)
    const view = look(registry, A)
    await until(view.isLive)
    await registry.cancel(A)
    expect(cancels()).toEqual([])
  })

  it('of a thread that was never opened here, or does not exist, asks the server', async () => {
    const { registry, transport, cancels } = setUp()
    transport.startElsewhere(B, 'run', 'Hello')
    await registry.cancel(B, 'from the list')
    await registry.cancel(A)
    expect(cancels()).toEqual([
      { type: 'cancelThread', key: B, reason: 'from the list' },
      { type: 'cancelThread', key: A },
    ])
    expect(transport.view(B).runs).toMatchObject([{ status: 'cancelling' }])
  })

  it('of one particular run never hits the next one', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId)
    const next = parts.registry.start(A, { text: 'Again' })
    await next.accepted
    await parts.registry.cancel({ key: A, runId: a.runId })
    expect(a.state().activity).toEqual({ type: 'active', runId: next.runId })
  })

  it('S001-62 that could not be delivered says so: the run continues', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.next('cancelRun', { type: 'fault', fault: problem('storage_full') })
    await expect(parts.registry.cancel(A)).rejects.toThrow(TransportError)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
  })

  it('from another device is shown here', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    await parts.transport.ask('cancelRun', [A, a.runId])
    expect(a.state().activity).toEqual({ type: 'cancelling', runId: a.runId })
  })
})
