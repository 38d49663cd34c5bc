/** The pages of a long list of threads join without a hole or a repeat, and follow what changes. */
import type { ThreadInfo } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { settle, setUp, until } from './testing/lists.ts'

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
    readSeq: 0,
    completedSeq: 0,
    archived: false,
    lastSeq: 0,
    updatedAt: new Date(n * 1_000).toISOString(),
  }
}

it('older threads are added page by page and stay', async () => {
  const { transport, threads, environment, registry } = setUp()
  const line = {
    status: 'idle',
    unread: false,
    readSeq: 0,
    completedSeq: 0,
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
