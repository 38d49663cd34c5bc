import { expect, it, vi } from 'vitest'
import { problem } from '../testing/scripted-transport.ts'
import { A, B, ELSEWHERE, settle, setUp, until } from './testing/lists.ts'

it('S004-26 a new thread is listed in the tick of its start, as working, under its own first words', async () => {
  const { registry, threads, lines, transport } = setUp()
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  await until(() => expect(lines()).toEqual([]))
  const before = told
  registry.start(ELSEWHERE, { text: 'not here' })
  expect(told).toBe(before)
  const { accepted } = registry.start(A, { text: '  Why is the sky blue?\nIn short.' })
  expect(told).toBe(before + 1)
  expect(lines()).toEqual([['T1', 'Why is the sky blue?', 'working']])
  await accepted
  await until(() => expect(threads.snapshot().items?.[0]?.lastSeq).toBe(transport.view(A).seq))
  expect(lines()).toMatchObject([['T1', '', 'working']])
})

it('S001-19 a thread that is not looked at shows that a run starts in it, and its end at once', async () => {
  const { registry, threads, lines, transport, count } = setUp()
  transport.addThread(A)
  transport.addThread(B)
  threads.subscribe(() => {})
  await until(() => expect(lines()).toHaveLength(2))
  const { runId, accepted } = registry.start(B, { text: 'Hello' })
  expect(lines()).toEqual([
    ['T1', '', 'idle'],
    ['T2', '', 'working'],
  ])
  await accepted
  await until(() => expect(transport.connections).toBe(1))
  const polls = count('threads')
  transport.end(B, runId, { type: 'failed', code: 'agent_error', message: 'It broke.' })
  await until(() => expect(lines()?.[1]).toEqual(['T2', '', 'failed']))
  expect(count('threads')).toBeGreaterThan(polls)
})

it('a run that the server has taken but not begun waits in the list too, in its place, and works once it has begun', async () => {
  const { registry, threads, lines, transport } = setUp()
  const list = vi.spyOn(transport.answers, 'threads')
  const waits = {
    ...A,
    title: '',
    status: 'queued' as const,
    position: 2,
    unread: false,
    readSeq: 0,
    completedSeq: 0,
    archived: false,
    lastSeq: 1,
    updatedAt: '',
  }
  list.mockResolvedValue({ items: [waits] })
  threads.subscribe(() => {})
  const { accepted } = registry.start(A, { text: 'Hello' })
  expect(lines()).toEqual([['T1', 'Hello', 'working']])
  await accepted
  await until(() => expect(registry.active.snapshot()).toMatchObject([{ activity: 'active' }]))
  await until(() => expect(lines()).toEqual([['T1', '', 'queued']]))
  const { position: _, ...begun } = waits
  list.mockResolvedValue({ items: [begun] })
  registry.resume()
  await until(() => expect(lines()).toEqual([['T1', '', 'working']]))
})

it('S002-37 asks again when the inbox says so, hardly otherwise, and not at all while nobody looks at a visible page (I10)', async () => {
  const { environment, transport, threads, count } = setUp()
  const { clock } = environment
  clock.advance(60_000)
  expect(transport.asked).toEqual([])
  const stop = threads.subscribe(() => {})
  await until(() => expect(count('openFeed')).toBe(1))
  clock.advance(500)
  await until(() => expect(count('threads')).toBe(2))
  clock.advance(30_000)
  expect(count('threads')).toBe(2)
  transport.tellInbox({ type: 'RunStarted', ...ELSEWHERE, runId: 'not here' })
  expect(count('threads')).toBe(2)
  for (let entry = 0; entry < 5; entry += 1) {
    transport.tellInbox({ type: 'RunStarted', ...A, runId: 'run' })
    await settle()
    clock.advance(100)
  }
  await until(() => expect(count('threads')).toBe(4))
  clock.advance(10_000)
  expect(count('threads')).toBe(4)
  environment.setHidden(true)
  transport.tellInbox({ type: 'RunStarted', ...A, runId: 'run' })
  clock.advance(20_000)
  expect(count('threads')).toBe(4)
  environment.setHidden(false)
  await until(() => expect(count('threads')).toBe(5))
  stop()
  stop()
  await until(() => expect(environment.listeners).toBe(0))
  await until(() => expect(clock.waiting).toBe(0))
  clock.advance(60_000)
  expect(count('threads')).toBe(5)
})

it('asks within half a second when the inbox says so, also where the machine’s clock was set back', async () => {
  const { environment, transport, threads, count } = setUp()
  const { clock } = environment
  threads.subscribe(() => {})
  await until(() => expect(count('openFeed')).toBe(1))
  clock.advance(500)
  await until(() => expect(count('threads')).toBe(2))
  await settle()
  const { now } = clock
  vi.spyOn(clock, 'now').mockImplementation(() => now() - 3_600_000)
  transport.tellInbox({ type: 'RunStarted', ...A, runId: 'run' })
  await settle()
  clock.advance(500)
  expect(count('threads')).toBe(3)
})

it('asks every two seconds while the inbox cannot be read, and once a minute while it says nothing', async () => {
  const { environment, transport, threads, count } = setUp()
  for (let failure = 0; failure < 100; failure += 1)
    transport.next('openFeed', { type: 'fault', fault: problem('draining') })
  threads.subscribe(() => {})
  await until(() => expect(count('openFeed')).toBe(1))
  for (let poll = 0; poll < 3; poll += 1) {
    const before = count('threads')
    environment.clock.advance(2_000)
    await until(() => expect(count('threads')).toBeGreaterThan(before))
    await settle()
  }
})

it('a run that was started elsewhere is listed at once', async () => {
  const { environment, transport, threads, lines } = setUp()
  threads.subscribe(() => {})
  await until(() => expect(lines()).toEqual([]))
  environment.clock.advance(1_000)
  await settle()
  transport.startElsewhere(A, 'run', 'Hello')
  await until(() => expect(lines()).toEqual([['T1', '', 'working']]))
})

it('is the same list until something changes, and keeps the lines that did not', async () => {
  const { transport, registry, threads, environment, lines, count } = setUp()
  transport.addThread(A)
  transport.addThread(B)
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  await until(() => expect(lines()).toHaveLength(2))
  const before = threads.snapshot()
  const asked = count('threads')
  registry.resume()
  await until(() => expect(count('threads')).toBeGreaterThan(asked))
  await settle()
  expect(threads.snapshot()).toBe(before)
  expect(told).toBe(1)
  environment.clock.advance(1_000)
  await settle()
  transport.startElsewhere(B, 'run', 'Hello')
  await until(() => expect(told).toBe(2))
  expect(threads.snapshot().items?.[0]).toBe(before.items?.[0])
  expect(threads.snapshot().items?.[1]).not.toBe(before.items?.[1])
})

it('keeps its last items when it cannot be asked, says so once, and recovers', async () => {
  const { transport, registry, threads, environment, lines } = setUp()
  transport.addThread(A)
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  await until(() => expect(lines()).toHaveLength(1))
  for (let poll = 0; poll < 3; poll += 1) {
    transport.next('threads', { type: 'fault', fault: problem('draining') })
    registry.resume()
    await settle()
  }
  expect(threads.snapshot().error).toBeDefined()
  expect(lines()).toHaveLength(1)
  expect(told).toBe(2)
  environment.clock.advance(60_000)
  await until(() => expect(threads.snapshot().error).toBeUndefined())
})

it('a room made here is listed at once', async () => {
  const { registry, transport } = setUp()
  const rooms = registry.observeRooms()
  rooms.subscribe(() => {})
  await until(() => expect(rooms.snapshot().items).toHaveLength(1))
  await registry.createRoom({ roomId: 'new', title: 'New' })
  await until(() => expect(rooms.snapshot().items?.map(({ roomId }) => roomId)).toEqual(['default', 'new']))
  transport.next('rooms', { type: 'fault', fault: { type: 'unauthorized' } })
  registry.resume()
  await until(() => expect(rooms.snapshot().error).toBeDefined())
  registry.resume()
  await until(() => expect(rooms.snapshot()).toMatchObject({ items: [{}, {}] }))
})
