/** The log decides what became of a stop, a change of the queue or a deletion whose answer was lost. */
import { describe, expect, it } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { GATEWAY, goAway, opened, pass } from './testing/away.ts'
import { A, running, setUp, until } from './testing/looking.ts'

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
