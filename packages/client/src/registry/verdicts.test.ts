/** What is said of a message or a stop is what the log says: a lost answer is no verdict, and a wrong one is withdrawn. */
import type { Run } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createManualShared } from '../testing/manual-shared.ts'
import { problem } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'
import { A, look, OFFLINE, running, setUp, until } from './testing/looking.ts'

const HTML = { type: 'fault', fault: { type: 'protocol', detail: 'an answer that is no JSON object' } } as const
const GATEWAY = { type: 'fault', fault: { type: 'unavailable', status: 502 } } as const

type Parts = ReturnType<typeof setUp>

/** Lets the clock run, and everything that does not wait for it happen. */
async function pass({ environment }: Pick<Parts, 'environment'>, seconds: number): Promise<void> {
  for (let at = 0; at <= seconds; at += 1) {
    if (at > 0) environment.clock.advance(1_000)
    for (let turn = 0; turn < 30; turn += 1) await Promise.resolve()
  }
}

async function opened(parts: Parts) {
  parts.transport.addThread(A)
  const view = look(parts.registry, A)
  await until(view.isLive)
  return view
}

/** The connection breaks, and nothing gets through until the returned function is called. */
function goAway(parts: Parts, how: typeof OFFLINE | typeof HTML | typeof GATEWAY = OFFLINE): () => void {
  const back = parts.transport.always(how)
  parts.transport.drop(A)
  parts.transport.dropFeed()
  return back
}

const starts = ({ transport }: Parts) => transport.asked.flatMap((each) => (each.type === 'start' ? [each.body] : []))

describe('a message', () => {
  it.each([
    { away: 'the network', how: OFFLINE },
    { away: 'a captive portal', how: HTML },
    { away: 'a gateway without its server', how: GATEWAY },
  ])(
    'whose answer was lost is never “not sent” while the log cannot be read: $away for ten minutes',
    async ({ how }) => {
      const parts = setUp()
      const view = await opened(parts)
      parts.transport.drop(A)
      parts.transport.next('start', { type: 'lost' })
      const { runId } = parts.registry.start(A, { text: 'Hello' })
      const back = goAway(parts, how)
      await pass(parts, 600)
      expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
      expect(view.text()).toBe('Hello')
      back()
      await pass(parts, 20)
      await until(() => expect(view.state().activity).toEqual({ type: 'active', runId }))
      expect(view.text()).toBe('Hello')
      expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
      expect(parts.transport.view(A).runs).toHaveLength(1)
    },
  )

  it('that never arrived is sent once when the network is back, however long that took', async () => {
    const parts = setUp()
    const view = await opened(parts)
    const back = goAway(parts)
    const { runId } = parts.registry.start(A, { text: 'Hello' })
    await pass(parts, 600)
    back()
    await pass(parts, 20)
    expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
    expect(parts.transport.view(A).runs).toMatchObject([{ runId }])
  })

  it('survives a sleep of ten minutes: attempts are counted, not time, and none that was made offline', async () => {
    const parts = setUp()
    const view = await opened(parts)
    const asleep = parts.transport.always(OFFLINE, ['start'])
    const { runId } = parts.registry.start(A, { text: 'Hello' })
    await pass(parts, 3)
    parts.environment.clock.advance(600_000)
    await pass(parts, 2)
    parts.environment.setOnline(false)
    await pass(parts, 300)
    parts.environment.setOnline(true)
    await pass(parts, 5)
    expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
    asleep()
    await pass(parts, 20)
    expect(parts.transport.view(A).runs).toMatchObject([{ runId }])
  })

  it('is back after ten attempts where the log can be read and does not show it; once it does, all of it is withdrawn', async () => {
    const parts = setUp()
    const view = await opened(parts)
    const back = parts.transport.always(HTML, ['start'])
    const { runId, accepted } = parts.registry.start(A, { text: 'Hello' })
    accepted.catch(() => {})
    await pass(parts, 120)
    expect(starts(parts)).toHaveLength(10)
    expect(view.state()).toMatchObject({
      failedStart: { runId, text: 'Hello' },
      pending: [],
      activity: { type: 'idle' },
    })
    back()
    // One of the attempts was on its way all the time.
    parts.transport.startElsewhere(A, runId, 'Hello')
    expect(view.state().failedStart).toBeUndefined()
    expect(view.state().activity).toEqual({ type: 'active', runId })
    expect(parts.wishes()).toEqual([])
  })

  it('that is refused after a lost answer is looked for in the log before anybody says so', async () => {
    const parts = setUp()
    const view = await opened(parts)
    parts.transport.next('start', { type: 'lost' })
    parts.transport.next('start', { type: 'fault', fault: problem('storage_full') })
    const held = parts.transport.hold('openLog')
    parts.transport.drop(A)
    const { runId, accepted } = parts.registry.start(A, { text: 'Hello' })
    await pass(parts, 5)
    await expect(accepted).resolves.toMatchObject({ runId })
    held()
    await pass(parts, 5)
    expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
    expect(view.text()).toBe('Hello')
  })

  it.each([{ run: undefined }, { run: null }, { run: 7 }, { run: { runId: 'another', status: 'queued' } }])(
    'whose 202 cannot be read (%j) is asked about again under the same id, and said once',
    async (answer) => {
      const parts = setUp()
      let unusable = 2
      const { start } = parts.transport.answers
      parts.transport.answers.start = async (key, body) => {
        const good = await start(key, body)
        unusable -= 1
        return unusable < 0 ? good : (answer as { run: Run })
      }
      const { environment } = parts
      const registry = createRunRegistry({ transport: parts.transport, environment })
      const view = look(registry, A)
      const { runId, accepted } = registry.start(A, { text: 'Hello' })
      await pass(parts, 10)
      await expect(accepted).resolves.toMatchObject({ runId })
      expect(view.shown.filter(({ failedStart }) => failedStart)).toEqual([])
      expect(parts.transport.view(A).runs).toHaveLength(1)
    },
  )

  it('sent again as it came back is the same message of the same run; changed, it is another', async () => {
    const parts = setUp()
    const view = await opened(parts)
    const back = parts.transport.always(HTML, ['start'])
    const first = parts.registry.start(A, { text: 'Hello' })
    first.accepted.catch(() => {})
    await pass(parts, 120)
    expect(view.state().failedStart?.text).toBe('Hello')
    const again = parts.registry.start(A, { text: 'Hello' })
    expect([again.runId, again.messageIds]).toEqual([first.runId, first.messageIds])
    expect(view.state()).toMatchObject({ activity: { type: 'starting', runId: first.runId } })
    expect(view.state().failedStart).toBeUndefined()
    expect(view.text()).toBe('Hello')
    again.accepted.catch(() => {})
    await pass(parts, 120)
    expect(view.state().failedStart?.text).toBe('Hello')
    back()
    const other = parts.registry.start(A, { text: 'Hello, changed' })
    await other.accepted
    expect(other.runId).not.toBe(first.runId)
    expect(other.messageIds).not.toEqual(first.messageIds)
    await until(() => expect(view.text()).toBe('Hello, changed'))
    expect(view.state().failedStart).toBeUndefined()
  })

  it('taken back and sent again as it was is another run with the same message: its cancel does not end the second', async () => {
    const parts = setUp()
    const view = await opened(parts)
    parts.transport.next('start', OFFLINE)
    const first = parts.registry.start(A, { text: 'Hello' })
    first.accepted.catch(() => {})
    await pass({ environment: parts.environment }, 0)
    await parts.registry.cancel(A)
    expect(view.state().failedStart).toMatchObject({ text: 'Hello' })
    const again = parts.registry.start(A, { text: 'Hello' })
    await again.accepted
    expect(again.runId).not.toBe(first.runId)
    expect(again.messageIds).toEqual(first.messageIds)
    expect(view.state().activity).toEqual({ type: 'active', runId: again.runId })
    // The first one was on its way all the same: it ends cancelled, and nothing is said twice.
    await parts.transport.ask('start', [A, starts(parts)[0] as never]).catch(() => {})
    expect(view.text()).toBe('Hello')
  })

  it('with an id that the thread has for other words comes back, and goes as a new message', async () => {
    const parts = setUp()
    const view = await opened(parts)
    parts.transport.next('start', { type: 'fault', fault: problem('message_id_reused') })
    const first = parts.registry.start(A, { text: 'Hello' })
    await expect(first.accepted).rejects.toThrow('message_id_reused')
    expect(view.state().failedStart?.text).toBe('Hello')
    const again = parts.registry.start(A, { text: 'Hello' })
    expect(again.runId).not.toBe(first.runId)
    expect(again.messageIds).not.toEqual(first.messageIds)
    await again.accepted
  })
})

describe('a stop', () => {
  it('whose answers are lost is no failure while the log cannot be read, and none once the log shows it', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.next('cancelRun', { type: 'lost' })
    const cancelled = parts.registry.cancel(A)
    let end = 'open'
    cancelled.then(
      () => {
        end = 'done'
      },
      () => {
        end = 'failed'
      },
    )
    const back = goAway(parts)
    await pass(parts, 300)
    expect([end, a.state().activity.type]).toEqual(['open', 'cancelling'])
    back()
    await pass(parts, 20)
    expect([end, a.state().activity.type]).toEqual(['done', 'cancelling'])
  })

  it('that cannot be delivered while the log shows its run as live says so after ten attempts', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.always(GATEWAY, ['cancelRun'])
    const cancelled = parts.registry.cancel(A)
    const rejected = expect(cancelled).rejects.toThrow('not available')
    await pass(parts, 120)
    await rejected
    expect(parts.count('cancelRun')).toBe(10)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
  })
})

describe('a change of the queue', () => {
  it('whose answers were lost came about if the log shows it', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const { runId } = parts.registry.start(A, { text: 'Next', onBusy: 'enqueue' })
    await until(() => expect(a.state().queue.items).toMatchObject([{ runId, stage: 'queued' }]))
    parts.transport.always({ type: 'lost' }, ['changeRun', 'changeQueue'])
    const edited = parts.registry.editQueued(A, runId, 'Changed')
    const paused = parts.registry.pauseQueue(A)
    await pass(parts, 240)
    await expect(edited).resolves.toBeUndefined()
    await expect(paused).resolves.toBeUndefined()
    expect(a.state().queue).toMatchObject({ items: [{ text: 'Changed' }], paused: true })
  })
})

describe('a thread', () => {
  it('is deleted by the record of its deletion alone: one that is said to be, and answers, is read on', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.next('openLog', { type: 'fault', fault: problem('deleted') })
    parts.transport.drop(A)
    await pass(parts, 10)
    await until(a.isLive)
    expect(a.shown.map(({ content }) => content.type)).not.toContain('gone')
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
  })

  it.each([{ by: 'elsewhere' }, { by: 'here' }])(
    'that is deleted $by gives back what was on its way to it, once, and keeps it over a reload',
    async ({ by }) => {
      const parts = setUp()
      const view = await opened(parts)
      const held = parts.transport.hold('start')
      const first = parts.registry.start(A, { text: 'First' })
      const second = parts.registry.start(A, { text: 'Second', onBusy: 'enqueue' })
      for (const { accepted } of [first, second]) accepted.catch(() => {})
      if (by === 'here') await parts.registry.deleteThread(A, { force: true })
      else parts.transport.bury(A)
      await until(() => expect(view.state().content.type).toBe('gone'))
      expect(view.state()).toMatchObject({ failedStart: { text: 'First' }, pending: [], queue: { items: [] } })
      held()
      await pass(parts, 5)
      expect(view.state().failedStart?.text).toBe('First')
      parts.registry.dismissFailedStart(A)
      expect(view.state().failedStart?.text).toBe('Second')
      parts.registry.dismissFailedStart(A)
      expect(view.state().failedStart).toBeUndefined()
      expect(parts.wishes()).toEqual([])
    },
  )
})

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
