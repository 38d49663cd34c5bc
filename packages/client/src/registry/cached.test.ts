/** What the device has of a thread when nobody looks at it, and while its run streams. */
import { describe, expect, it, vi } from 'vitest'
import { createDevice, openPage, settle } from '../cache/testing/device.ts'
import { createScriptedTransport } from '../testing/scripted-transport.ts'
import { createRunHandles } from './handles.ts'
import { A, B, look, until } from './testing/looking.ts'
import { pass, streaming, textIn } from './testing/streaming.ts'

describe('a run that ends while another thread is looked at', () => {
  it('S000-54 S000-55 leaves its whole conversation on the device, and opening it asks for nothing again', async () => {
    const device = createDevice()
    const { transport, page, view, runId } = await streaming(device)
    view.stop()
    look(page.registry, B)
    transport.say(A, runId, 'All of it')
    transport.end(A, runId)
    await settle()
    const row = await device.row(A)
    expect(textIn(row)).toBe('Hello|All of it')
    expect(row).toMatchObject({ runs: [{ runId, status: 'succeeded' }], open: [] })
    page.registry.close()

    const next = openPage(transport, device)
    const asked = transport.asked.length
    const again = look(next.registry, A)
    await until(again.isLive)
    expect(again.text()).toBe('Hello|All of it')
    expect(transport.asked.slice(asked).map(({ type }) => type)).toEqual(['openLog'])
  })

  it('S000-54 is on the device even if its thread was never opened there', async () => {
    const device = createDevice()
    const transport = createScriptedTransport()
    const page = openPage(transport, device)
    page.registry.overview.subscribe(() => {})
    await until(() => expect(page.registry.connection.snapshot().type).toBe('live'))
    transport.startElsewhere(A, 'run', 'Hello')
    transport.say(A, 'run', 'All of it')
    transport.end(A, 'run')
    await pass(page, 3_000)
    await until(async () => expect(textIn(await device.row(A))).toBe('Hello|All of it'))
    const asked = transport.asked.length
    const view = look(page.registry, A)
    await until(view.isLive)
    expect(view.text()).toBe('Hello|All of it')
    expect(transport.asked.slice(asked).map(({ type }) => type)).not.toContain('snapshot')
  })

  it('is loaded for the newest twenty of many at most, one after the other', async () => {
    const device = createDevice()
    const transport = createScriptedTransport()
    const page = openPage(transport, device)
    page.registry.overview.subscribe(() => {})
    await until(() => expect(page.registry.connection.snapshot().type).toBe('live'))
    for (let n = 0; n < 50; n += 1) {
      transport.startElsewhere({ roomId: 'R1', threadId: `T${n}` }, `run-${n}`, 'Hello')
      transport.end({ roomId: 'R1', threadId: `T${n}` }, `run-${n}`)
    }
    const answer = transport.hold('snapshot')
    await pass(page, 10_000)
    const snapshots = () => transport.asked.flatMap((each) => (each.type === 'snapshot' ? [each.key.threadId] : []))
    expect(snapshots()).toEqual(['T49'])
    answer()
    await pass(page, 120_000)
    expect(snapshots()).toEqual(Array.from({ length: 20 }, (_, n) => `T${49 - n}`))
  })

  it('S000-56 is reported once, with its key and result, and written once; also through notifyCompletion', async () => {
    const device = createDevice()
    const { transport, page, view, runId, completed } = await streaming(device)
    view.stop()
    await pass(page, 600)
    const writes = () => device.calls.filter((call) => call === 'writeThread').length
    const before = writes()
    transport.end(A, runId)
    await settle()
    expect(writes() - before).toBe(1)
    expect(await device.row(A)).toMatchObject({ runs: [{ runId, status: 'succeeded' }] })
    await pass(page, 5_000)
    expect(writes() - before).toBe(1)
    expect(completed.mock.calls).toEqual([[A, { type: 'succeeded' }]])

    const told = vi.fn()
    createRunHandles(told).notifyCompletion(A, { type: 'succeeded' })
    expect(told.mock.calls).toEqual([[A, { type: 'succeeded' }]])
  })

  it('S000-57 and fails has its partial text and the message of the person on the device too', async () => {
    const device = createDevice()
    const { transport, page, view, runId } = await streaming(device)
    view.stop()
    look(page.registry, B)
    transport.say(A, runId, 'Half of')
    transport.end(A, runId, { type: 'failed', code: 'agent_error', message: 'It broke.' })
    await settle()
    const row = await device.row(A)
    expect(textIn(row)).toBe('Hello|Half of')
    expect(row).toMatchObject({ runs: [{ runId, status: 'failed' }], open: [] })
  })
})

describe('while a run streams', () => {
  it('S002-1 S002-2 S002-3 the device has a growing prefix of its text, and its status and open parts', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    const seen: string[] = []
    let whole = ''
    for (let word = 0; word < 40; word += 1) {
      whole += `word ${word} `
      transport.say(A, runId, `word ${word} `)
      await pass(page, 100)
      const row = await device.row(A)
      if (row?.messages[1]) seen.push(String(row.messages[1].content))
      if (row) expect(row).toMatchObject({ runs: [{ runId, status: 'running' }] })
      if (row?.messages[1]) expect(row.open).toMatchObject([{ kind: 'text', runId }])
    }
    expect(new Set(seen).size).toBeGreaterThan(5)
    for (const [at, text] of seen.entries()) {
      expect(whole.startsWith(text)).toBe(true)
      expect(text.length).toBeGreaterThanOrEqual(seen[at - 1]?.length ?? 0)
    }
  })

  it('S002-4 its end is on the device at once: final status, whole text, nothing pending', async () => {
    const device = createDevice()
    const { transport, page, view, runId } = await streaming(device)
    transport.say(A, runId, 'Hi')
    transport.end(A, runId)
    // No time has passed.
    await settle()
    const row = await device.row(A)
    expect(row).toMatchObject({ seq: transport.view(A).seq, runs: [{ status: 'succeeded' }], open: [] })
    expect(textIn(row)).toBe('Hello|Hi')
    expect(view.state().pending).toEqual([])
    page.registry.close()
  })

  it('S002-38 each thread is written at most twice a second, and nothing is read', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    await pass(page, 1_000)
    const before = device.calls.length
    for (let n = 0; n < 1_000; n += 1) {
      transport.say(A, runId, 'x')
      if (n % 10 === 9) await pass(page, 100)
    }
    const calls = device.calls.slice(before)
    expect(new Set(calls)).toEqual(new Set(['writeThread']))
    expect(calls.length).toBeLessThanOrEqual(21)
    expect(calls.length).toBeGreaterThanOrEqual(10)
  })

  it('is written at once when the page is hidden, which may be its end', async () => {
    const device = createDevice()
    const { transport, page, runId } = await streaming(device)
    transport.say(A, runId, 'Just now')
    page.environment.setHidden(true)
    await settle()
    expect(textIn(await device.row(A))).toBe('Hello|Just now')
  })
})
