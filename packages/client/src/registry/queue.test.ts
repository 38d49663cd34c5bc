/** The queue of a thread: shown at once, kept in order, changed by hand, independent of other threads. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, look, OFFLINE, reload, running, setUp, until } from './testing/looking.ts'

type Parts = ReturnType<typeof setUp>

/** A run that streams, and behind it these, accepted. */
async function waiting(parts: Parts, ...texts: readonly string[]) {
  const view = await running(parts, A)
  const tickets = texts.map((text) => parts.registry.start(A, { text, onBusy: 'enqueue' }))
  await Promise.all(tickets.map(({ accepted }) => accepted))
  const ids = tickets.map(({ runId }) => runId)
  const queue = () => view.state().queue
  return { ...view, ids, queue, words: () => queue().items.map(({ text }) => text) }
}

describe('a message sent while a run is active', () => {
  it('S001-66 S001-67 S001-73 waits in the tick of its asking, in order, sending until the server has it, and is answered in its turn', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const answer = parts.transport.hold('start')
    const one = parts.registry.start(A, { text: 'one', onBusy: 'enqueue' })
    const two = parts.registry.start(A, { text: 'two', onBusy: 'enqueue' })
    expect(a.state().queue).toEqual({
      items: [
        { runId: one.runId, text: 'one', stage: 'sending' },
        { runId: two.runId, text: 'two', stage: 'sending' },
      ],
      paused: false,
    })
    expect(a.text()).toBe('Hello')
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    answer()
    await two.accepted
    expect(a.state().queue.items.map(({ stage }) => stage)).toEqual(['queued', 'queued'])
    expect(parts.told('RunStarted')).toHaveLength(1)

    parts.transport.end(A, a.runId)
    expect(a.state().activity).toEqual({ type: 'active', runId: one.runId })
    expect(a.state().queue.items.map(({ text }) => text)).toEqual(['two'])
    expect(a.text()).toBe('Hello|one')
    await expect(parts.registry.editQueued(A, one.runId, 'late')).rejects.toMatchObject({
      fault: { problem: { code: 'not_queued' } },
    })
    parts.transport.end(A, one.runId)
    parts.transport.end(A, two.runId)
    expect(a.text()).toBe('Hello|one|two')
    expect(parts.events.map(({ type, runId }) => `${type} ${runId}`)).toEqual(
      [a.runId, one.runId, two.runId].flatMap((id) => [`RunStarted ${id}`, `RunCompleted ${id}`]),
    )
  })

  it('takes its place where that was asked for: the one stops, the other is shown at once and follows', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'later')
    const next = parts.registry.start(A, { text: 'Rather this', onBusy: 'supersede' })
    expect(a.state().activity).toEqual({ type: 'cancelling', runId: a.runId })
    expect(a.text()).toBe('Hello|Rather this')
    expect(a.words()).toEqual(['later'])
    await next.accepted
    parts.transport.end(A, a.runId)
    expect(a.state().activity).toEqual({ type: 'active', runId: next.runId })
    expect(a.state().pending).toEqual([])
    expect(a.text()).toBe('Hello|Rather this')
    expect(parts.told('RunCompleted')).toMatchObject([{ outcome: { type: 'superseded', by: next.runId } }])
    parts.transport.end(A, next.runId)
    expect(a.text()).toBe('Hello|Rather this|later')
  })

  it('and refused leaves the run as it was and gives its words back; of two refused, one after the other', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    const full = { type: 'fault', fault: problem('queue_full') } as const
    for (let times = 0; times < 3; times += 1) parts.transport.next('start', full)
    const tickets = [
      parts.registry.start(A, { text: 'one', onBusy: 'enqueue' }),
      parts.registry.start(A, { text: 'two', onBusy: 'enqueue' }),
      parts.registry.start(A, { text: 'instead', onBusy: 'supersede' }),
    ]
    for (const { accepted } of tickets) await expect(accepted).rejects.toThrow('queue_full')
    expect(a.state()).toMatchObject({ activity: { type: 'active', runId: a.runId }, pending: [], queue: { items: [] } })
    for (const text of ['one', 'two', 'instead']) {
      expect(a.state().failedStart?.text).toBe(text)
      parts.registry.dismissFailedStart(A)
    }
    expect(a.state().failedStart).toBeUndefined()
    expect(parts.wishes()).toEqual([])
  })

  it('before the server knows of that run is sent behind it, and instead of it when it is to take its place', async () => {
    const parts = setUp()
    const view = look(parts.registry, A)
    const answer = parts.transport.hold('start')
    const first = parts.registry.start(A, { text: 'first' })
    const second = parts.registry.start(A, { text: 'second', onBusy: 'enqueue' })
    expect(parts.count('start')).toBe(1)
    answer()
    await second.accepted
    await until(view.isLive)
    expect(parts.transport.view(A).runs.map(({ runId }) => runId)).toEqual([first.runId, second.runId])
    const held = parts.transport.hold('start')
    parts.registry.start(B, { text: 'wrong' }).accepted.catch(() => {})
    const right = parts.registry.start(B, { text: 'right', onBusy: 'supersede' })
    const other = look(parts.registry, B)
    expect(other.state().activity).toEqual({ type: 'starting', runId: right.runId })
    held()
    await right.accepted
    await until(() => expect(other.state().activity).toEqual({ type: 'active', runId: right.runId }))
  })
})

describe('the queue', () => {
  it('S001-72 is edited, reordered, paused and resumed at once, and so on the server', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one', 'two', 'three')
    const [one = '', two = '', three = ''] = a.ids
    const answers = [parts.transport.holdAnswer('changeRun'), parts.transport.holdAnswer('changeQueue')]
    const wishes = [
      parts.registry.pauseQueue(A),
      parts.registry.editQueued(A, one, 'ONE'),
      parts.registry.reorderQueue(A, [three, one]),
    ]
    expect(a.words()).toEqual(['three', 'ONE', 'two'])
    expect(a.queue().paused).toBe(true)
    for (const answer of answers) answer()
    await Promise.all(wishes)
    expect(a.words()).toEqual(['three', 'ONE', 'two'])
    const { queue, queuePaused } = parts.transport.view(A)
    expect(queue.map(({ run }) => run.runId)).toEqual([three, one, two])
    expect(queue.map(({ messages }) => messages[0]?.content)).toEqual(['three', 'ONE', 'two'])
    expect(queuePaused).toBe(true)
    // From elsewhere it may be changed too: what was asked for here is over.
    await parts.transport.ask('changeQueue', [A, { order: [two, one, three], paused: false }])
    expect(a.words()).toEqual(['two', 'ONE', 'three'])
    expect(a.queue().paused).toBe(false)
  })

  it('S001-68 S001-69 paused, does not start when the active run ends, and starts when it is resumed', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one', 'two')
    await parts.registry.pauseQueue(A)
    parts.transport.say(A, a.runId, 'half')
    expect(a.state().activity.type).toBe('active')
    parts.transport.end(A, a.runId)
    expect(a.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'succeeded' } } })
    expect(a.words()).toEqual(['one', 'two'])
    // A question that is not asked to wait goes before them and does not resume them.
    const now = parts.registry.start(A, { text: 'now' })
    await now.accepted
    expect(a.text()).toBe('Hello|half|now')
    parts.transport.end(A, now.runId)
    expect(a.words()).toEqual(['one', 'two'])
    expect(a.state().activity.type).toBe('idle')
    await parts.registry.resumeQueue(A)
    expect(a.state().activity).toEqual({ type: 'active', runId: a.ids[0] })
    expect(a.words()).toEqual(['two'])
  })

  it('is held by a failure and by a stop, from wherever', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one')
    const cancelled = parts.registry.cancel(A)
    await cancelled
    parts.transport.end(A, a.runId, { type: 'cancelled', by: 'you' })
    expect(a.queue()).toMatchObject({ items: [{ text: 'one', stage: 'queued' }], paused: true })
    expect(a.state().activity).toMatchObject({ type: 'idle', last: { outcome: { type: 'cancelled' } } })
  })

  it('S001-70 is taken out one by one, while the current run ends as it would, and nobody hears of what never was', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one', 'two')
    const [one = '', two = ''] = a.ids
    const held = parts.transport.hold('cancelRun')
    const gone = parts.registry.cancel({ key: A, runId: one })
    expect(a.queue().items.map(({ stage }) => stage)).toEqual(['leaving', 'queued'])
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    held()
    await gone
    await parts.transport.ask('cancelRun', [A, two])
    expect(a.queue().items).toEqual([])
    expect(a.state().failedStart).toBeUndefined()
    parts.transport.end(A, a.runId)
    expect(a.state().activity).toMatchObject({ type: 'idle', last: { runId: a.runId, outcome: { type: 'succeeded' } } })
    expect(parts.events.map(({ runId }) => runId)).toEqual([a.runId, a.runId])
    expect(parts.completions).toEqual([[A, { type: 'succeeded' }]])
    expect(parts.wishes()).toEqual([])
  })

  it('is taken out before the server has heard of it, and its words do not come back', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    for (let times = 0; times < 3; times += 1) parts.transport.next('start', OFFLINE)
    const { runId, accepted } = parts.registry.start(A, { text: 'Never mind', onBusy: 'enqueue' })
    accepted.catch(() => {})
    await until(() => expect(parts.count('start')).toBe(2))
    await parts.registry.cancel({ key: A, runId })
    await until(() => expect(a.state().queue.items).toEqual([]))
    expect(a.state().failedStart).toBeUndefined()
    expect(a.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(parts.wishes()).toEqual([])
  })

  it('is sent now: before the others, in place of the active run, whether or not the queue is paused', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one', 'two', 'three')
    const [one = '', two = '', three = ''] = a.ids
    const sent = parts.registry.sendNow(A, two)
    expect(a.queue().items).toMatchObject([{ text: 'one' }, { text: 'two', stage: 'going' }, { text: 'three' }])
    await sent
    expect(a.state().activity).toEqual({ type: 'cancelling', runId: a.runId })
    parts.transport.end(A, a.runId)
    expect(a.state().activity).toEqual({ type: 'active', runId: two })
    expect(a.words()).toEqual(['one', 'three'])
    parts.transport.end(A, two, { type: 'failed', code: 'agent_error', message: 'No.' })
    expect(a.queue().paused).toBe(true)
    await parts.registry.sendNow(A, three)
    expect(a.state().activity).toEqual({ type: 'active', runId: three })
    parts.transport.end(A, three)
    expect([a.queue().paused, a.words(), a.state().activity.type]).toEqual([true, ['one'], 'idle'])
    await expect(parts.registry.sendNow(A, three)).rejects.toMatchObject({ fault: { problem: { code: 'not_queued' } } })
    expect(a.queue().items).toEqual([{ runId: one, text: 'one', stage: 'queued' }])
  })

  it('is as it was when a change of it cannot be delivered, which is said once', async () => {
    const parts = setUp()
    const a = await waiting(parts, 'one', 'two')
    const [one = ''] = a.ids
    const refused = { type: 'fault', fault: problem('storage_full') } as const
    parts.transport.next('changeRun', refused)
    parts.transport.next('changeQueue', refused)
    const edit = parts.registry.editQueued(A, one, 'ONE')
    const pause = parts.registry.pauseQueue(A)
    expect([a.words(), a.queue().paused]).toEqual([['ONE', 'two'], true])
    await expect(edit).rejects.toThrow()
    await expect(pause).rejects.toThrow()
    expect([a.words(), a.queue().paused]).toEqual([['one', 'two'], false])
  })

  it('S001-66 S001-74 is there in its order after a look elsewhere and after a reload, sent or not', async () => {
    const before = setUp()
    const a = await waiting(before, 'one')
    const [one] = a.ids
    await before.registry.pauseQueue(A)
    for (let times = 0; times < 4; times += 1) before.transport.next('start', OFFLINE)
    const unsent = ['two', 'three'].map((text) => {
      before.environment.clock.advance(1)
      const { runId, accepted } = before.registry.start(A, { text, onBusy: 'enqueue' })
      accepted.catch(() => {})
      return runId
    })
    a.stop()
    const back = look(before.registry, A)
    expect(back.state().queue.items.map(({ stage }) => stage)).toEqual(['queued', 'sending', 'sending'])
    const after = reload(before)
    const view = look(after.registry, A)
    await until(() => {
      after.environment.clock.advance(1_000)
      expect(view.state().queue.items.map(({ text, stage }) => `${text} ${stage}`)).toEqual([
        'one queued',
        'two queued',
        'three queued',
      ])
    })
    expect(view.state().queue.paused).toBe(true)
    expect(view.state().activity).toEqual({ type: 'active', runId: a.runId })
    expect(after.transport.view(A).queue.map(({ run }) => run.runId)).toEqual([one, ...unsent])
  })
})
