/** In a real browser: what the sidebar says is unread, and what opening a thread leaves in its place. */
import { createRunRegistry } from '@holdfast/client'
import { createManualEnvironment, createScriptedTransport } from '@holdfast/client/testing'
import type { RoomActivity, ThreadInfo } from '@holdfast/core'
import { RegistryProvider } from '@holdfast/react'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
  useParams,
} from '@tanstack/react-router'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import '../app.css'
import tokens from '../design/tokens.css?raw'
import { Sidebar } from './sidebar.tsx'

const colours = document.createElement('style')
// As the build makes them.
colours.textContent = tokens.replace('@theme static {', ':root {')
beforeAll(async () => {
  document.head.append(colours)
  // On a narrow page the sidebar is a closed drawer.
  await page.viewport(1280, 900)
})
afterAll(async () => {
  colours.remove()
  await page.viewport(414, 896)
})

const thread = (threadId: string, more: Partial<ThreadInfo> = {}): ThreadInfo => ({
  roomId: 'R',
  threadId,
  title: threadId,
  status: 'idle',
  unread: false,
  archived: false,
  lastSeq: 1,
  readSeq: 0,
  completedSeq: more.unread ? 1 : 0,
  updatedAt: new Date().toISOString(),
  ...more,
})

function Side() {
  const { roomId, threadId } = useParams({ strict: false })
  return (
    <aside className="side" style={{ height: 700, width: 288 }}>
      <Sidebar roomId={roomId} threadId={threadId} />
    </aside>
  )
}

/** The rooms R and S; the threads are of R. */
async function show(threads: readonly ThreadInfo[], activity: readonly Partial<RoomActivity>[] = [], at = '/rooms/R') {
  const transport = createScriptedTransport()
  for (const [roomId, title] of [
    ['R', 'Garden'],
    ['S', 'Porto'],
  ] as const) {
    transport.addRoom({ roomId, title, agentId: 'demo' })
  }
  const rooms = activity.map((room) => ({ roomId: 'R', unread: 0, working: 0, needsYou: 0, ...room }))
  transport.answers.threads = async () => ({ items: threads })
  transport.answers.inbox = async () => ({ rooms, threads: [], cursor: '0' })
  const registry = createRunRegistry({ transport, environment: createManualEnvironment() })
  const root = createRootRoute({ component: Side })
  const routes = ['/rooms/$roomId', '/rooms/$roomId/threads/$threadId'].map((path) =>
    createRoute({ getParentRoute: () => root, path, component: () => null }),
  )
  const router = createRouter({
    routeTree: root.addChildren(routes),
    history: createMemoryHistory({ initialEntries: [at] }),
  })
  return render(
    <RegistryProvider registry={registry}>
      <RouterProvider router={router} />
    </RegistryProvider>,
  )
}

const rooms = () => page.getByRole('navigation', { name: 'Rooms' })
const row = (title: string) => page.getByRole('navigation', { name: 'Threads' }).getByRole('link', { name: title })
const dot = (title: string) => row(title).element().querySelector('.unread-dot')

it('S000-63 an unread thread has a blue dot with a glow right of a heavier title, and the open thread has neither', async () => {
  await show(
    [thread('new', { unread: true }), thread('old'), thread('open', { unread: true })],
    [],
    '/rooms/R/threads/open',
  )
  await expect.element(row('new')).toBeVisible()
  await expect.element(row('new')).toHaveTextContent('Unread')
  const [title, mark] = [row('new').element().querySelector('.link-title'), dot('new')]
  if (!title || !mark) throw new Error('There is no dot.')
  expect(mark.getBoundingClientRect().left).toBeGreaterThanOrEqual(title.getBoundingClientRect().right)
  const look = getComputedStyle(mark)
  const unread = getComputedStyle(document.documentElement).getPropertyValue('--color-unread')
  expect(colourOf(look.backgroundColor)).toBe(colourOf(unread))
  expect(look.boxShadow).not.toBe('none')
  const weight = (of: string) => Number(getComputedStyle(row(of).element()).fontWeight)
  expect(weight('new')).toBeGreaterThan(weight('old'))
  expect([dot('old'), dot('open')]).toEqual([null, null])
  expect(row('open').element()).toHaveAttribute('aria-current', 'page')
  expect(row('open').element()).not.toHaveAttribute('data-unread')
})

it('S000-64 a room says how many of its threads are unread, in white on the blue of the dots, and nothing for none', async () => {
  await show([thread('new', { unread: true })], [{ unread: 7 }, { roomId: 'S', unread: 0 }])
  const badge = rooms().getByRole('link', { name: 'Garden' }).getByText('7')
  await expect.element(badge).toBeVisible()
  const look = getComputedStyle(badge.element())
  expect(colourOf(look.color)).toBe(colourOf('white'))
  await expect.element(row('new')).toBeVisible()
  expect(look.backgroundColor).toBe(getComputedStyle(dot('new') ?? document.body).backgroundColor)
  expect(rooms().getByRole('link', { name: 'Porto' }).element().querySelector('.badge')).toBeNull()
})

it('S000-64 S002-C6 a room with more than 99 unread threads says 99+', async () => {
  await show([], [{ unread: 100 }, { roomId: 'S', unread: 99 }])
  await expect.element(rooms().getByRole('link', { name: 'Garden' })).toHaveTextContent('99+ unread')
  await expect.element(rooms().getByRole('link', { name: 'Porto' })).toHaveTextContent('99 unread')
})

it('only what needs a person and a failure that was not seen have a word beside a title; a seen one is quiet', async () => {
  await show([
    thread('asks', { status: 'needs_you' }),
    thread('works', { status: 'working' }),
    thread('waits', { status: 'queued' }),
    thread('done', { unread: true }),
    thread('broke', { status: 'failed', unread: true }),
    thread('known', { status: 'failed' }),
    thread('rests'),
  ])
  await expect.element(row('asks')).toBeVisible()
  const titles = ['asks', 'works', 'waits', 'done', 'broke', 'known', 'rests']
  const marks = titles.map((title) => row(title).element().querySelector<HTMLElement>('.mark'))
  const visible = (mark: HTMLElement | null | undefined) =>
    [...(mark?.childNodes ?? [])]
      .flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node.textContent] : []))
      .join('')
  expect(marks.map(visible)).toEqual(['Needs you', '', '', '', 'Failed', '', ''])
  expect(marks.map((mark) => mark?.textContent ?? '')).toEqual([
    'Needs you',
    'Working',
    'Queued',
    '',
    'Failed',
    'Failed',
    '',
  ])
  const colour = (title: string) => getComputedStyle(row(title).element().querySelector('.mark') ?? document.body).color
  expect(colour('known')).not.toBe(colour('broke'))
})

it('threads are in groups by date, and the rooms stay in their place when a thread far down is opened', async () => {
  const day = 86_400_000
  const many = Array.from({ length: 60 }, (_, n) =>
    thread(`thread ${n}`, { updatedAt: new Date(Date.now() - (n < 2 ? n : 20 + n) * day).toISOString() }),
  )
  await show(many)
  await expect.element(row('thread 59')).toBeInTheDocument()
  const titles = [...document.querySelectorAll('.threads h3')].map((title) => title.textContent)
  expect(titles.slice(0, 2)).toEqual(['Today', 'Yesterday'])
  expect(titles.length).toBeGreaterThan(2)
  const room = rooms().getByRole('link', { name: 'Garden' })
  const before = room.element().getBoundingClientRect().top
  await row('thread 59').click()
  await expect.element(row('thread 59')).toHaveAttribute('aria-current', 'page')
  expect(room.element().getBoundingClientRect().top).toBe(before)
  const list = document.querySelector('.threads')
  expect(list?.scrollTop).toBeGreaterThan(0)
})

/** As the browser writes it. */
function colourOf(css: string): string {
  const probe = document.body.appendChild(document.createElement('i'))
  probe.style.color = css
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
