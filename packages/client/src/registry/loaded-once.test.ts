/** Loading is done once, works again after a failure, and leaves nothing open; leaving and returning needs none. */
import { createFold, type ThreadView } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { openPage, settle } from '../cache/testing/device.ts'
import type { ScriptedTransport } from '../testing/scripted-transport.ts'
import { A, B, look, OFFLINE, until } from './testing/looking.ts'
import { holdReads, onDevice } from './testing/on-device.ts'

const asked = ({ asked }: ScriptedTransport, type: string) => asked.filter((each) => each.type === type).length

describe('loading', () => {
  it('S002-22 is done once for all that ask for it at the same time', async () => {
    const { device, transport } = onDevice()
    const page = openPage(transport, device)
    const go = holdReads(device)
    const views = Array.from({ length: 5 }, () => look(page.registry, A))
    await settle()
    page.registry.resume()
    // The attempt that began is given up; the next one joins its reading.
    views[0]?.stop()
    go()
    for (const view of views.slice(1)) await until(view.isLive)
    expect(device.calls.filter((call) => call === 'readThread')).toHaveLength(1)
    expect(asked(transport, 'snapshot')).toBe(1)
  })

  it('S002-23 works again after it failed: a device that refuses costs nothing but the row', async () => {
    const { device, transport } = onDevice()
    Object.assign(device.rows, { readThread: () => Promise.reject(new Error('No.')) })
    const page = openPage(transport, device)
    transport.next('snapshot', OFFLINE)
    const view = look(page.registry, A)
    await until(() => expect(view.state().connection.type).toBe('waiting'))
    page.environment.clock.advance(2_000)
    await until(view.isLive)
    expect(view.text()).toBe('Hello|one two ')
  })

  it('S002-26 S002-39 of 50 rapid switches asks once for each thread, doubles nothing and leaves nothing open', async () => {
    const { device, transport } = onDevice()
    transport.startElsewhere(B, 'other', 'Hi')
    const page = openPage(transport, device)
    let leave = () => {}
    for (let turn = 0; turn < 50; turn += 1) {
      const { stop } = look(page.registry, turn % 2 === 0 ? A : B)
      leave()
      leave = stop
      if (turn % 7 === 0) await settle()
    }
    const view = look(page.registry, A)
    leave()
    await until(view.isLive)
    expect(asked(transport, 'snapshot')).toBe(2)
    expect(view.text()).toBe('Hello|one two ')
    view.stop()
    transport.end(A, 'run')
    transport.end(B, 'other')
    await settle()
    page.environment.clock.advance(6_000)
    await until(() => expect(transport.connections).toBe(0))
    await settle()
    page.environment.clock.advance(6_000)
    expect(page.environment.clock.waiting).toBe(0)
    expect(page.environment.listeners).toBe(0)
  })
})

describe('leaving and returning', () => {
  it('S002-24 S002-31 S002-32 before the end shows it streaming, and the run has noticed nothing', async () => {
    const { device, transport } = onDevice()
    const page = openPage(transport, device)
    const first = look(page.registry, A)
    await until(first.isLive)
    first.stop()
    const other = look(page.registry, B)
    transport.say(A, 'run', 'three ')
    other.stop()
    const view = look(page.registry, A)
    expect(view.text()).toBe('Hello|one two three ')
    transport.say(A, 'run', 'four')
    page.environment.clock.advance(16)
    expect(view.text()).toBe('Hello|one two three four')
    expect(transport.asked.filter(({ type }) => type.startsWith('cancel'))).toEqual([])
  })

  it('S002-33 after the end shows the whole text with the first look', async () => {
    const { device, transport } = onDevice()
    const page = openPage(transport, device)
    const first = look(page.registry, A)
    await until(first.isLive)
    first.stop()
    look(page.registry, B)
    transport.say(A, 'run', 'three')
    transport.end(A, 'run')
    expect(look(page.registry, A).text()).toBe('Hello|one two three')
  })

  it('S002-30 needs no refresh on focus, on completion or on switching: nothing is asked for', async () => {
    const { device, transport } = onDevice()
    const page = openPage(transport, device)
    const view = look(page.registry, A)
    await until(view.isLive)
    const before = transport.asked.length
    page.environment.setHidden(true)
    page.environment.setHidden(false)
    transport.say(A, 'run', 'three')
    transport.end(A, 'run')
    view.stop()
    look(page.registry, A)
    await settle()
    expect(transport.asked.slice(before)).toEqual([])
  })
})

it('a row that is no view of its thread is dropped, and the server is asked as if there were none', async () => {
  const { device, transport, old } = onDevice()
  await device.put({ ...createFold(A, old).view(), runs: 'none' } as unknown as ThreadView)
  const page = openPage(transport, device)
  const view = look(page.registry, A)
  await until(view.isLive)
  expect(view.text()).toBe('Hello|one two ')
  page.environment.clock.advance(600)
  await settle()
  expect((await device.row(A))?.runs).toHaveLength(1)
})
