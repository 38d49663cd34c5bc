/** States in which something is missing, slow or broken. Some take the shared worker from the page. */
import type { ThreadInfo } from '@holdfast/core'
import type { Screen } from './stage.ts'

const PUMPS_END = 'where the ground water is'

export const BROKEN: readonly Screen[] = [
  {
    name: 'no such thread',
    async show({ page, open }) {
      await open('/rooms/default/threads/never')
      await page.getByText('Thread not found').waitFor()
    },
  },
  {
    name: 'no such room',
    async show({ page, open }) {
      await open('/rooms/nobody')
      await page.getByText('Room not found').waitFor()
    },
  },
  {
    name: 'no such address',
    async show({ page, open }) {
      await open('/rooms/default/threads/a%20b')
      await page.getByText('Page not found').waitFor()
    },
  },
  {
    name: 'a deleted thread',
    async show({ page, openAsked, putAway }) {
      await openAsked('How long does a rope last?')
      await page.getByText('depending on sun').waitFor()
      await putAway()
      await page.getByText('This thread was deleted').waitFor()
    },
  },
  {
    name: 'a dialog that failed to load',
    async show({ page, open }) {
      await page.route('**/assets/palette-*.js', (route) => route.abort())
      await open('/rooms/default')
      await page.getByText('Ask something, then walk away').waitFor()
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('alert').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'a page that failed to load',
    async show({ page, open }) {
      await page.route('**/assets/pages-*.js*', (route) => route.abort())
      await open('/rooms/default')
      await page.getByText('Couldn’t load this part of the page').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'a new version',
    async show({ page, server, open }) {
      await page.route('**/assets/palette-*.js', (route) => route.fulfill({ status: 404 }))
      await open('/rooms/default')
      await page.getByText('Ask something, then walk away').waitFor()
      await page.route(`${server.url}/`, async (route) => {
        const response = await route.fetch()
        const body = (await response.text()).replace(/\/assets\/index-[\w-]+\.js/, '/assets/index-another.js')
        await route.fulfill({ response, body })
      })
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByText('New version available').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'an agent that is no longer available',
    async show({ page, open }) {
      await page.route('**/v1/rooms/default/threads?**', async (route) => {
        const response = await route.fetch()
        const { items, ...list } = (await response.json()) as { items: readonly ThreadInfo[] }
        const json = { ...list, items: items.map((thread) => ({ ...thread, unavailableAgentId: 'captain' })) }
        await route.fulfill({ response, json })
      })
      await open('/rooms/default/threads/pruning')
      await page.getByText('no longer available').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'signed out while sending',
    async show({ page, open }) {
      await unshared(page)
      await open('/rooms/default')
      await page.getByRole('textbox', { name: 'Message' }).fill('How long does a rope last?')
      await page.route('**/v1/**', (route) => route.fulfill({ status: 401 }))
      await page.keyboard.press('Enter')
      await page.getByText('Signed out. Sign in, in another tab if needed.').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'reconnecting',
    async show({ page, server, openAsked }) {
      await openAsked('Compare three heat pumps for an old house')
      await page.getByText(PUMPS_END).waitFor()
      await server.kill()
      await page.getByText('Reconnecting… nothing you’ve seen is lost').waitFor()
    },
    after: ({ server }) => server.start(),
  },
  {
    name: 'failed, the server was killed',
    async show({ page, server, openAsked }) {
      await openAsked('Compare three heat pumps for an old house')
      await page.getByText(PUMPS_END).waitFor()
      await server.kill()
      await server.start()
      await page.getByRole('log').getByText('Failed.').waitFor()
    },
  },
  {
    name: 'the server cannot be reached',
    async show({ page, open }) {
      await unshared(page)
      await page.route('**/v1/**', (route) => route.abort())
      await open('/rooms/default/threads/pruning')
      await page.getByRole('heading', { name: 'Can’t reach the server' }).waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'signed out',
    async show({ page, open }) {
      await page.route('**/v1/**', (route) => route.fulfill({ status: 401 }))
      await open('/rooms/default/threads/pruning')
      await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'refused',
    async show({ page, open }) {
      const detail = 'This server does not answer for chat.example. Set HOLDFAST_ORIGIN=https://chat.example.'
      const problem = { type: 'about:blank', title: 'Forbidden', status: 403, code: 'foreign_host', detail }
      await page.route('**/v1/**', (route) =>
        route.fulfill({ status: 403, contentType: 'application/problem+json', json: problem }),
      )
      await open('/rooms/default/threads/pruning')
      await page.getByRole('heading', { name: 'The server refused the request' }).waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'an unexpected answer',
    async show({ page, open }) {
      await page.route('**/v1/**', (route) => route.fulfill({ contentType: 'text/html', body: '<p>Sign in</p>' }))
      await open('/rooms/default/threads/pruning')
      await page.getByRole('heading', { name: 'Unexpected answer from the server' }).waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'live updates are blocked',
    async show({ page, open }) {
      await unshared(page)
      await page.route(/\/v1\/feed|live=sse/, (route) => route.fulfill({ contentType: 'text/html', body: 'Hello' }))
      await open('/rooms/default/threads/pruning')
      await page.getByText('Live updates are blocked').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'loading',
    async show({ page, open }) {
      await page.route('**/v1/**', () => {})
      await open('/rooms/default/threads/pruning')
      await page.locator('.reading .skeleton').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
]

/** Makes the page use its own connection, which a route can hold: routes do not see a shared worker's requests. */
async function unshared(page: Parameters<Screen['show']>[0]['page']): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['SharedWorker', 'BroadcastChannel']) Reflect.deleteProperty(window, name)
  })
}
