/** Going from thread to thread and away: what is selected decides what is shown, and nothing else. */
import { sameKey, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { A, B, C, look, running, setUp, text, until } from './testing/looking.ts'

describe('selecting another thread', () => {
  it('S000-1 S000-5 S001-4 leaves the run of the first going on and receiving, and sends no cancel', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const token = parts.handles.get(A)?.token.signal
    a.stop()
    look(parts.registry, B)
    parts.transport.say(A, a.runId, 'one ')
    expect(parts.handles.stateOf(A)).toEqual({ type: 'running' })
    expect(token?.aborted).toBe(false)
    expect(text(parts.registry.observe(A).snapshot())).toBe('Hello|one ')
    parts.environment.clock.advance(30_000)
    parts.transport.say(A, a.runId, 'two')
    expect(text(parts.registry.observe(A).snapshot())).toBe('Hello|one two')
    expect(parts.cancels()).toEqual([])
  })

  it('S000-4 for the first time with a run already there resets nothing', async () => {
    const parts = setUp()
    const { runId, accepted } = parts.registry.start(A, { text: 'Hello' })
    await accepted
    await until(() => expect(parts.transport.connections).toBe(1))
    parts.transport.say(A, runId, 'one')
    const handle = parts.handles.get(A)
    const first = look(parts.registry, A)
    expect(first.shown.map(text)).toEqual(['Hello|one'])
    expect(first.state().activity).toEqual({ type: 'active', runId })
    expect(parts.handles.get(A)).toBe(handle)
    expect(parts.cancels()).toEqual([])
  })

  it('S000-38 to none at all leaves nothing selected and the run alive', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    a.stop()
    parts.environment.clock.advance(30_000)
    expect(parts.registry.activeKeys).toEqual([A])
    expect(parts.handles.hasActive(A)).toBe(true)
    expect(parts.handles.has(B)).toBe(false)
    parts.transport.end(A, a.runId)
    expect(parts.told('RunCompleted')).toHaveLength(1)
  })

  it('S004-1 S004-2 S002-8 leaving, hiding, losing the network and closing the page send nothing; Stop alone does', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const held = parts.transport.hold('start')
    const b = look(parts.registry, B)
    const starting = parts.registry.start(B, { text: 'pending' }).accepted.catch(() => {})
    a.stop()
    b.stop()
    parts.environment.setHidden(true)
    parts.environment.setOnline(false)
    parts.environment.clock.advance(30_000)
    expect(parts.cancels()).toEqual([])
    await parts.registry.cancel(A)
    expect(parts.cancels()).toMatchObject([{ key: A, runId: a.runId }])
    parts.registry.close()
    held()
    await starting
    expect(parts.cancels()).toHaveLength(1)
    await until(() => expect(parts.transport.view(B).runs).toMatchObject([{ status: 'running' }]))
  })
})

describe('coming back', () => {
  it('S004-3 shows the results of what ended meanwhile', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    a.stop()
    parts.transport.say(A, a.runId, 'the whole answer')
    parts.transport.end(A, a.runId)
    parts.environment.clock.advance(60_000)
    const again = look(parts.registry, A)
    expect(text(again.shown[0] ?? again.state())).toBe('Hello|the whole answer')
    expect(again.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'succeeded' } } })
  })
})

describe('leaving while something is on its way', () => {
  it('S004-18 gives up the history that is being fetched, and nothing else: starts and runs go on', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const asked = vi.spyOn(parts.transport, 'ask')
    parts.transport.addThread(B)
    parts.transport.hold('snapshot')
    const answer = parts.transport.hold('start')
    const c = look(parts.registry, C)
    const { accepted } = parts.registry.start(C, { text: 'on its way' })
    const b = look(parts.registry, B)
    for (const view of [a, b, c]) view.stop()
    const aborted = (key: typeof B) =>
      asked.mock.calls.find(([verb, [of]]) => verb === 'snapshot' && sameKey(of as ThreadKey, key))?.[2]?.aborted
    expect(aborted(B)).toBe(false)
    parts.environment.clock.advance(5_000)
    expect(aborted(B)).toBe(true)
    expect(parts.registry.activeKeys).toEqual([A, C])
    answer()
    await accepted
    expect(parts.handles.hasActive(C)).toBe(true)
    expect(parts.handles.hasActive(A)).toBe(true)
    expect(parts.cancels()).toEqual([])
  })

  it('S004-13 for good: the run has a handle, is not shown, and continues', async () => {
    const { registry, handles, transport, cancels } = setUp()
    const first = look(registry, A)
    const answer = transport.hold('start')
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    first.stop()
    const shown = first.shown.length
    answer()
    await accepted
    expect(handles.get(A)).toMatchObject({ runId, isActive: true })
    await until(() => expect(transport.connections).toBe(1))
    transport.say(A, runId, 'unseen')
    expect(first.shown).toHaveLength(shown)
    expect(cancels()).toEqual([])
  })

  it('S004-20 S004-21 a room ends what was asked for it; its new thread starts all the same, and is listed on return', async () => {
    const { registry, handles, transport, environment, count, events } = setUp()
    const list = registry.observeThreads('R1')
    let told = 0
    const leaveList = list.subscribe(() => {
      told += 1
    })
    const key = registry.mintKey('R1')
    const view = look(registry, key)
    const answer = transport.hold('start')
    const { runId, accepted } = registry.start(key, { text: 'Hello' })
    leaveList()
    view.stop()
    const before = [told, view.shown.length, count('threads')]
    answer()
    await accepted
    environment.clock.advance(60_000)
    expect([told, view.shown.length, count('threads')]).toEqual(before)
    expect(events).toEqual([{ type: 'RunStarted', ...key, runId }])
    expect(handles.hasActive(key)).toBe(true)
    list.subscribe(() => {})
    expect(list.snapshot().items).toMatchObject([{ ...key, status: 'working' }])
    await until(() => expect(list.snapshot().items?.[0]?.lastSeq).toBeGreaterThan(0))
  })
})

describe('a new thread', () => {
  it('S004-8 S004-9 has its id from here: it is there, on its way and listed before anything is awaited; accepted, it is entered and followed', async () => {
    const { registry, handles, transport } = setUp()
    const list = registry.observeThreads('R1')
    list.subscribe(() => {})
    const key = registry.mintKey('R1')
    const { runId, accepted } = registry.start(key, { text: 'Hello' })
    const view = look(registry, key)
    expect(view.state()).toMatchObject({ activity: { type: 'starting', runId }, pending: [{ content: 'Hello' }] })
    expect(list.snapshot().items).toMatchObject([{ ...key, title: 'Hello', status: 'working' }])
    expect(handles.has(key)).toBe(false)
    await accepted
    expect(handles.get(key)).toMatchObject({ runId, isActive: true })
    await until(view.isLive)
    expect(view.state()).toMatchObject({ activity: { type: 'active', runId }, pending: [] })
    expect(transport.view(key).runs).toHaveLength(1)
  })

  it('that the server did not have when it was looked for, and has by the time it says so, is looked for again', async () => {
    const { registry, transport } = setUp()
    const late = transport.holdAnswer('snapshot')
    const key = registry.mintKey('R1')
    const view = look(registry, key)
    await until(() => expect(transport.reading).toBe(1))
    const { runId, accepted } = registry.start(key, { text: 'Hello' })
    await accepted
    late()
    await until(view.isLive)
    expect(view.state()).toMatchObject({ activity: { type: 'active', runId }, pending: [], content: { type: 'ready' } })
  })

  it('S004-11 left while it starts is entered, and nobody is taken anywhere', async () => {
    const { registry, handles, transport } = setUp()
    const key = registry.mintKey('R1')
    const answer = transport.hold('start')
    const { accepted } = registry.start(key, { text: 'Hello' })
    look(registry, key).stop()
    const elsewhere = look(registry, B)
    const shown = elsewhere.shown.length
    answer()
    await accepted
    expect(handles.hasActive(key)).toBe(true)
    expect(elsewhere.state().key).toEqual(B)
    expect(elsewhere.shown.slice(shown).every((state) => state.activity.type === 'idle')).toBe(true)
  })
})
