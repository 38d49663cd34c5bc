import fc from 'fast-check'
import { expect, it } from 'vitest'
import { paths } from './paths.ts'

const key = { roomId: 'default', threadId: 't:1' }

it('has the routes of docs/PROTOCOL.md', () => {
  expect([
    paths.agents(),
    paths.rooms(),
    paths.room('default'),
    paths.readRoom('default'),
    paths.readAll(),
    paths.threads('default'),
    paths.thread(key),
    paths.cancelThread(key),
    paths.read(key),
    paths.unread(key),
    paths.log(key),
    paths.runs(key),
    paths.run(key, 'r1'),
    paths.cancelRun(key, 'r1'),
    paths.runEvents(key, 'r1'),
    paths.notificationSettings(),
    paths.page(key),
  ]).toEqual([
    '/v1/agents',
    '/v1/rooms',
    '/v1/rooms/default',
    '/v1/rooms/default/read',
    '/v1/read',
    '/v1/rooms/default/threads',
    '/v1/rooms/default/threads/t%3A1',
    '/v1/rooms/default/threads/t%3A1/cancel',
    '/v1/rooms/default/threads/t%3A1/read',
    '/v1/rooms/default/threads/t%3A1/unread',
    '/v1/rooms/default/threads/t%3A1/log',
    '/v1/rooms/default/threads/t%3A1/runs',
    '/v1/rooms/default/threads/t%3A1/runs/r1',
    '/v1/rooms/default/threads/t%3A1/runs/r1/cancel',
    '/v1/rooms/default/threads/t%3A1/runs/r1/events',
    '/v1/notifications/settings',
    '/rooms/default/threads/t%3A1',
  ])
})

it('keeps its shape for any string as an id: each part is one segment and can be read back', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '.' && text !== '..')
  fc.assert(
    fc.property(part, part, part, (roomId, threadId, runId) => {
      const { pathname, search, hash } = new URL(paths.runEvents({ roomId, threadId }, runId), 'http://x.test')
      const segments = pathname.split('/').map(decodeURIComponent)
      expect(segments).toEqual(['', 'v1', 'rooms', roomId, 'threads', threadId, 'runs', runId, 'events'])
      expect(search + hash).toBe('')
    }),
  )
})

it('never leads to another address, even for invalid ids: a cancel of the run “..” reaches no thread', () => {
  for (const id of ['.', '..']) {
    const { pathname } = new URL(paths.cancelRun({ roomId: id, threadId: id }, id), 'http://x.test')
    expect(pathname.split('/')).toHaveLength(9)
    expect(pathname).toMatch(/^\/v1\/rooms\/[^/]+\/threads\/[^/]+\/runs\/[^/]+\/cancel$/)
  }
})
