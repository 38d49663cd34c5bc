/** The service worker shows a push and leads from it, whatever arrives. */
import { expect, it } from 'vitest'
import { GROUP_TAG } from '../notices/notification-text.ts'
import { OPEN_MESSAGE } from './open-message.ts'
import { servePush } from './push.ts'
import type { PushScope, WindowClient } from './scope.ts'

const KEY = { roomId: 'garden', threadId: 't1' }
const PAYLOAD = { kind: 'failed', ...KEY, noticeId: 'n1', count: 1 }

interface Shown {
  readonly title: string
  readonly options: NotificationOptions
}

function createWorker({ titles = {} as Readonly<Record<string, string>>, scope = 'https://chat.example/' } = {}) {
  const listeners = new Map<string, (event: never) => void>()
  const shown: Shown[] = []
  const opened: string[] = []
  const windows: (WindowClient & { readonly told: unknown[] })[] = []
  const worker: PushScope = {
    registration: {
      scope,
      showNotification: async (title, options) => void shown.push({ title, options }),
    },
    clients: {
      matchAll: async () => windows,
      async openWindow(url) {
        opened.push(url)
        return null
      },
    },
    async fetch(path) {
      if (path !== '/v1/notices?limit=20') throw new TypeError('Not found.')
      return Response.json({ items: Object.entries(titles).map(([noticeId, title]) => ({ noticeId, title })) })
    },
    addEventListener: (type: string, listener: (event: never) => void) => void listeners.set(type, listener),
  }
  servePush(worker)

  async function happen(type: string, event: object): Promise<void> {
    const work: Promise<unknown>[] = []
    listeners.get(type)?.({ ...event, waitUntil: (promise: Promise<unknown>) => void work.push(promise) } as never)
    await Promise.all(work)
  }

  return {
    shown,
    opened,
    push: (payload: unknown) =>
      happen('push', {
        data:
          payload === undefined
            ? null
            : { text: () => (typeof payload === 'string' ? payload : JSON.stringify(payload)) },
      }),
    async click(data: unknown) {
      let closed = false
      await happen('notificationclick', { notification: { data, tag: '', close: () => (closed = true) } })
      return closed
    },
    window(more: Partial<WindowClient> = {}) {
      const told: unknown[] = []
      const window: WindowClient & { readonly told: unknown[] } = {
        focused: false,
        visibilityState: 'hidden',
        focus: async () => window,
        postMessage: (message: unknown) => void told.push(message),
        told,
        ...more,
      }
      windows.push(window)
      return window
    },
  }
}

it('S002-34 a push says what happened, and in which thread, as far as the server tells', async () => {
  const worker = createWorker({ titles: { n1: 'Tulips' } })
  await worker.push(PAYLOAD)
  await worker.push({ ...PAYLOAD, kind: 'needs_you', noticeId: 'n2' })
  expect(worker.shown.map(({ title, options }) => [title, options.body, options.tag])).toEqual([
    ['A run failed', 'Tulips', 'n1'],
    ['A run needs you', 'Open the thread to see it.', 'n2'],
  ])
  expect(worker.shown[0]?.options.data).toEqual(KEY)
})

it('several are one notification, which a later one replaces', async () => {
  const worker = createWorker()
  await worker.push({ ...PAYLOAD, kind: 'finished', count: 6 })
  await worker.push({ ...PAYLOAD, kind: 'finished', count: 7 })
  expect(worker.shown.map(({ title }) => title)).toEqual(['6 runs finished', '7 runs finished'])
  expect(new Set(worker.shown.map(({ options }) => options.tag))).toEqual(new Set([GROUP_TAG]))
})

it('whatever arrives is shown as far as it can be read, because a browser withdraws the permission otherwise', async () => {
  const worker = createWorker()
  const hostile = [
    undefined,
    'x',
    'null',
    '[]',
    { kind: 'rm -rf', count: -1 },
    { ...PAYLOAD, roomId: '../..', count: 1e99 },
  ]
  for (const payload of hostile) await worker.push(payload)
  expect(worker.shown).toHaveLength(hostile.length)
  expect(worker.shown.map(({ options }) => options.data)).toEqual(hostile.map(() => undefined))
})

it('S002-42 a click opens the thread in the window that a person would take for the open one', async () => {
  const worker = createWorker()
  worker.window()
  const visible = worker.window({ visibilityState: 'visible' })
  expect(await worker.click(KEY)).toBe(true)
  expect(visible.told).toEqual([{ type: OPEN_MESSAGE, key: KEY }])
  const focused = worker.window({ visibilityState: 'visible', focused: true, focus: () => Promise.reject(new Error()) })
  await worker.click(undefined)
  expect(focused.told).toEqual([{ type: OPEN_MESSAGE }])
  expect(worker.opened).toEqual([])
})

it('S002-42 a click opens a window at the thread where none is open, under the path that the page is served at', async () => {
  const worker = createWorker({ scope: 'https://example.org/chat/' })
  await worker.click(KEY)
  await worker.click({ roomId: '..', threadId: 'x' })
  expect(worker.opened).toEqual(['https://example.org/chat/rooms/garden/threads/t1', 'https://example.org/chat/'])
})
