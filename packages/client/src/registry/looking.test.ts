/** Looking away and at several: runs outlive looking, and stay apart. */
import { describe, expect, it } from 'vitest'
import { A, B, C, look, running, setUp, text, until } from './testing/looking.ts'

describe('looking away', () => {
  it('S000-2 S000-72 S001-18 changes nothing, and a person who returns sees all of it', async () => {
    const parts = setUp()
    const { transport, registry, frame, cancels } = parts
    const first = await running(parts, A)
    transport.say(A, first.runId, 'one ')
    first.stop()
    look(registry, C)
    transport.say(A, first.runId, 'two ')
    const again = look(registry, A)
    expect(again.shown.map(text)).toEqual(['Hello|one two '])
    transport.say(A, first.runId, 'three')
    frame()
    expect(again.text()).toBe('Hello|one two three')
    transport.end(A, first.runId)
    expect(again.state().activity).toEqual({
      type: 'idle',
      last: { runId: first.runId, outcome: { type: 'succeeded' } },
    })
    expect(cancels()).toEqual([])
  })

  it('S004-31 S004-32 leaving and returning before the start is answered: both new views have it in the same tick', async () => {
    const { registry, transport } = setUp()
    const first = look(registry, A)
    const answer = transport.hold('start')
    const { runId, accepted } = registry.start(A, { text: 'Hello' })
    first.stop()
    const panes = [look(registry, A), look(registry, A)]
    for (const pane of panes) expect(pane.state()).toMatchObject({ activity: { type: 'starting', runId } })
    answer()
    await accepted
    for (const pane of panes) expect(pane.state()).toMatchObject({ activity: { type: 'active', runId } })
  })

  it('S004-19 S004-24 for good while it starts: it is accepted, followed, and there on return', async () => {
    const { registry, transport, told } = setUp()
    const first = look(registry, A)
    const answer = transport.hold('start')
    const { runId } = registry.start(A, { text: 'Hello' })
    first.stop()
    answer()
    await until(() => expect(transport.connections).toBe(1))
    transport.say(A, runId, 'Hi')
    transport.end(A, runId)
    await until(() => expect(told('RunCompleted')).toHaveLength(1))
    const snapshots = transport.asked.filter(({ type }) => type === 'snapshot').length
    expect(look(registry, A).shown.map(text)).toEqual(['Hello|Hi'])
    expect(transport.asked.filter(({ type }) => type === 'snapshot')).toHaveLength(snapshots)
  })

  it('S000-3 selecting the same thread again changes nothing: the same state, no request', async () => {
    const parts = setUp()
    const first = await running(parts, A)
    const before = first.state()
    const asked = parts.transport.asked.length
    const second = look(parts.registry, A)
    expect(second.state()).toBe(before)
    first.stop()
    expect(second.state()).toBe(before)
    expect(parts.transport.asked).toHaveLength(asked)
  })

  it('lingers a moment: going back and forth asks nothing', async () => {
    const { registry, transport, environment, count } = setUp()
    transport.addThread(A)
    let view = look(registry, A)
    await until(view.isLive)
    for (let visit = 0; visit < 5; visit += 1) {
      view.stop()
      environment.clock.advance(4_999)
      view = look(registry, A)
    }
    expect(count('openLog')).toBe(1)
    view.stop()
    environment.clock.advance(5_000)
    await until(() => expect(transport.connections).toBe(0))
  })

  it('at a thread that did not exist, and again later, finds what another device has created', async () => {
    const { registry, transport } = setUp()
    const first = look(registry, A)
    await until(() => expect(first.state().content.type).toBe('new'))
    first.stop()
    transport.startElsewhere(A, 'run', 'Hello')
    const again = look(registry, A)
    await until(again.isLive)
    expect(again.text()).toBe('Hello')
  })

  it('S000-55 S001-20 keeps what is known: a return shows it at once and reads only what came since', async () => {
    const { registry, transport, environment, count } = setUp()
    transport.startElsewhere(A, 'run', 'Hello')
    transport.end(A, 'run')
    const first = look(registry, A)
    await until(first.isLive)
    first.stop()
    environment.clock.advance(5_000)
    transport.startElsewhere(A, 'second', 'Again')
    const again = look(registry, A)
    expect(again.text()).toBe('Hello')
    await until(again.isLive)
    expect(again.text()).toBe('Hello|Again')
    expect(count('snapshot')).toBe(1)
  })
})

describe('several runs', () => {
  it('S000-33 S000-24 S000-73 interleaved in three threads of two rooms stay apart', async () => {
    const parts = setUp()
    const [a, b, c] = await Promise.all([running(parts, A), running(parts, B), running(parts, C)])
    for (const round of ['1', '2', '3']) {
      parts.transport.say(A, a.runId, `a${round}`)
      parts.transport.say(C, c.runId, `c${round}`)
      parts.transport.say(B, b.runId, `b${round}`)
      parts.frame()
    }
    expect([a.text(), b.text(), c.text()]).toEqual(['Hello|a1a2a3', 'Hello|b1b2b3', 'Hello|c1c2c3'])
  })

  it('S000-34 S000-71 cancelling one leaves the others', async () => {
    const parts = setUp()
    const [a, c] = await Promise.all([running(parts, A), running(parts, C)])
    await parts.registry.cancel(A, 'enough')
    expect(parts.cancels()).toEqual([{ type: 'cancelRun', key: A, runId: a.runId, reason: 'enough' }])
    expect(a.state().activity.type).toBe('cancelling')
    parts.transport.end(A, a.runId, { type: 'cancelled', by: 'you' })
    parts.transport.end(C, c.runId)
    expect(parts.told('RunCompleted')).toMatchObject([
      { ...A, outcome: { type: 'cancelled' } },
      { ...C, outcome: { type: 'succeeded' } },
    ])
  })

  it('S000-36 S000-38 a thread without a run is idle and shows its own history, and nothing shows nothing', async () => {
    const parts = setUp()
    await running(parts, A)
    parts.transport.startElsewhere(B, 'old', 'Earlier')
    parts.transport.end(B, 'old')
    const b = look(parts.registry, B)
    await until(b.isLive)
    expect(b.text()).toBe('Earlier')
    expect(b.state().activity.type).toBe('idle')
    expect(parts.registry.activeKeys).toEqual([A])
  })

  it('S001-51 in the background are all followed, up to fifty; an observed thread always is', async () => {
    const { registry, transport } = setUp()
    const keys = Array.from({ length: 52 }, (_, at) => ({ roomId: 'R1', threadId: `T${at}` }))
    const tickets = keys.map((key) => registry.start(key, { text: 'Hello' }))
    await Promise.all(tickets.map(({ accepted }) => accepted))
    await until(() => expect(transport.connections).toBe(50))
    const [first] = keys
    if (!first) throw new Error('no keys')
    const view = look(registry, first)
    await until(view.isLive)
    await until(() => expect(transport.connections).toBe(50))
    for (const [at, key] of keys.entries()) if (at > 3) transport.end(key, tickets[at]?.runId ?? '')
    await until(() => expect(registry.activeKeys).toEqual(keys.slice(0, 4)))
  })
})
