/** Lists that are asked for while somebody looks, and that know what has just happened here. */
import type { ThreadInfo, ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { createRunRegistry } from '../registry/registry.ts'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem } from '../testing/scripted-transport.ts'

const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
const ELSEWHERE: ThreadKey = { roomId: 'R2', threadId: 'T1' }
const until = vi.waitFor

/** Lets everything that does not wait for the clock happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

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

it('a run that the server has taken but not begun waits in the list too, in its place, and works once it has begun', async () => {
  const { registry, threads, lines, transport } = setUp()
  const list = vi.spyOn(transport.answers, 'threads')
  const waits = {
    ...A,
    title: '',
    status: 'queued' as const,
    position: 2,
    unread: false,
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

it('asks again when the inbox says so, hardly otherwise, and not at all while nobody looks at a visible page (I10)', async () => {
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
  const pages = vi.spyOn(transport.answers, 'threads').mockImplementation(async (_, { before } = {}) => {
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
  environment.clock.advance(60_000)
  await settle()
  expect(ids()).toEqual(['new', 'old', 'oldest'])
  expect(pages.mock.calls.filter(([, query]) => query?.before !== undefined)).toHaveLength(2)
  registry.close()
})

/** A room of a hundred and twenty threads, the newest first: `T120`, `T119`, … */
function manyThreads({ transport, threads }: Pick<ReturnType<typeof setUp>, 'transport' | 'threads'>) {
  let newest = 120
  let room = Array.from({ length: newest }, (_, at) => lineOf(newest - at))
  vi.spyOn(transport.answers, 'threads').mockImplementation(async (_, { before, limit = 100 } = {}) => {
    const from = before === undefined ? 0 : room.findIndex(({ threadId }) => threadId === before) + 1
    const items = room.slice(from, from + limit)
    const last = items.at(-1)
    return { items, ...(last && last !== room.at(-1) && { next: last.threadId }) }
  })
  const stop = threads.subscribe(() => {})
  return {
    stop,
    /** So many are made elsewhere. */
    grow(by: number) {
      newest += by
      room = [...Array.from({ length: by }, (_, at) => lineOf(newest - at)), ...room]
    },
    remove: (threadId: string) => {
      room = room.filter((line) => line.threadId !== threadId)
    },
    rename: (threadId: string, title: string) => {
      room = room.map((line) => (line.threadId === threadId ? { ...line, title } : line))
      return room.find((line) => line.threadId === threadId) ?? lineOf(0)
    },
    ids: () => threads.snapshot().items?.map(({ threadId }) => threadId) ?? [],
    all: () => room.map(({ threadId }) => threadId),
  }
}

function lineOf(n: number): ThreadInfo {
  return {
    roomId: 'R1',
    threadId: `T${n}`,
    title: '',
    status: 'idle',
    unread: false,
    archived: false,
    lastSeq: 0,
    updatedAt: new Date(n * 1_000).toISOString(),
  }
}

it('no thread falls between the newest page and the older ones when new ones push it out, and none stands there twice', async () => {
  const parts = setUp()
  const room = manyThreads(parts)
  await until(() => expect(room.ids()).toHaveLength(100))
  // Both clicks of a double click.
  await Promise.all([parts.threads.loadMore(), parts.threads.loadMore()])
  expect(room.ids()).toEqual(room.all())
  room.grow(3)
  room.remove('T115')
  parts.registry.resume()
  await until(() => expect(room.ids()[0]).toBe('T123'))
  expect(room.ids()).toEqual(room.all())
  // So many that nobody can say what lies between: then what is older is there to be asked for again.
  room.grow(150)
  parts.registry.resume()
  await until(() => expect(room.ids()).toEqual(room.all().slice(0, 100)))
  expect(parts.threads.snapshot().more).toBe(true)
  await parts.threads.loadMore()
  // A page that was asked for behind what is not the end any more.
  room.grow(150)
  parts.registry.resume()
  await parts.threads.loadMore()
  for (let page = 0; page < 4; page += 1) await parts.threads.loadMore()
  expect(room.ids()).toEqual(room.all())
})

it('what is renamed here is called so at once, also where it stands on an older page', async () => {
  const parts = setUp()
  const room = manyThreads(parts)
  await until(() => expect(room.ids()).toHaveLength(100))
  await parts.threads.loadMore()
  vi.spyOn(parts.transport.answers, 'changeThread').mockImplementation(async ({ threadId }, { title = '' }) =>
    room.rename(threadId, title),
  )
  const key = { roomId: 'R1', threadId: 'T7' }
  await parts.registry.changeThread(key, { title: 'Seven' })
  const seven = () => parts.threads.snapshot().items?.find(({ threadId }) => threadId === 'T7')?.title
  expect(seven()).toBe('Seven')
  parts.registry.resume()
  await settle()
  expect(seven()).toBe('Seven')
})

it('an older page that came when nobody listened any more is not shown to who listens next', async () => {
  const parts = setUp()
  const room = manyThreads(parts)
  await until(() => expect(room.ids()).toHaveLength(100))
  const asked = parts.threads.loadMore()
  room.stop()
  await asked
  room.remove('T7')
  const stop = parts.threads.subscribe(() => {})
  expect(room.ids()).not.toContain('T7')
  await parts.threads.loadMore()
  expect(room.ids()).toEqual(room.all())
  stop()
})

it('a thread that is renamed, archived or deleted elsewhere changes at once on an older page too; missed changes are asked for again', async () => {
  const parts = setUp()
  const { transport, threads, environment, registry } = parts
  const room = manyThreads(parts)
  await until(() => expect(room.ids()).toHaveLength(100))
  await until(() => expect(parts.count('openFeed')).toBe(1))
  await threads.loadMore()
  const key = (n: number) => ({ roomId: 'R1', threadId: `T${n}` })
  const line = (n: number) => threads.snapshot().items?.find(({ threadId }) => threadId === `T${n}`)
  const other = line(8)
  transport.tellInbox({ type: 'ThreadChanged', ...key(7), title: 'Seven', archived: true })
  transport.tellInbox({ type: 'ThreadChanged', ...key(8), roomId: 'R2', title: 'Not here' })
  transport.tellInbox({ type: 'ThreadDeleted', ...key(9) })
  await until(() => expect(line(7)).toMatchObject({ title: 'Seven', archived: true }))
  expect(line(8)).toBe(other)
  expect(line(9)).toBeUndefined()
  expect(room.ids()).toHaveLength(119)

  // Nobody observes, so nothing is passed on.
  const undo = registry.overview.subscribe(() => {})
  room.stop()
  room.remove('T7')
  transport.tellInbox({ type: 'ThreadDeleted', ...key(7) })
  environment.clock.advance(1_000)
  const stop = threads.subscribe(() => {})
  await until(() => expect(room.ids()).toHaveLength(100))
  await threads.loadMore()
  expect(room.ids()).toEqual(room.all().filter((threadId) => threadId !== 'T9'))
  stop()
  undo()
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
