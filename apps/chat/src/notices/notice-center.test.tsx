/** In a real browser: the notification centre, its settings, and what it says about this browser's permission. */
import type { RunRegistry } from '@holdfast/client'
import {
  DEFAULT_NOTIFICATION_SETTINGS,
  type InboxEntry,
  type NoticeInfo,
  type NotificationSettings,
  type ThreadInfo,
} from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { type Services, ServicesProvider } from '../services.ts'
import NoticeCenter from './notice-center.tsx'
import type { Permission } from './permission.ts'

const notice = (noticeId: string, more: Partial<NoticeInfo> = {}): NoticeInfo => ({
  noticeId,
  kind: 'finished',
  roomId: 'R',
  threadId: noticeId,
  runId: noticeId,
  title: `About ${noticeId}`,
  at: new Date().toISOString(),
  read: false,
  ...more,
})
const THREAD = { roomId: 'R', threadId: 'tulips', lastSeq: 12, unread: true } as ThreadInfo

interface World {
  readonly items?: readonly NoticeInfo[]
  readonly permission?: Permission
  readonly settings?: NotificationSettings
}

async function show({ items = [], permission = 'granted', settings = DEFAULT_NOTIFICATION_SETTINGS }: World = {}) {
  let kept = items
  let tell: (entry: InboxEntry) => void = () => {}
  const ask = vi.fn(async (verb: string) => {
    if (verb === 'notices') return { items: kept }
    if (verb === 'notificationSettings') return settings
    return undefined
  })
  const state = { known: true, rooms: [], threads: [THREAD] }
  const rooms = { items: [{ roomId: 'R', title: 'Garden', agentId: 'demo' }] }
  const registry = {
    ask,
    read: vi.fn(),
    readAll: vi.fn(async () => {}),
    overview: { snapshot: () => state, subscribe: () => () => {} },
    observeRooms: () => ({ snapshot: () => rooms, subscribe: () => () => {} }),
    inbox: {
      subscribe(listener: typeof tell) {
        tell = listener
        return () => {}
      },
    },
  }
  const permissions = { snapshot: () => permission, subscribe: () => () => {}, ask: vi.fn(async () => permission) }
  const close = vi.fn()
  const root = createRootRoute()
  const home = createRoute({ getParentRoute: () => root, path: '/', component: () => <NoticeCenter close={close} /> })
  const open = createRoute({ getParentRoute: () => root, path: '/rooms/$roomId/threads/$threadId' })
  const router = createRouter({ routeTree: root.addChildren([home, open]), history: createMemoryHistory() })
  const screen = await render(
    <ServicesProvider value={{ permissions } as Partial<Services> as Services}>
      <RegistryProvider registry={registry as unknown as RunRegistry}>
        <RouterProvider router={router} />
      </RegistryProvider>
    </ServicesProvider>,
  )
  return {
    leave: screen.unmount,
    registry,
    permissions,
    close,
    router,
    hear(entry: Partial<InboxEntry>, next = kept) {
      kept = next
      tell(entry as InboxEntry)
    },
  }
}

const titles = () => [...document.querySelectorAll('.notice-title')].map((title) => title.textContent)

it('lists the newest notices, filters them, and opens the thread of one', async () => {
  const { close, router } = await show({
    items: [notice('tulips', { preview: 'In October.' }), notice('soup', { kind: 'failed', read: true })],
  })
  await expect.poll(titles).toEqual(['About tulips', 'About soup'])
  await page.getByRole('button', { name: 'Failed', exact: true }).click()
  expect(titles()).toEqual(['About soup'])
  await page.getByRole('button', { name: 'Needs you' }).click()
  await expect.element(page.getByText('None of this kind.')).toBeVisible()
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  expect(titles()).toEqual(['About tulips'])
  await page.getByRole('link', { name: 'About tulips' }).click()
  expect(close).toHaveBeenCalled()
  await expect.poll(() => router.state.location.pathname).toBe('/rooms/R/threads/tulips')
})

it('marks one or all as read, removes one, and clears all, each at once', async () => {
  const { registry } = await show({ items: [notice('tulips'), notice('soup'), notice('move')] })
  await page.getByRole('button', { name: 'Mark as read: About tulips' }).click()
  expect(registry.read.mock.calls).toEqual([[{ roomId: 'R', threadId: 'tulips' }, 12]])
  expect(document.querySelectorAll('.notice .unread-dot')).toHaveLength(2)
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  expect(registry.readAll).toHaveBeenCalledTimes(1)
  expect(document.querySelectorAll('.notice .unread-dot')).toHaveLength(0)
  await page.getByRole('button', { name: 'Remove: About soup' }).click()
  expect(titles()).toEqual(['About tulips', 'About move'])
  await page.getByRole('button', { name: 'Clear all' }).click()
  await expect.element(page.getByText('Nothing yet.', { exact: false })).toBeVisible()
  expect(registry.ask.mock.calls.slice(1)).toEqual([
    ['deleteNotice', ['soup']],
    ['deleteNotices', []],
  ])
})

it('shows what ends while it is open', async () => {
  const { hear } = await show({ items: [notice('tulips')] })
  await expect.poll(titles).toEqual(['About tulips'])
  hear({ type: 'RunCompleted' }, [notice('soup'), notice('tulips')])
  await expect.poll(titles).toEqual(['About soup', 'About tulips'])
})

const STATES: Readonly<Record<Permission, string | undefined>> = {
  default: 'Know when a run is done',
  granted: undefined,
  denied: 'Notifications are blocked in this browser',
  unsupported: 'This browser can’t show notifications here',
}

it('offers to turn notifications on, by a button only, and says what to do where they are blocked or missing', async () => {
  for (const [permission, title] of Object.entries(STATES) as [Permission, string | undefined][]) {
    const { permissions, leave } = await show({ permission })
    await expect.element(page.getByRole('heading', { name: 'Notifications' })).toBeVisible()
    expect(document.querySelector('.permission-title')?.textContent).toBe(title)
    expect(permissions.ask).not.toHaveBeenCalled()
    const button = page.getByRole('button', { name: 'Turn on notifications' })
    if (permission === 'default') {
      await button.click()
      expect(permissions.ask).toHaveBeenCalledTimes(1)
    } else expect(button.query()).toBeNull()
    await leave()
  }
})

it('saves each setting at once: a kind, what breaks through, the quiet hours by this machine’s clock', async () => {
  const { registry, hear } = await show()
  await page.getByRole('button', { name: 'Settings' }).click()
  const saved = () =>
    registry.ask.mock.calls
      .filter(([verb]) => verb === 'changeNotificationSettings')
      .at(-1)
      ?.at(1)
  await page.getByRole('checkbox', { name: 'Failed' }).click()
  const kinds = { ...DEFAULT_NOTIFICATION_SETTINGS.kinds, failed: false }
  expect(saved()).toEqual([{ ...DEFAULT_NOTIFICATION_SETTINGS, kinds }])
  await page.getByRole('checkbox', { name: 'Needs you, even when muted' }).click()
  await page.getByRole('checkbox', { name: 'Quiet hours' }).click()
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const quietHours = { from: '22:00', to: '07:00', timeZone }
  expect(saved()).toEqual([{ kinds, needsYouBreaksThrough: true, quietHours }])
  await userEvent.fill(page.getByLabelText('From'), '21:30')
  expect(saved()).toEqual([{ kinds, needsYouBreaksThrough: true, quietHours: { ...quietHours, from: '21:30' } }])
  await page.getByRole('checkbox', { name: 'Quiet hours' }).click()
  expect(saved()).toEqual([{ kinds, needsYouBreaksThrough: true }])
  // Changed on another device.
  hear({ type: 'SettingsChanged', settings: DEFAULT_NOTIFICATION_SETTINGS } as Partial<InboxEntry>)
  await expect.element(page.getByRole('checkbox', { name: 'Failed' })).toBeChecked()
})
