/** A page that is opened again on a device that has its threads: what it shows before the server answers, and after. */
import { createFold, type ThreadView } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { createDevice, openPage, settle } from '../cache/testing/device.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { A, look, OFFLINE, text, until } from './testing/looking.ts'
import { pass, streaming, textIn } from './testing/streaming.ts'

describe('a page that is opened again', () => {
  it('S002-5 S002-44 shows the partial text before the server answers, then continues from its position', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    transport.say(A, runId, 'one ')
    page.environment.setHidden(true)
    await settle()
    page.registry.close()
    transport.say(A, runId, 'two ')

    const next = openPage(transport, device)
    const answer = transport.hold('openLog')
    const view = look(next.registry, A)
    await until(() => expect(view.text()).toBe('Hello|one '))
    expect(view.state()).toMatchObject({ activity: { type: 'active', runId }, connection: { type: 'connecting' } })
    answer()
    await until(view.isLive)
    expect(view.text()).toBe('Hello|one two ')
    transport.say(A, runId, 'three')
    next.environment.clock.advance(16)
    expect(view.text()).toBe('Hello|one two three')
    expect(transport.asked.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
  })

  it('shows it without any server, and keeps it while there is none', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    transport.say(A, runId, 'one ')
    await pass(page, 600)
    page.registry.close()
    transport.always(OFFLINE)
    const next = openPage(transport, device)
    const view = look(next.registry, A)
    await until(() => expect(view.text()).toBe('Hello|one '))
    await pass(next, 60_000)
    expect(view.text()).toBe('Hello|one ')
    expect(view.state().connection.type).toBe('waiting')
  })

  it.each(['cursor_gone', 'cursor_ahead'] as const)(
    'whose position the server does not know (%s) drops the row and takes the snapshot',
    async (code) => {
      const device = createDevice()
      const transport = createScriptedTransport()
      transport.startElsewhere(A, 'run', 'Hello')
      const { view: stale } = createStale(transport.view(A))
      await device.put(stale)
      const page = openPage(transport, device)
      transport.next('openLog', { type: 'fault', fault: problem(code) })
      const view = look(page.registry, A)
      await until(() => expect(view.text()).toBe('Hello|not true any more'))
      await pass(page, 2_000)
      await until(view.isLive)
      expect(view.text()).toBe('Hello')
      await pass(page, 1_000)
      expect(textIn(await device.row(A))).toBe('Hello')
    },
  )

  it('of a thread that was deleted meanwhile says so, and has no row of it any more', async () => {
    const device = createDevice()
    const { transport, page } = await streaming(device)
    await pass(page, 600)
    page.registry.close()
    transport.bury(A)
    const next = openPage(transport, device)
    const view = look(next.registry, A)
    await until(() => expect(view.state().content.type).toBe('gone'))
    await settle()
    expect(await device.row(A)).toBeUndefined()
  })

  it('announces no run that began and ended while it was closed, and the end of one that it had shown', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    await pass(page, 600)
    page.registry.close()
    transport.end(A, runId)
    transport.startElsewhere(A, 'later', 'And then?')
    transport.end(A, 'later')
    const next = openPage(transport, device)
    const news: unknown[] = []
    next.registry.lifecycle.subscribe(({ type, runId: of }) => void news.push([type, of]))
    const view = look(next.registry, A)
    await until(view.isLive)
    expect(news).toEqual([
      ['RunStarted', runId],
      ['RunCompleted', runId],
    ])
  })

  it('after a 401 reads nothing, and nothing is left: another person may sign in next', async () => {
    const device = createDevice()
    const { transport, page } = await streaming(device)
    await pass(page, 600)
    page.registry.close()
    const next = openPage(transport, device)
    transport.next('openLog', { type: 'fault', fault: { type: 'unauthorized' } })
    look(next.registry, A)
    await until(() => expect(next.registry.access.snapshot()).toBe('signed-out'))
    await settle()
    expect(device.memory.threads.size + device.memory.lists.size).toBe(0)
    next.registry.close()
    transport.always(OFFLINE)
    const other = openPage(transport, device)
    const view = look(other.registry, A)
    await pass(other, 1_000)
    expect(view.state().content).toEqual({ type: 'loading' })
  })
})

/** As a store had it that was restored from a backup since. */
function createStale(view: ThreadView) {
  const messages = [
    ...view.messages,
    { id: 'x', role: 'assistant' as const, content: 'not true any more', parentId: view.messages[0]?.id ?? null },
  ]
  return { view: createFold(view.key, { ...view, messages, seq: view.seq + 50 }).view() }
}

describe('without the device cache', () => {
  it('S002-7 a page that is opened again has nothing to show until the server answers, and nothing without it', async () => {
    const { transport, page, runId } = await streaming()
    transport.say(A, runId, 'one ')
    transport.end(A, runId)
    await pass(page, 1_000)
    page.registry.close()
    transport.always(OFFLINE)
    const next = openPage(transport)
    const view = look(next.registry, A)
    await pass(next, 10_000)
    expect(view.state().content).toEqual({ type: 'loading' })
    expect(text(view.state())).toBe('')
    // The same with it: so it is the cache that every other promise here rests on.
    const device = createDevice()
    const with_ = await streaming(device)
    with_.transport.say(A, with_.runId, 'one ')
    with_.transport.end(A, with_.runId)
    await settle()
    with_.transport.always(OFFLINE)
    const again = look(openPage(with_.transport, device).registry, A)
    await until(() => expect(again.text()).toBe('Hello|one '))
  })
})
