/** In a real browser: what a person finds on the home page when they return. */
import type { RunRegistry } from '@holdfast/client'
import type { ThreadInfo } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { sinceYouLeft } from './since.ts'
import { SinceYouLeft } from './since-you-left.tsx'

const ROOMS = [{ roomId: 'R', title: 'Garden', agentId: 'demo' }]

const thread = (threadId: string, more: Partial<ThreadInfo>): ThreadInfo => ({
  roomId: 'R',
  threadId,
  title: `About ${threadId}`,
  status: 'idle',
  unread: true,
  archived: false,
  lastSeq: 1,
  readSeq: 0,
  completedSeq: 1,
  updatedAt: new Date(Date.now() - 5 * 60_000).toISOString(),
  ...more,
})

async function show(...threads: readonly ThreadInfo[]) {
  const readAll = vi.fn(async () => {})
  const root = createRootRoute()
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    component: () => <SinceYouLeft items={sinceYouLeft(threads)} rooms={ROOMS} />,
  })
  const open = createRoute({ getParentRoute: () => root, path: '/rooms/$roomId/threads/$threadId' })
  const router = createRouter({ routeTree: root.addChildren([home, open]), history: createMemoryHistory() })
  await render(
    <RegistryProvider registry={{ readAll } as unknown as RunRegistry}>
      <RouterProvider router={router} />
    </RegistryProvider>,
  )
  return { readAll, router }
}

it('each thread has its state, title, first line, room and time, and leads to its conversation', async () => {
  const { router } = await show(
    thread('tulips', { preview: 'Plant them in October.' }),
    thread('approval', { status: 'needs_you', unread: false }),
    thread('soup', { status: 'failed', preview: 'Half of the answer' }),
    thread('move', { status: 'working', unread: false }),
  )
  await expect.element(page.getByRole('heading', { name: 'Since you left' })).toBeInTheDocument()
  await expect.element(page.getByText('1 needs you · 1 finished · 1 failed · 1 still running')).toBeInTheDocument()
  const rows = [...document.querySelectorAll('.since-row')].map((row) => row.textContent)
  expect(rows).toEqual([
    'About approvalNeeds youGarden · 5 min ago',
    'About tulipsPlant them in October.FinishedGarden · 5 min ago',
    'About soupHalf of the answerFailedGarden · 5 min ago',
    'About moveRunningGarden · 5 min ago',
  ])
  await page.getByRole('link', { name: 'About tulips' }).click()
  await expect.poll(() => router.state.location.pathname).toBe('/rooms/R/threads/tulips')
})

it('everything is marked as read at once, and a long list begins with what matters most', async () => {
  const many = Array.from({ length: 9 }, (_, n) => thread(`n${n}`, {}))
  const { readAll } = await show(...many, thread('approval', { status: 'needs_you' }))
  const rows = () => [...document.querySelectorAll('.since-title')].map((title) => title.textContent)
  await expect.poll(() => rows().length).toBe(7)
  expect(rows()[0]).toBe('About approval')
  await page.getByRole('button', { name: 'Show all 10' }).click()
  expect(rows()).toHaveLength(10)
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  expect(readAll).toHaveBeenCalledTimes(1)
})

it('says what still runs where nothing else has happened', async () => {
  await show(thread('move', { status: 'working', unread: false }))
  await expect.element(page.getByRole('heading', { name: 'Still running' })).toBeInTheDocument()
  expect(document.querySelector('.since-head .button')).toBeNull()
})
