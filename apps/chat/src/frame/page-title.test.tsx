/** In a real browser: what the window's title and icon say while another window is looked at. */
import type { OverviewState, RunRegistry } from '@holdfast/client'
import { RegistryProvider } from '@holdfast/react'
import { expect, it } from 'vitest'
import { render } from 'vitest-browser-react'
import { usePageTitle, useUnreadCount } from './page-title.ts'
import { useFavicon } from './use-favicon.ts'

function Page() {
  usePageTitle(['Tulips', undefined, 'Garden'])
  useFavicon(useUnreadCount() > 0)
  return null
}

async function show(...unread: readonly number[]): Promise<string> {
  const rooms = unread.map((count, n) => ({ roomId: `${n}`, unread: count, working: 0, needsYou: 0 }))
  const state: OverviewState = { known: true, rooms, threads: [] }
  const registry = { overview: { snapshot: () => state, subscribe: () => () => {} } } as unknown as RunRegistry
  const screen = await render(
    <RegistryProvider registry={registry}>
      <Page />
    </RegistryProvider>,
  )
  const { title } = document
  await screen.unmount()
  return title
}

it('the title counts the unread threads of all rooms, and the icon has a dot while there are any', async () => {
  const before = document.title
  const icon = document.head.appendChild(document.createElement('link'))
  icon.rel = 'icon'
  icon.href = '/base/favicon.svg'
  const others = [...document.querySelectorAll('link[rel="icon"]')].filter((link) => link !== icon)
  for (const other of others) other.remove()

  expect(await show(2, 0, 1)).toBe('(3) Tulips · Garden · Holdfast')
  expect(new URL(icon.href).pathname).toBe('/base/favicon-unread.svg')
  expect(await show(100)).toBe('(99+) Tulips · Garden · Holdfast')
  expect(await show(0)).toBe('Tulips · Garden · Holdfast')
  expect(new URL(icon.href).pathname).toBe('/base/favicon.svg')

  icon.remove()
  document.head.append(...others)
  document.title = before
})
