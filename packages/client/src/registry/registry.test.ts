/** Runs outlive looking: the promises of documents 000 and 004, against a scripted server and a clock that stands still. */
import { newestLeaf, pathTo, type ThreadKey } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { createManualEnvironment, MANUAL_FRAME_MS } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { TransportError } from '../transport/error.ts'
import { type LifecycleEvent, RegistryError, type RunRegistry, type StartIntent, type ThreadState } from './port.ts'
import { createRunRegistry } from './registry.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
/** The same thread id as A, in another room. */
const C: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const OFFLINE = { type: 'fault', fault: { type: 'network' } } as const
const until = vi.waitFor

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  const events: LifecycleEvent[] = []
  registry.lifecycle.subscribe((event) => void events.push(event))
  const told = (type: LifecycleEvent['type']) => events.filter((event) => event.type === type)
  const cancels = () => transport.asked.filter(({ type }) => type === 'cancelRun' || type === 'cancelThread')
  const count = (type: string) => transport.asked.filter((each) => each.type === type).length
  const frame = () => environment.clock.advance(MANUAL_FRAME_MS)
  return { environment, transport, registry, events, told, cancels, count, frame }
}

/** Looks, and keeps what was shown each time. */
function look(registry: RunRegistry, key: ThreadKey) {
  const thread = registry.observe(key)
  const shown: ThreadState[] = [thread.snapshot()]
  const stop = thread.subscribe(() => void shown.push(thread.snapshot()))
  const state = () => thread.snapshot()
  const isLive = () => expect(state().connection.type).toBe('live')
  return { shown, stop, state, isLive, text: () => text(thread.snapshot()) }
}

function text({ content, pending }: ThreadState): string {
  const messages = content.type === 'ready' ? pathTo(content.view.messages, newestLeaf(content.view.messages)) : []
  return [...messages, ...pending].map(({ content: said }) => said).join('|')
}

/** A run that streams in a thread that is looked at. */
async function running(parts: ReturnType<typeof setUp>, key: ThreadKey) {
  const view = look(parts.registry, key)
  const { runId, accepted } = parts.registry.start(key, { text: 'Hello' })
  await accepted
  await until(view.isLive)
  return { ...view, runId }
}

describe('a start', () => {
  it('S004-8 is shown in the tick of the asking: the words, and that it starts', async () => {
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

  it('S000-C9 S004-5 while one starts or runs is refused on the spot, in this thread only', async () => {
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

  it('G7 I9 whose answers are lost is asked again with the same id, and runs once', async () => {
    const { registry, transport, environment, told, count } = setUp()
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

  it('that is refused gives the words back, once, and nothing has happened', async () => {
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

  it('S004-C3 that needs a sign-in keeps the words', async () => {
    const { registry, transport } = setUp()
    transport.next('start', { type: 'fault', fault: { type: 'unauthorized' } })
    const view = look(registry, A)
    await expect(registry.start(A, { text: 'Hello' }).accepted).rejects.toThrow(TransportError)
    expect(view.state().failedStart?.text).toBe('Hello')
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

describe('looking away', () => {
  it('S000-2 S000-72 changes nothing, and whoever returns sees all of it', async () => {
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

  it('S000-55 keeps what is known: a return shows it at once and reads only what came since', async () => {
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

  it('in the background keep four connections between them, and whoever is looked at always has one', async () => {
    const { registry, transport } = setUp()
    const keys = Array.from({ length: 6 }, (_, at) => ({ roomId: 'R1', threadId: `T${at}` }))
    const tickets = keys.map((key) => registry.start(key, { text: 'Hello' }))
    await Promise.all(tickets.map(({ accepted }) => accepted))
    await until(() => expect(transport.connections).toBe(4))
    const [first] = keys
    if (!first) throw new Error('no keys')
    const view = look(registry, first)
    await until(view.isLive)
    await until(() => expect(transport.connections).toBe(4))
    for (const [at, key] of keys.entries()) transport.end(key, tickets[at]?.runId ?? '')
    await until(() => expect(registry.activeKeys).toEqual([]))
  })
})

describe('a cancel', () => {
  it('S004-17 S004-28 of a run shows “stopping”, then what the log says; the words stay', async () => {
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

  it('S000-C8 when nothing runs is no request', async () => {
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

  it('that could not be delivered says so: the run goes on', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.next('cancelRun', { type: 'fault', fault: problem('storage_full') })
    await expect(parts.registry.cancel(A)).rejects.toThrow(TransportError)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
  })

  it('from another device is shown here', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    await parts.transport.cancelRun(A, a.runId)
    expect(a.state().activity).toEqual({ type: 'cancelling', runId: a.runId })
  })
})

describe('the ends of runs', () => {
  it('S000-45 S000-50 are told once, after the state has changed; a closing connection adds none', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const states: string[] = []
    parts.registry.lifecycle.subscribe(() => void states.push(a.state().activity.type))
    parts.transport.end(A, a.runId)
    parts.transport.drop(A, 'ended')
    await until(() => expect(a.state().connection.type).toBe('waiting'))
    expect(states).toEqual(['idle'])
    expect(parts.events).toEqual([
      { type: 'RunStarted', ...A, runId: a.runId },
      { type: 'RunCompleted', ...A, runId: a.runId, outcome: { type: 'succeeded' } },
    ])
  })

  it.each([
    ['S000-42', { type: 'succeeded' }],
    ['S000-43', { type: 'failed', code: 'agent_error', message: 'It broke.' }],
    ['S000-44', { type: 'cancelled', by: 'you', reason: 'enough' }],
  ] as const)('%s are told with how it ended', async (_, outcome) => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.end(A, a.runId, outcome)
    expect(parts.told('RunCompleted')).toMatchObject([{ outcome }])
    expect(a.state().activity).toMatchObject({ last: { outcome } })
  })

  it('S000-51 deltas are no news', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const before = parts.events.length
    for (let delta = 0; delta < 100; delta += 1) parts.transport.say(A, a.runId, 'x')
    parts.frame()
    expect(parts.events).toHaveLength(before)
  })

  it('that came while this device was cut off are news; those from before it looked are history', async () => {
    const { registry, transport, environment, events } = setUp()
    transport.startElsewhere(A, 'before', 'Hello')
    transport.end(A, 'before')
    const view = look(registry, A)
    await until(view.isLive)
    transport.drop(A)
    await until(() => expect(view.state().connection.type).toBe('waiting'))
    transport.startElsewhere(A, 'meanwhile', 'Hello')
    transport.end(A, 'meanwhile')
    environment.clock.advance(500)
    await until(view.isLive)
    expect(events.map(({ type, runId }) => [type, runId])).toEqual([
      ['RunStarted', 'meanwhile'],
      ['RunCompleted', 'meanwhile'],
    ])
  })

  it('S000-47 never follow from silence: a run without a connection is still active', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.environment.clock.advance(300_000)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(parts.told('RunCompleted')).toEqual([])
  })

  it('can be answered with another answer, or a further one', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.say(A, a.runId, 'No.')
    parts.transport.end(A, a.runId, { type: 'failed', code: 'worker_lost', message: 'Lost.' })
    const [question] = parts.transport.view(A).messages
    const retry = parts.registry.retry(A, a.runId)
    await retry.accepted
    expect(retry.messageIds).toEqual([])
    parts.transport.end(A, retry.runId)
    await parts.registry.continueFrom(A, `${a.runId}-answer`).accepted
    const bodies = parts.transport.asked.flatMap((asked) => (asked.type === 'start' ? [asked.body] : []))
    expect(bodies.slice(1)).toMatchObject([
      { messages: [], parentId: question?.id },
      { messages: [], parentId: `${a.runId}-answer` },
    ])
    expect(() => parts.registry.retry(B, 'unknown')).toThrow(RegistryError)
  })
})

describe('what is shown', () => {
  it('is told once a frame, however much comes; the state is the same until something changes', async () => {
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
    parts.transport.deleteThread(A)
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

  it('after a sign-in goes on where it was', async () => {
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
