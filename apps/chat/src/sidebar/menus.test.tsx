/** In a real browser: what the menus of a thread and of a room do to its read mark and its notifications. */
import type { RunRegistry } from '@holdfast/client'
import type { RoomInfo, ThreadInfo } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import RoomMenu from './room-menu.tsx'
import ThreadMenu from './thread-menu.tsx'

const KEY = { roomId: 'R', threadId: 'T' }
const THREAD: ThreadInfo = {
  ...KEY,
  title: 'Tulips',
  status: 'idle',
  unread: false,
  archived: false,
  lastSeq: 12,
  readSeq: 12,
  completedSeq: 12,
  updatedAt: '2026-01-01T00:00:00.000Z',
}
const ROOM: RoomInfo = { roomId: 'R', title: 'Garden', agentId: 'demo' }

async function show(menu: ReactNode) {
  const registry = {
    read: vi.fn(),
    markUnread: vi.fn(),
    readRoom: vi.fn(async () => {}),
    changeThread: vi.fn(async () => {}),
    changeRoom: vi.fn(async () => {}),
  }
  const root = createRootRoute({ component: () => menu })
  const router = createRouter({ routeTree: root, history: createMemoryHistory() })
  await render(
    <RegistryProvider registry={registry as unknown as RunRegistry}>
      <RouterProvider router={router} />
    </RegistryProvider>,
  )
  return registry
}

const item = (name: string) => page.getByRole('menuitem', { name })
const threadMenu = (more: Partial<ThreadInfo> = {}, muted = false) => (
  <ThreadMenu
    label="Actions"
    title="Tulips"
    thread={{ ...THREAD, ...more }}
    muted={muted}
    rename={() => {}}
    archive={() => {}}
  />
)
const roomMenu = (unread: number, muted = false) => (
  <RoomMenu label="Actions" room={ROOM} working={false} unread={unread} muted={muted} rename={() => {}} />
)

it('a thread is marked as unread, and an unread one as read up to its end', async () => {
  const read = await show(threadMenu())
  await item('Mark as unread').click()
  expect(read.markUnread.mock.calls).toEqual([[KEY]])
  const unread = await show(threadMenu({ unread: true }))
  await item('Mark as read').click()
  expect(unread.read.mock.calls).toEqual([[KEY, 12]])
})

it('a thread is muted for an hour, and its mute is ended', async () => {
  const registry = await show(threadMenu())
  const before = Date.now()
  await item('Mute for 1 hour').click()
  const [key, { mutedUntil }] = registry.changeThread.mock.calls[0] as unknown as [object, { mutedUntil: string }]
  expect(key).toEqual(KEY)
  expect(Date.parse(mutedUntil)).toBeGreaterThanOrEqual(before + 3_600_000)
  const muted = await show(threadMenu({}, true))
  await item('Turn notifications on').click()
  expect(muted.changeThread.mock.calls).toEqual([[KEY, { mutedUntil: null }]])
})

it('a room is marked as read where something in it is unread, and muted until it is turned on', async () => {
  const registry = await show(roomMenu(3))
  await item('Mark room as read').click()
  expect(registry.readRoom.mock.calls).toEqual([['R']])
  const quiet = await show(roomMenu(0))
  await expect.element(item('Mute until I turn it on')).toBeVisible()
  expect(item('Mark room as read').query()).toBeNull()
  await item('Mute until I turn it on').click()
  expect(quiet.changeRoom.mock.calls).toEqual([['R', { mutedUntil: '9999-12-31T23:59:59.000Z' }]])
})
