/** Read marks as a page sees and sets them: in lists and counts at once, on the server as soon as it can be reached. */
import type { ThreadKey } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { createRunRegistry } from '../registry/registry.ts'
import { createManualEnvironment, MANUAL_FRAME_MS } from '../testing/manual-environment.ts'
import { createScriptedTransport, problem, type ScriptedTransport } from '../testing/scripted-transport.ts'

const A: ThreadKey = { roomId: 'default', threadId: 'T1' }
const B: ThreadKey = { roomId: 'default', threadId: 'T2' }
const OFFLINE = { type: 'fault', fault: { type: 'network' } } as const
const until = vi.waitFor
const turn = () => new Promise(setImmediate)

function setUp(
  transport: ScriptedTransport = createScriptedTransport({ marks: true }),
  kept = new Map<string, string>(),
) {
  const environment = createManualEnvironment({ kept })
  const registry = createRunRegistry({ transport, environment })
  const threads = registry.observeThreads('default')
  const unread = () => threads.snapshot().items?.flatMap((each) => (each.unread ? [each.threadId] : []))
  const count = () => registry.overview.snapshot().rooms.find(({ roomId }) => roomId === 'default')?.unread
  const sent = () => transport.asked.flatMap((each) => (each.type === 'read' ? [each.seq] : []))
  return { transport, environment, registry, threads, unread, count, sent, kept }
}

/** Observed, with this many threads in which a run has ended. */
async function withEnded(parts: ReturnType<typeof setUp>, keys: readonly ThreadKey[]) {
  const { transport, registry, threads, unread } = parts
  for (const key of keys) {
    transport.startElsewhere(key, 'run', 'Hello')
    transport.end(key, 'run')
  }
  registry.overview.subscribe(() => {})
  threads.subscribe(() => {})
  await until(() => expect(unread()).toHaveLength(keys.length))
  await until(() => expect(registry.connection.snapshot().type).toBe('live'))
  await turn()
}

it('S000-65 a thread that is read loses its mark in the same tick, in the list and in the count of its room', async () => {
  const parts = setUp()
  const { registry, transport, unread, count, sent } = parts
  await withEnded(parts, [A, B])
  expect(count()).toBe(2)
  registry.read(A, transport.view(A).seq)
  expect([unread(), count()]).toEqual([['T2'], 1])
  await until(() => expect(sent()).toEqual([transport.view(A).seq]))
  registry.read(A, 1)
  await turn()
  expect([unread(), count(), sent().length]).toEqual([['T2'], 1, 1])
})

it('S000-66 a run that ends makes its thread unread in the same tick, in the list and in the count of its room', async () => {
  const parts = setUp()
  const { transport, unread, count, environment } = parts
  await withEnded(parts, [A])
  transport.startElsewhere(B, 'run', 'Hello')
  environment.clock.advance(1_000)
  await until(() => expect(parts.threads.snapshot().items).toHaveLength(2))
  expect(count()).toBe(1)
  transport.end(B, 'run')
  expect([unread()?.toSorted(), count()]).toEqual([['T1', 'T2'], 2])
})

it('runs that end together are one change to whatever shows the list', async () => {
  const parts = setUp()
  const { transport, threads, environment, unread } = parts
  const keys = Array.from({ length: 50 }, (_, n) => ({ roomId: 'default', threadId: `T${n}` }))
  for (const key of keys) transport.startElsewhere(key, 'run', 'Hello')
  await withEnded(parts, [])
  await until(() => expect(threads.snapshot().items).toHaveLength(50))
  environment.clock.advance(1_000)
  await turn()
  const hold = transport.hold('threads')
  let told = 0
  threads.subscribe(() => {
    told += 1
  })
  for (const key of keys) transport.end(key, 'run')
  expect(told).toBe(0)
  environment.clock.advance(MANUAL_FRAME_MS)
  expect(told).toBe(1)
  expect(unread()).toHaveLength(50)
  hold()
})

it('a mark that could not be sent is sent until it is answered, the newest of each thread', async () => {
  const parts = setUp()
  const { registry, transport, environment, sent, kept } = parts
  await withEnded(parts, [A])
  const online = transport.always(OFFLINE, ['read'])
  registry.read(A, 3)
  registry.read(A, 5)
  await until(() => expect(sent().length).toBeGreaterThan(0))
  expect([...kept.keys()]).toContain('mark.default/T1')
  online()
  await until(() => {
    environment.clock.advance(20_000)
    expect(sent().at(-1)).toBe(5)
  })
  await until(() => expect([...kept.keys()]).not.toContain('mark.default/T1'))
  expect(registry.marks.of(A)).toMatchObject({ readSeq: 5 })
})

it('a mark that was set without a connection is shown and sent by the next page', async () => {
  const first = setUp()
  await withEnded(first, [A])
  const { seq } = first.transport.view(A)
  first.transport.always(OFFLINE)
  first.registry.read(A, seq)
  await turn()
  first.registry.close()
  first.transport.always(OFFLINE)()
  const next = setUp(first.transport, first.kept)
  await until(() => expect(next.registry.marks.of(A)).toMatchObject({ readSeq: seq }))
  await until(() => expect(next.sent().at(-1)).toBe(seq))
  await until(() => expect([...next.kept.keys()]).toEqual([]))
})

it('S004-C8 stored marks that cannot be read are removed, and do no harm', async () => {
  const kept = new Map([
    ['mark.default/T1', 'x'],
    ['mark.default/../etc', '5'],
    ['mark.default', '5'],
    ['mark.default/T2', '-1'],
    ['mark.default/T3', '1e999'],
  ])
  const { registry, transport } = setUp(undefined, kept)
  await until(() => expect([...kept.keys()]).toEqual([]))
  expect(registry.marks.of(A)).toBeUndefined()
  expect(transport.asked).toEqual([])
})

it('a mark that the server refuses is not sent again', async () => {
  const parts = setUp()
  const { registry, transport, environment, sent, kept } = parts
  transport.next('read', { type: 'fault', fault: problem('deleted') })
  registry.read(A, 5)
  await until(() => expect(sent()).toHaveLength(1))
  await turn()
  environment.clock.advance(60_000)
  await turn()
  expect([sent().length, kept.size]).toEqual([1, 0])
})

it('a thread that is marked as unread stays so until it is read to where it had come, on every device', async () => {
  const parts = setUp()
  const { registry, transport, unread, count } = parts
  await withEnded(parts, [A])
  const { seq } = transport.view(A)
  registry.read(A, seq)
  registry.markUnread(A)
  expect([unread(), count()]).toEqual([['T1'], 1])
  await until(() => expect(transport.asked.some(({ type }) => type === 'markUnread')).toBe(true))
  await turn()
  expect(unread()).toEqual(['T1'])
  const other = setUp(transport)
  other.registry.overview.subscribe(() => {})
  await until(() => expect(other.count()).toBe(1))
  await until(() => expect(other.registry.connection.snapshot().type).toBe('live'))
  other.registry.read(A, seq)
  await until(() => expect([unread(), count()]).toEqual([[], 0]))
})

it('a whole room is read at once, and is as before where that failed', async () => {
  const parts = setUp()
  const { registry, transport, unread, count } = parts
  await withEnded(parts, [A, B])
  transport.next('readRoom', OFFLINE)
  const failing = registry.readRoom('default')
  expect([unread(), count()]).toEqual([[], 0])
  await expect(failing).rejects.toThrow()
  expect([unread()?.length, count()]).toEqual([2, 2])
  await registry.readRoom('default')
  expect([unread(), count()]).toEqual([[], 0])
  registry.markUnread(A)
  await until(() => expect(transport.asked.at(-1)?.type).toBe('markUnread'))
  await turn()
  await registry.readAll()
  expect([unread(), count()]).toEqual([[], 0])
})

it('S004-C8 an answer that arrives after the registry was closed throws nothing and changes nothing', async () => {
  const parts = setUp()
  const { registry, transport } = parts
  await withEnded(parts, [A])
  const answer = transport.holdAnswer('read')
  registry.read(A, 3)
  await until(() => expect(transport.reading).toBe(1))
  registry.close()
  answer()
  await turn()
  expect(parts.environment.clock.waiting).toBe(0)
})
