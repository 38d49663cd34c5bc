/** A message that is sent while a run is active: shown at once, and started in order. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, look, running, setUp, until } from './testing/looking.ts'
import { waiting } from './testing/waiting.ts'

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
