/** What is kept of a thread: shown at once, fetched once, brought up to date wherever its runs end. */
import type { Outcome } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { A, B, C, look, OFFLINE, running, setUp, until } from './testing/looking.ts'

describe('what is kept of a thread', () => {
  it('S000-C11 is fetched once for all observers, again after an error, shown without a request, and refreshed alone', async () => {
    const { registry, transport, environment, count } = setUp()
    transport.startElsewhere(A, 'old', 'Earlier')
    transport.end(A, 'old')
    transport.startElsewhere(B, 'other', 'Other')
    transport.end(B, 'other')
    transport.next('snapshot', OFFLINE)
    const views = [look(registry, A), look(registry, A)]
    await until(() => expect(views[0]?.state().connection.type).toBe('waiting'))
    expect(count('snapshot')).toBe(1)
    environment.clock.advance(1_000)
    for (const view of views) {
      await until(view.isLive)
      expect(view.text()).toBe('Earlier')
      view.stop()
    }
    const b = look(registry, B)
    await until(b.isLive)
    environment.clock.advance(60_000)
    const before = count('snapshot')
    const again = look(registry, A)
    expect(again.text()).toBe('Earlier')
    await until(again.isLive)
    expect(count('snapshot')).toBe(before)

    const other = b.state().content
    registry.refresh(A)
    registry.refresh(C)
    expect(again.text()).toBe('Earlier')
    await until(() => expect(count('snapshot')).toBe(before + 1))
    await until(again.isLive)
    expect(again.text()).toBe('Earlier')
    expect(b.state().content).toBe(other)
  })

  it('S000-68 S000-71 is kept apart for the same thread id in two rooms, as are runs, cancels and ends', async () => {
    const parts = setUp()
    const [a, c] = await Promise.all([running(parts, A), running(parts, C)])
    parts.transport.say(A, a.runId, 'in one')
    parts.transport.say(C, c.runId, 'in two')
    parts.frame()
    await parts.registry.cancel(A)
    parts.transport.end(A, a.runId, { type: 'cancelled', by: 'you' })
    expect([a.text(), c.text()]).toEqual(['Hello|in one', 'Hello|in two'])
    expect(parts.completions).toMatchObject([[A, { type: 'cancelled' }]])
    expect(parts.handles.hasActive(C)).toBe(true)
    for (const view of [a, c]) view.stop()
    parts.environment.clock.advance(6_000)
    expect([look(parts.registry, A).text(), look(parts.registry, C).text()]).toEqual(['Hello|in one', 'Hello|in two'])
  })

  it.each([
    { what: 'a success', outcome: { type: 'succeeded' } },
    { what: 'a failure', outcome: { type: 'failed', code: 'agent_error', message: 'It broke.' } },
    { what: 'a cancel', outcome: { type: 'cancelled', by: 'you' } },
  ] satisfies readonly { what: string; outcome: Outcome }[])(
    'is whole after $what in the background: words, sources, tool results, the agent’s state',
    async ({ outcome }) => {
      const parts = setUp()
      const { transport, registry } = parts
      const a = await running(parts, A)
      a.stop()
      look(registry, B)
      parts.environment.clock.advance(6_000)
      const sources = [{ title: 'A book', page: 7 }]
      const messageId = `${a.runId}-answer`
      transport.say(A, a.runId, 'partial')
      transport.emit(A, a.runId, { type: 'TEXT_MESSAGE_END', messageId, metadata: { sources } })
      transport.emit(A, a.runId, {
        type: 'TOOL_CALL_START',
        toolCallId: 'call',
        toolCallName: 'look',
        parentMessageId: messageId,
      })
      transport.emit(A, a.runId, { type: 'TOOL_CALL_END', toolCallId: 'call' })
      transport.emit(A, a.runId, { type: 'TOOL_CALL_RESULT', messageId: 'result', toolCallId: 'call', content: '42' })
      transport.emit(A, a.runId, { type: 'STATE_SNAPSHOT', snapshot: { step: 3 } })
      transport.finish(A, a.runId, outcome)
      await until(() => expect(parts.completions).toEqual([[A, outcome]]))
      const snapshots = parts.count('snapshot')
      const { content } = registry.observe(A).snapshot()
      expect(content).toMatchObject({
        type: 'ready',
        view: {
          state: { step: 3 },
          runs: [{ status: outcome.type }],
          messages: [
            { content: 'Hello' },
            { content: 'partial', metadata: { sources }, toolCalls: [{ id: 'call' }] },
            { role: 'tool', content: '42' },
          ],
        },
      })
      expect(parts.count('snapshot')).toBe(snapshots)
    },
  )

  it('hears of what another device has written, changed and deleted meanwhile', async () => {
    const { registry, transport, environment } = setUp()
    transport.startElsewhere(A, 'old', 'Earlier')
    transport.end(A, 'old')
    const first = look(registry, A)
    await until(first.isLive)
    first.stop()
    environment.clock.advance(6_000)
    transport.startElsewhere(A, 'new', 'Edited elsewhere')
    const again = look(registry, A)
    await until(again.isLive)
    expect(again.text()).toBe('Earlier|Edited elsewhere')
    expect(again.state().activity).toEqual({ type: 'active', runId: 'new' })
    again.stop()
    environment.clock.advance(6_000)
    transport.end(A, 'new')
    transport.bury(A)
    const last = look(registry, A)
    await until(() => expect(last.state().content.type).toBe('gone'))
  })
})

describe('what was loaded', () => {
  it('S004-C12 stays when a run fails without output, and when it cannot be fetched again', async () => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.say(A, a.runId, 'kept')
    parts.transport.end(A, a.runId)
    const { runId, accepted } = parts.registry.start(A, { text: 'Again' })
    await accepted
    parts.transport.end(A, runId, { type: 'failed', code: 'agent_error', message: 'It broke.' })
    expect(a.text()).toBe('Hello|kept|Again')

    parts.transport.next('snapshot', OFFLINE)
    parts.registry.refresh(A)
    await until(() => expect(a.state().connection.type).toBe('waiting'))
    expect(a.text()).toBe('Hello|kept|Again')
    parts.environment.clock.advance(5_000)
    await until(a.isLive)
    expect(a.text()).toBe('Hello|kept|Again')
    const first = a.shown.findIndex(({ content }) => content.type === 'ready')
    expect(a.shown.slice(first).every(({ content }) => content.type === 'ready')).toBe(true)
  })
})

describe('after every kind of end', () => {
  it.each([
    { type: 'succeeded' },
    { type: 'failed', code: 'worker_lost', message: 'Lost.' },
    { type: 'cancelled', by: 'you' },
    { type: 'superseded', by: 'another' },
    { type: 'interrupted', interrupts: [] },
  ] satisfies readonly Outcome[])('another answer and a further one can be asked for: $type', async (outcome) => {
    const parts = setUp()
    const a = await running(parts, A)
    parts.transport.say(A, a.runId, 'partial')
    parts.transport.end(A, a.runId, outcome)
    const onward = parts.registry.continueFrom(A, `${a.runId}-answer`)
    await onward.accepted
    parts.transport.end(A, onward.runId, outcome)
    const retry = parts.registry.retry(A, a.runId)
    await retry.accepted
    expect(a.state().activity).toEqual({ type: 'active', runId: retry.runId })
    expect(a.text()).toContain('Hello')
    const [question] = parts.transport.view(A).messages
    const bodies = parts.transport.asked.flatMap((asked) => (asked.type === 'start' ? [asked.body] : []))
    expect(bodies.slice(1)).toMatchObject([{ parentId: `${a.runId}-answer` }, { parentId: question?.id }])
  })
})
