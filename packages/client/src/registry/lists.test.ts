/** Lists that are asked for while somebody looks, and that know what has just happened here. */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'
import { createRunRegistry } from './registry.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
const ELSEWHERE: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const until = vi.waitFor

function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  const threads = registry.observeThreads('R1')
  const count = (type: string) => transport.asked.filter((each) => each.type === type).length
  const lines = () => threads.snapshot().items?.map(({ threadId, title, status }) => [threadId, title, status])
  return { environment, transport, registry, threads, count, lines }
}

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

it('asks every two seconds while somebody looks at a visible page, and not otherwise', async () => {
  const { environment, threads, count } = setUp()
  const { clock } = environment
  clock.advance(60_000)
  expect(count('threads')).toBe(0)
  const stop = threads.subscribe(() => {})
  for (let poll = 1; poll <= 3; poll += 1) {
    await until(() => expect(clock.waiting).toBe(1))
    expect(count('threads')).toBe(poll)
    clock.advance(2_000)
  }
  await until(() => expect(clock.waiting).toBe(1))
  const asked = count('threads')
  environment.setHidden(true)
  clock.advance(60_000)
  expect(count('threads')).toBe(asked)
  environment.setHidden(false)
  expect(count('threads')).toBe(asked + 1)
  stop()
  stop()
  await until(() => expect(environment.listeners).toBe(0))
  clock.advance(60_000)
  expect(count('threads')).toBe(asked + 1)
  expect(clock.waiting).toBe(0)
})

it('is the same list until something changes, and keeps the lines that did not', async () => {
  const { transport, threads, environment, lines } = setUp()
  transport.addThread(A)
  transport.addThread(B)
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  await until(() => expect(lines()).toHaveLength(2))
  const before = threads.snapshot()
  environment.clock.advance(2_000)
  await until(() => expect(environment.clock.waiting).toBe(1))
  expect(threads.snapshot()).toBe(before)
  expect(told).toBe(1)
  transport.startElsewhere(B, 'run', 'Hello')
  environment.clock.advance(2_000)
  await until(() => expect(told).toBe(2))
  expect(threads.snapshot().items?.[0]).toBe(before.items?.[0])
  expect(threads.snapshot().items?.[1]).not.toBe(before.items?.[1])
})

it('keeps its last items when it cannot be asked, says so once, and recovers', async () => {
  const { transport, threads, environment, lines } = setUp()
  transport.addThread(A)
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  await until(() => expect(lines()).toHaveLength(1))
  for (let poll = 0; poll < 3; poll += 1) {
    transport.next('threads', { type: 'fault', fault: problem('draining') })
    environment.clock.advance(2_000)
    await until(() => expect(environment.clock.waiting).toBe(1))
  }
  expect(threads.snapshot().error).toBeDefined()
  expect(lines()).toHaveLength(1)
  expect(told).toBe(2)
  environment.clock.advance(2_000)
  await until(() => expect(threads.snapshot().error).toBeUndefined())
})

it('older threads are added page by page and stay', async () => {
  const { transport, threads, environment, registry } = setUp()
  const line = {
    status: 'idle',
    unread: false,
    archived: false,
    lastSeq: 0,
    updatedAt: '',
    title: '',
    roomId: 'R1',
  } as const
  const pages = vi.spyOn(transport, 'threads').mockImplementation(async (_, { before } = {}) => {
    if (before === undefined) return { items: [{ ...line, threadId: 'new' }], next: 'p2' }
    return before === 'p2'
      ? { items: [{ ...line, threadId: 'old' }], next: 'p3' }
      : { items: [{ ...line, threadId: 'oldest' }] }
  })
  threads.subscribe(() => {})
  const ids = () => threads.snapshot().items?.map(({ threadId }) => threadId)
  await until(() => expect(ids()).toEqual(['new']))
  expect(threads.snapshot().more).toBe(true)
  await threads.loadMore()
  await threads.loadMore()
  await threads.loadMore()
  expect(ids()).toEqual(['new', 'old', 'oldest'])
  expect(threads.snapshot().more).toBe(false)
  environment.clock.advance(2_000)
  await until(() => expect(environment.clock.waiting).toBe(1))
  expect(ids()).toEqual(['new', 'old', 'oldest'])
  expect(pages.mock.calls.filter(([, query]) => query?.before !== undefined)).toHaveLength(2)
  registry.close()
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
