import type { Notice } from '@holdfast/client/attention'
import { expect, it } from 'vitest'
import { GROUP_TAG } from './notification-text.ts'
import { createSystemNotifications } from './system-notifications.ts'

const turn = () => new Promise(setImmediate)

function notice(threadId: string, kind: Notice['kind'] = 'finished'): Notice {
  return { id: `n-${threadId}`, kind, roomId: 'r', threadId, runId: threadId, scope: 'server' }
}

function setUp({ refuses = false } = {}) {
  const shown = new Map<string, NotificationOptions & { readonly title: string }>()
  const system = createSystemNotifications({
    registration: async () => ({
      async showNotification(title, options) {
        if (refuses) throw new TypeError('No permission.')
        shown.set(options.tag ?? '', { title, ...options })
      },
      async getNotifications({ tag } = { tag: '' }) {
        return [...shown]
          .filter(([name]) => tag === '' || name === tag)
          .map(([name, { data }]) => ({ data, close: () => void shown.delete(name) }))
      },
    }),
    titleOf: ({ threadId }) => `About ${threadId}`,
    open() {},
  })
  const ring = (notices: readonly Notice[], isGroup = false, news = notices.map(({ id }) => id)) =>
    system.show({ notices, news, isGroup })
  return { shown, system, ring }
}

it('S002-34 a notification says what happened and in which thread, and leads there', async () => {
  const { shown, ring } = setUp()
  ring([notice('a')])
  ring([notice('b', 'failed')])
  await turn()
  expect([...shown.values()].map(({ title, body }) => [title, body])).toEqual([
    ['Finished', 'About a'],
    ['A run failed', 'About b'],
  ])
  expect(shown.get('n-b')?.data).toEqual({ roomId: 'r', threadId: 'b' })
})

it('several are one, which names the newest threads, and makes no sound when it only counts fewer', async () => {
  const { shown, ring, system } = setUp()
  const notices = ['a', 'b', 'c', 'd'].map((id) => notice(id))
  ring(notices, true)
  await turn()
  expect(shown.get(GROUP_TAG)).toMatchObject({
    title: '4 runs finished',
    body: 'About b\nAbout c\nAbout d',
    silent: false,
  })
  ring(notices.slice(1), true, [])
  await turn()
  expect([...shown.values()]).toMatchObject([{ title: '3 runs finished', silent: true }])
  system.close([], true)
  await turn()
  expect(shown.size).toBe(0)
})

it('what is read is closed, also what a push or another window has shown of it', async () => {
  const { shown, ring, system } = setUp()
  ring([notice('a')])
  shown.set('of a push', { title: '', data: { roomId: 'r', threadId: 'a' } })
  shown.set('of another program', { title: '', data: 5 })
  system.closeOf({ roomId: 'r', threadId: 'a' })
  await turn()
  expect([...shown.keys()]).toEqual(['of another program'])
})

it('a browser that refuses shows nothing, and the next one is tried all the same', async () => {
  const { shown, ring } = setUp({ refuses: true })
  ring([notice('a')])
  ring([notice('b')])
  await turn()
  expect(shown.size).toBe(0)
})
