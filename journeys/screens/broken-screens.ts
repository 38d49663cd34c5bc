/** Where there is nothing, nothing yet, or something broke. The last ones end the server. */
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
    name: 'a part that did not come',
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
    name: 'a page with a fault',
    async show({ page, open }) {
      await page.route('**/assets/pages-*.js', (route) => route.abort())
      await open('/rooms/default')
      await page.getByText('Something went wrong on this page').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'signed out',
    async show({ page, open }) {
      await page.route('**/v1/rooms/default/threads/**', (route) => route.fulfill({ status: 401 }))
      await open('/rooms/default')
      await page.getByRole('textbox', { name: 'Message' }).fill('How long does a rope last?')
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
    name: 'not here yet',
    async show({ page, open }) {
      await page.route('**/v1/**', () => {})
      await open('/rooms/default/threads/pruning')
      await page.locator('.reading .skeleton').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
]

/** A connection that tabs share is none of this page's own, and cannot be held. From here on there is none. */
async function unshared(page: Parameters<Screen['show']>[0]['page']): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['SharedWorker', 'BroadcastChannel']) Reflect.deleteProperty(window, name)
  })
}
