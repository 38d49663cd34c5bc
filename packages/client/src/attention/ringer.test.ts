/** Which window shows the end of a run, and how. */
import { DEFAULT_NOTIFICATION_SETTINGS } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, claimsOf, createServer, turn, until } from './testing/pages.ts'

const FAILED = { type: 'failed', code: 'agent_error', message: 'It broke.' } as const
const INTERRUPTED = { type: 'interrupted', interrupts: [] } as const

it('S002-25 a run that ends while another thread is open is shown in the page, claimed on the server, once', async () => {
  const server = createServer()
  const page = server.open()
  const end = server.run(A)
  page.looking.show([B])
  await page.isReady()
  end()
  await server.pass(500)
  expect(page.rang()).toEqual(['toast finished a'])
  expect(claimsOf(server)).toHaveLength(1)
  page.close()
})

it('S002-18 a run that ends is shown whether or not the server raises notices', async () => {
  for (const marks of [true, false]) {
    const server = createServer({ marks })
    const pages = [server.open({ window: 'visible' }), server.open({ window: 'hidden' })]
    const end = server.run(A)
    for (const page of pages) await page.isReady()
    end()
    await server.pass(3_000)
    expect(pages.map((page) => page.rang())).toEqual([['os finished a'], []])
    expect(claimsOf(server)).toHaveLength(marks ? 1 : 0)
    for (const page of pages) page.close()
  }
})

it('S002-18 a server that reports notices and gives none out leaves it to the windows of the profile', async () => {
  const server = createServer()
  server.transport.always({ type: 'fault', fault: problem('not_supported') }, ['claimNotice'])
  const pages = [server.open({ window: 'visible' }), server.open({ window: 'hidden' })]
  const end = server.run(A)
  for (const page of pages) await page.isReady()
  end()
  await server.pass(3_000)
  expect(pages.flatMap((page) => page.rang())).toEqual(['os finished a'])
})

it('S002-19 the open thread is not shown, in the window that has it open and in no other one either', async () => {
  for (const marks of [true, false]) {
    const server = createServer({ marks })
    const [page, other] = [server.open(), server.open({ window: 'hidden' })]
    const end = server.run(A)
    page.registry.observe(A).subscribe(() => {})
    page.looking.show([A])
    await until(() => expect(page.registry.observe(A).snapshot().connection.type).toBe('live'))
    for (const each of [page, other]) await each.isReady()
    end()
    await server.pass(3_000)
    expect([page.rang(), other.rang()]).toEqual([[], []])
  }
})

it('S002-20 a muted thread and one in a muted room are not shown, until the mute is over', async () => {
  for (const where of ['thread', 'room'] as const) {
    const server = createServer({ marks: false })
    const page = server.open()
    const end = server.run(A)
    await page.isReady()
    const mutedUntil = new Date(page.environment.clock.now() + 60_000).toISOString()
    const list = page.registry.observeThreads('default')
    await until(() => expect(list.snapshot().items).toHaveLength(1))
    const [line] = list.snapshot().items ?? []
    if (where === 'thread')
      vi.spyOn(list, 'snapshot').mockReturnValue({ items: [{ ...A, ...line, mutedUntil } as never], more: false })
    else {
      const rooms = page.registry.observeRooms()
      vi.spyOn(rooms, 'snapshot').mockReturnValue({
        items: [{ roomId: 'default', title: '', agentId: 'demo', mutedUntil }],
      })
    }
    end()
    await server.pass(1_000)
    expect(page.rang(), where).toEqual([])
    await server.pass(60_000)
    server.run(A, 'later')()
    await server.pass(1_000)
    expect(page.rang(), where).toEqual(['toast finished a'])
    page.close()
  }
})

it('S002-21 S002-35 the same end, heard of again and by many windows, is shown once', async () => {
  for (const marks of [true, false]) {
    const server = createServer({ marks })
    const pages = Array.from({ length: 8 }, () => server.open({ window: 'hidden' }))
    const end = server.run(A)
    for (const page of pages) await page.isReady()
    end()
    await server.pass(2_000)
    const [entry] = pages.flatMap(() => [
      { type: 'RunCompleted', ...A, runId: 'run-a', outcome: { type: 'succeeded' } },
    ])
    const more = marks && { noticeId: 'notice-run-a', completedSeq: 3, unread: true }
    for (let n = 0; n < 3; n += 1) server.transport.tellInbox({ ...entry, ...more } as never)
    await server.pass(5_000)
    expect(pages.flatMap((page) => page.rang())).toEqual(['os finished a'])
    expect(new Set(claimsOf(server)).size).toBe(marks ? 1 : 0)
  }
})

it('S002-35 two devices that hear of the same end at once: the server gives it to one', async () => {
  const server = createServer()
  const other = server.createProfile()
  const [here, there] = [server.open({ window: 'hidden' }), server.open({ window: 'hidden' }, other)]
  const end = server.run(A)
  for (const page of [here, there]) await page.isReady()
  end()
  await server.pass(2_000)
  await server.pass(2_000, other)
  expect([...here.rang(), ...there.rang()]).toEqual(['os finished a'])
})

it('S002-34 a failure is shown as one, a question as one, and what was stopped elsewhere only in the page', async () => {
  const server = createServer()
  const page = server.open()
  const ends = [server.run(A), server.run(B), server.run({ ...A, threadId: 'c' })]
  await page.isReady()
  ends[0]?.(FAILED)
  await server.pass(3_000)
  ends[1]?.(INTERRUPTED)
  await server.pass(3_000)
  ends[2]?.({ type: 'cancelled', by: 'somebody' })
  await server.pass(3_000)
  expect(page.rang()).toEqual(['toast failed a', 'toast needs_you b', 'toast stopped c'])
  page.focus.set(false)
  server.run({ ...A, threadId: 'd' })({ type: 'cancelled', by: 'somebody' })
  await server.pass(3_000)
  expect(page.rang()).toHaveLength(3)
})

it('what was stopped in one window of a profile is no news in the others', async () => {
  const server = createServer()
  const [one, other] = [server.open({ window: 'hidden' }), server.open()]
  const end = server.run(A)
  for (const page of [one, other]) await page.isReady()
  one.registry.observe(A).subscribe(() => {})
  await until(() => expect(one.registry.observe(A).snapshot().activity.type).toBe('active'))
  await one.registry.cancel({ key: A, runId: 'run-a' })
  end({ type: 'cancelled', by: 'you' })
  await server.pass(3_000)
  expect([...one.rang(), ...other.rang()]).toEqual([])
})

it('the window in front shows it before those behind it, and the one with the focus in the page', async () => {
  const server = createServer()
  const windows = ['hidden', 'visible', 'focused'] as const
  const pages = windows.map((window) => server.open({ window }))
  const end = server.run(A)
  for (const page of pages) await page.isReady()
  end()
  await server.pass(3_000)
  expect(pages.map((page) => page.rang())).toEqual([[], [], ['toast finished a']])
})

it('what is read on another device is closed here, and not shown where it was not shown yet', async () => {
  const server = createServer()
  const page = server.open({ window: 'hidden' })
  const [endA, endB] = [server.run(A), server.run(B)]
  await page.isReady()
  endA()
  await server.pass(2_000)
  expect(page.rang()).toEqual(['os finished a'])
  server.transport.answers.read(A, { seq: 100 })
  await server.pass(100)
  expect(page.closed).toEqual(['notice-run-a'])
  endB()
  await server.pass(500)
  server.transport.answers.read(B, { seq: 100 })
  await server.pass(5_000)
  expect(page.rang()).toEqual(['os finished a'])
})

it('without the permission a window claims nothing, and shows it in the page once a person is there', async () => {
  const server = createServer()
  const page = server.open({ window: 'hidden', mayNotify: false })
  const end = server.run(A)
  await page.isReady()
  end()
  await server.pass(10_000)
  expect(claimsOf(server)).toEqual([])
  page.setHidden(false)
  page.focus.set(true)
  await server.pass(500)
  expect(page.rang()).toEqual(['toast finished a'])
})

it('what the person has switched off is shown nowhere, from the moment they switch it off on any device', async () => {
  const server = createServer()
  const [page, other] = [server.open(), server.open({ window: 'hidden' })]
  const end = server.run(A)
  for (const each of [page, other]) await each.isReady()
  const { kinds } = DEFAULT_NOTIFICATION_SETTINGS
  const settings = { ...DEFAULT_NOTIFICATION_SETTINGS, kinds: { ...kinds, finished: false } }
  await other.registry.ask('changeNotificationSettings', [settings])
  await turn()
  expect(page.settings.snapshot().settings.kinds.finished).toBe(false)
  end()
  await server.pass(3_000)
  expect([...page.rang(), ...other.rang()]).toEqual([])
})

it('an end that is heard of before it is known whether the server raises notices is shown once it is known', async () => {
  const server = createServer({ marks: false })
  const answer = server.transport.hold('notificationSettings')
  const page = server.open()
  const end = server.run(A)
  await until(() => expect(page.registry.connection.snapshot().type).toBe('live'))
  end()
  await server.pass(1_000)
  expect(page.rang()).toEqual([])
  answer()
  await server.pass(1_000)
  expect(page.rang()).toEqual(['toast finished a'])
})

it('I10 closed, it has no timer, no lock and no subscription, and shows nothing more', async () => {
  const server = createServer()
  const page = server.open({ window: 'hidden' })
  const end = server.run(A)
  await page.isReady()
  end()
  await turn()
  page.close()
  await server.pass(10_000)
  expect(page.rang()).toEqual([])
  expect(page.focus.listeners).toBe(0)
})
