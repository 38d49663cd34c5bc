/** A tab and its copy that send the same message: it runs once, or comes back once. */
import { describe, expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createManualShared } from '../testing/manual-shared.ts'
import { createRunRegistry } from './registry.ts'
import { pass } from './testing/away.ts'
import { A, look, OFFLINE, setUp, until } from './testing/looking.ts'

describe('a message that two tabs have on their way, because one is the other’s copy', () => {
  async function twoTabs() {
    const { transport } = setUp()
    transport.addThread(A)
    const shared = createManualShared()
    const tab = (kept: Map<string, string>, ids: string) => {
      const environment = createManualEnvironment({ kept, ids, shared: shared.page() })
      const registry = createRunRegistry({ transport, environment })
      return { environment, registry, kept, view: look(registry, A) }
    }
    const one = tab(new Map(), 'one-')
    const offline = transport.always(OFFLINE, ['start'])
    const { runId, accepted } = one.registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    const kept = new Map(one.kept)
    await pass(one, 0)
    return { transport, shared, one, runId, offline, another: () => tab(new Map(kept), 'two-') }
  }

  it.each([{ knows: 'hears of it' }, { knows: 'slept' }, { knows: 'is made later' }])(
    'and one gives up comes back to that one alone, where the other $knows',
    async ({ knows }) => {
      const { transport, shared, one, runId, offline, another } = await twoTabs()
      const early = knows === 'is made later' ? undefined : another()
      if (early) await until(() => expect(early.view.state().activity).toEqual({ type: 'starting', runId }))
      await one.registry.cancel(A)
      if (knows === 'hears of it') shared.deliver()
      const twin = early ?? another()
      offline()
      await pass(one, 10)
      await pass(twin, 10)
      expect(one.view.state().failedStart).toMatchObject({ runId, text: 'Hello' })
      expect(twin.view.state()).toMatchObject({ activity: { type: 'idle' }, pending: [] })
      expect(twin.view.state().failedStart).toBeUndefined()
      expect(transport.view(A).runs).toEqual([])
    },
  )

  it('and both send is said once', async () => {
    const { transport, one, offline, another } = await twoTabs()
    const twin = another()
    offline()
    await pass(one, 10)
    await pass(twin, 10)
    expect(transport.view(A).runs).toHaveLength(1)
    for (const { view } of [one, twin]) {
      expect(view.text()).toBe('Hello')
      expect(view.state().failedStart).toBeUndefined()
    }
  })

  it('and one gives up while the other’s attempt is under way is in the log in the end, and nowhere else', async () => {
    const { transport, one, runId, offline, another } = await twoTabs()
    const twin = another()
    await pass(twin, 0)
    offline()
    const held = transport.hold('start')
    await pass(twin, 2)
    await one.registry.cancel(A)
    expect(one.view.state().failedStart).toMatchObject({ runId })
    held()
    await pass(twin, 2)
    await pass(one, 2)
    expect(transport.view(A).runs).toMatchObject([{ runId, status: 'cancelled' }])
    for (const { view } of [one, twin]) {
      expect(view.text()).toBe('Hello')
      expect(view.state().failedStart).toBeUndefined()
    }
  })
})
