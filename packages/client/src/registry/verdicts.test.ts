/** The log decides what became of a message: a lost answer proves nothing, and a wrong verdict is withdrawn. */
import type { Run } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'
import { GATEWAY, goAway, HTML, opened, pass } from './testing/away.ts'
import { A, look, OFFLINE, setUp, until } from './testing/looking.ts'

const starts = ({ transport }: ReturnType<typeof setUp>) =>
  transport.asked.flatMap((each) => (each.type === 'start' ? [each.body] : []))

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
