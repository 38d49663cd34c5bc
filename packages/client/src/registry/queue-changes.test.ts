/** A queue that is edited, reordered, paused or emptied: at once here, and in the same way on the server. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, look, OFFLINE, reload, running, setUp, until } from './testing/looking.ts'
import { waiting } from './testing/waiting.ts'

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
