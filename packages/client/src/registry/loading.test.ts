/**
 * How a thread's content gets on screen: one way for the first look, a switch, a reload and a second tab. Positions decide
 * what is newer.
 */
import { describe, expect, it } from 'vitest'
import { type createDevice, openPage, settle } from '../cache/testing/device.ts'
import type { ScriptedTransport } from '../testing/scripted-transport.ts'
import { A, B, look, OFFLINE, until } from './testing/looking.ts'
import { holdReads, onDevice } from './testing/on-device.ts'

describe('what a view begins with', () => {
  it('S002-12 is never what another view of the thread had: a new one starts empty, and takes the newest there is', async () => {
    const { device, transport, old } = onDevice()
    const page = openPage(transport, device)
    const first = look(page.registry, A)
    await until(first.isLive)
    const kept = first.state()
    first.stop()
    page.registry.close()
    await device.put(old)
    const next = openPage(transport, device)
    const view = look(next.registry, A)
    expect(view.shown[0]?.content).toEqual({ type: 'loading' })
    await until(view.isLive)
    expect(view.text()).toBe('Hello|one two ')
    expect(view.state()).not.toBe(kept)
  })

  it('S002-13 S002-14 is loaded before it is first shown, after a switch as on the first look: text only grows', async () => {
    const { device, transport } = onDevice()
    transport.startElsewhere(B, 'other', 'Hi')
    const page = openPage(transport, device)
    for (const [key, other] of [
      [A, B],
      [B, A],
      [A, B],
    ] as const) {
      const view = look(page.registry, key)
      await until(() => expect(view.state().connection.type).toBe('live'))
      const said = view.shown.flatMap(({ content }) =>
        content.type === 'ready' ? [content.view.messages.map((each) => each.content).join('|')] : [],
      )
      for (const [at, text] of said.entries()) expect(text.startsWith(said[at - 1] ?? '')).toBe(true)
      expect(view.shown.findLastIndex(({ content }) => content.type === 'loading')).toBeLessThanOrEqual(1)
      look(page.registry, other).stop()
      view.stop()
    }
  })
})

describe('a row of the device that changes meanwhile', () => {
  it('S002-15 is not taken while content is loading: what the server says comes first', async () => {
    const { device, transport, old } = onDevice()
    await device.put(old)
    const page = openPage(transport, device)
    const go = holdReads(device)
    const view = look(page.registry, A)
    await settle()
    // The page is told meanwhile that the thread is gone, which no row changes.
    transport.bury(A)
    await page.registry.deleteThread(A)
    go()
    await settle()
    expect(view.state().content.type).toBe('gone')
  })

  it('S002-16 is not taken while a message is on its way, and takes nothing of it away', async () => {
    const { device, transport, old } = onDevice()
    const page = openPage(transport, device)
    const view = look(page.registry, A)
    await until(view.isLive)
    transport.end(A, 'run')
    const answer = transport.hold('start')
    page.registry.start(A, { text: 'And then?' }).accepted.catch(() => {})
    // Another tab that was slower writes what it has.
    await device.put(old)
    await settle()
    expect(view.text()).toBe('Hello|one two |And then?')
    answer()
    await until(() => expect(view.state().pending).toEqual([]))
    expect(view.text()).toBe('Hello|one two |And then?')
  })

  it('S002-16 shows the pending message beside the row, and sends it, when the page has just been opened', async () => {
    const { device, transport } = onDevice()
    transport.end(A, 'run')
    await device.put(transport.view(A))
    const offline = transport.always(OFFLINE)
    const before = openPage(transport, device)
    before.registry.start(A, { text: 'And then?' }).accepted.catch(() => {})
    before.registry.close()
    const page = openPage(transport, device, before.kept)
    const view = look(page.registry, A)
    await until(() => expect(view.text()).toBe('Hello|one two |And then?'))
    offline()
    page.environment.clock.advance(20_000)
    await until(() => expect(transport.view(A).runs).toHaveLength(2))
  })

  it('S002-17 is taken where nothing is known and nothing is pending', async () => {
    const { device, transport } = onDevice()
    await device.put(transport.view(A))
    transport.always(OFFLINE)
    const page = openPage(transport, device)
    const view = look(page.registry, A)
    await until(() => expect(view.text()).toBe('Hello|one two '))
  })

  it('S002-6 the higher position wins between two tabs, and the same content twice is no conflict', async () => {
    const { device, transport, old } = onDevice()
    const newer = transport.view(A)
    await device.put(newer)
    await device.put(old)
    expect((await device.row(A))?.seq).toBe(newer.seq)
    const { troubles, one, two } = await twoTabs(device, transport)
    expect(one.text()).toBe(two.text())
    expect((await device.row(A))?.seq).toBe(transport.view(A).seq)
    expect(troubles).toEqual([])
  })
})

async function twoTabs(device: ReturnType<typeof createDevice>, transport: ScriptedTransport) {
  const troubles: unknown[] = []
  const tabs = [openPage(transport, device), openPage(transport, device)]
  const [one, two] = tabs.map(({ registry }) => look(registry, A)) as [ReturnType<typeof look>, ReturnType<typeof look>]
  for (const { registry } of tabs)
    registry.events.subscribe((event) => event.type === 'InputDropped' && troubles.push(event))
  await until(one.isLive)
  await until(two.isLive)
  transport.say(A, 'run', 'three')
  transport.end(A, 'run')
  await settle()
  return { troubles, one, two }
}
