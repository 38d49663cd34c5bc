/** A reloaded page continues with the commands of the page before: nothing is said twice, nothing is lost. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'
import { A, B, look, OFFLINE, reload, running, setUp, until } from './testing/looking.ts'

describe('a reloaded page', () => {
  it('while a start is on its way shows its words at once, asks again under the same id, and it runs once', async () => {
    const before = setUp()
    const answer = before.transport.hold('start')
    const { runId, accepted } = before.registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    const after = reload(before)
    const view = look(after.registry, A)
    expect(view.state().activity).toEqual({ type: 'starting', runId })
    expect(view.text()).toBe('Hello')
    expect(after.registry.active.snapshot()).toMatchObject([{ key: A, runId }])
    answer()
    await until(() => expect(view.state().activity).toEqual({ type: 'active', runId }))
    await until(() => expect(view.state().pending).toEqual([]))
    expect(after.transport.view(A).runs).toHaveLength(1)
    expect(view.text()).toBe('Hello')
    expect(after.wishes()).toEqual([])
  })

  it.each([
    { when: 'before the start arrived', arrived: false },
    { when: 'after the start arrived', arrived: true },
  ])('S004-15 while a start is given up sends the cancel all the same, $when', async ({ arrived }) => {
    const before = setUp()
    const answer = before.transport.hold('start')
    const unsent = before.transport.hold('cancelRun')
    const { runId, accepted } = before.registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    before.registry.cancel(A).catch(() => {})
    // Neither of the old page's requests is answered to anybody any more; the start may still be read by the server.
    if (!arrived) before.transport.next('start', OFFLINE)
    before.transport.next('cancelRun', OFFLINE)
    const after = reload(before)
    answer()
    unsent()
    const view = look(after.registry, A)
    expect(view.state().activity.type).toBe('idle')
    await until(() => expect(after.cancels().filter(({ type }) => type === 'cancelRun').length).toBeGreaterThan(1))
    await until(() => expect(after.wishes().filter((name) => !after.kept.get(name)?.includes('refused'))).toEqual([]))
    if (arrived) {
      await until(() => expect(after.transport.view(A).runs).toMatchObject([{ runId }]))
      expect(['cancelling', 'cancelled']).toContain(after.transport.view(A).runs[0]?.status)
    } else {
      await until(() => expect(view.state().failedStart).toEqual({ runId, text: 'Hello' }))
      expect(after.transport.has(A)).toBe(false)
    }
    expect(after.events).toEqual([])
  })

  it('S004-17 while a run is being stopped still stops it, and shows that it is stopping', async () => {
    const before = setUp()
    const { runId } = await running(before, A)
    before.transport.next('cancelRun', OFFLINE)
    before.registry.cancel(A).catch(() => {})
    await until(() => expect(before.count('cancelRun')).toBe(1))
    const held = before.transport.hold('cancelRun')
    const after = reload(before)
    const view = look(after.registry, A)
    await until(() => expect(view.state().activity).toEqual({ type: 'cancelling', runId }))
    expect(after.transport.view(A).runs).toMatchObject([{ status: 'running' }])
    held()
    await until(() => expect(after.transport.view(A).runs).toMatchObject([{ status: 'cancelling' }]))
    after.transport.end(A, runId, { type: 'cancelled', by: 'you' })
    expect(view.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'cancelled' } } })
    expect(after.wishes()).toEqual([])
  })

  it('after a start was refused still has the words, until they are taken', async () => {
    const before = setUp()
    before.transport.next('start', { type: 'fault', fault: problem('storage_full') })
    await expect(before.registry.start(A, { text: 'Hello' }).accepted).rejects.toThrow()
    const after = reload(before)
    expect(look(after.registry, A).state().failedStart?.text).toBe('Hello')
    after.registry.dismissFailedStart(A)
    expect(after.wishes()).toEqual([])
    expect(look(reload(after).registry, A).state().failedStart).toBeUndefined()
  })

  it('a day later sends nothing by itself: the words go back, once; a cancel still goes out', async () => {
    const before = setUp()
    before.transport.hold('start')
    before.registry.start(A, { text: 'Hello' }).accepted.catch(() => {})
    before.transport.hold('start')
    const given = before.registry.start(B, { text: 'Not this' })
    given.accepted.catch(() => {})
    before.registry.cancel({ key: B, runId: given.runId }).catch(() => {})
    await until(() => expect(before.count('start')).toBe(2))
    for (const [name, text] of before.kept)
      before.kept.set(name, JSON.stringify({ ...JSON.parse(text), at: JSON.parse(text).at - 86_400_000 }))
    const cancels = before.cancels().length
    const after = reload(before)
    const view = look(after.registry, A)
    expect(view.state()).toMatchObject({ failedStart: { text: 'Hello' }, pending: [] })
    await until(() => expect(after.cancels().length).toBeGreaterThan(cancels))
    expect(after.count('start')).toBe(2)
    const later = reload(after)
    expect(look(later.registry, A).state().failedStart?.text, 'nobody has taken them yet').toBe('Hello')
    later.registry.dismissFailedStart(A)
    expect(later.wishes().filter((name) => name.includes('T1'))).toEqual([])
  })

  it('after one start was refused and another is on its way still has the words of the first', async () => {
    const before = setUp()
    before.transport.next('start', { type: 'fault', fault: problem('unknown_agent') })
    before.transport.next('start', OFFLINE)
    const { runId, accepted } = before.registry.start(A, { text: 'Hello' })
    before.environment.clock.advance(1)
    before.registry.start(A, { text: 'And then?', onBusy: 'enqueue' }).accepted.catch(() => {})
    await accepted.catch(() => {})
    await until(() => expect(before.count('start')).toBe(2))
    const after = reload(before)
    const view = look(after.registry, A)
    expect(view.state().failedStart).toEqual({ runId, text: 'Hello' })
    await until(() => expect(after.transport.view(A).runs).toHaveLength(1))
    expect(view.state().failedStart).toEqual({ runId, text: 'Hello' })
  })

  it('S000-C13 finds every run where it was, as does a registry rebuilt with another client, token or agent', async () => {
    const before = setUp()
    const [a, b] = await Promise.all([running(before, A), running(before, B)])
    before.transport.say(A, a.runId, 'one ')
    before.registry.close()
    const registry = createRunRegistry({ transport: { ...before.transport }, environment: before.environment })
    const [again, other] = [look(registry, A), look(registry, B)]
    await until(again.isLive)
    await until(other.isLive)
    before.transport.say(A, a.runId, 'two')
    before.frame()
    expect(again.text()).toBe('Hello|one two')
    expect(again.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(other.state().activity).toEqual({ type: 'active', runId: b.runId })
    expect(before.cancels()).toEqual([])
  })

  it('leaves alone what it does not understand', () => {
    const before = setUp()
    const { runId, accepted } = before.registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    const [name = ''] = before.wishes()
    for (const text of ['', '{', 'null', '[]', '{"v":2}', JSON.stringify({ v: 1, key: A, runId, start: {} })]) {
      before.kept.set(name, text)
      const asked = before.transport.asked.length
      const after = reload(before)
      expect(after.registry.activeKeys).toEqual([])
      expect(before.transport.asked).toHaveLength(asked)
      after.registry.close()
    }
  })
})
