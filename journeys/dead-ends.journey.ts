/** States in which something is missing, slow or broken: what happened, what is safe, what to do next. */
import { addressOf, expect, expectAnswers, test } from './journey.ts'
import { isQuiet, scriptText } from './server.ts'

test('slow, unreachable, deleted, unknown and broken states each say so and offer a next step', async ({
  page,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'here' }
  await server.play(key, { tokens: 5, intervalMs: 1 }, 'Here')
  await expect.poll(() => isQuiet(server, key)).toBe(true)

  // Slow: nothing for 300 ms, then a skeleton, then the content.
  const held = Promise.withResolvers<void>()
  // Routes do not see the requests of a connection that tabs share.
  await page.addInitScript(() => {
    for (const name of ['SharedWorker', 'BroadcastChannel']) Reflect.deleteProperty(window, name)
  })
  await page.route(/\/v1\/(feed|rooms\/default\/threads\/here)/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(addressOf(server, key))
  const skeleton = page.locator('.reading .skeleton')
  await expect(skeleton).toContainText('Loading conversation')
  const opacityAt = (ms: number) =>
    skeleton.evaluate((element, at) => {
      const [come] = element.getAnimations()
      if (come) come.currentTime = at
      return getComputedStyle(element).opacity
    }, ms)
  expect([await opacityAt(299), await opacityAt(301)]).toEqual(['0', '1'])
  held.resolve()
  await expectAnswers(page, scriptText({ tokens: 5 }))
  await expect(skeleton).toHaveCount(0)
  await page.unrouteAll({ behavior: 'wait' })

  // Deleted, from elsewhere and while it is looked at.
  const gone = await page.request.delete(
    server.url + new URL(`/v1${new URL(page.url()).pathname}`, server.url).pathname,
    {
      headers: { origin: server.url },
    },
  )
  expect(gone.ok()).toBe(true)
  await expect(page.getByText('This thread was deleted')).toBeVisible()
  await page.getByRole('main').getByRole('link', { name: 'New thread' }).click()
  await expect(page.getByRole('button', { name: 'Compare renting and buying in a table' })).toBeVisible()

  await page.goto(`${server.url}/rooms/default/threads/never`)
  await expect(page.getByText('Thread not found')).toBeVisible()
  await page.goto(`${server.url}/rooms/default/threads/a%20b`)
  await expect(page.getByText('Page not found')).toBeVisible()
  await page.getByRole('link', { name: 'Go to the first room' }).click()
  await expect(page).toHaveURL(`${server.url}/rooms/default`)

  // The server does not answer, and the device keeps nothing: the page says what is safe, keeps trying, and recovers by itself.
  await page.addInitScript(() => void Reflect.deleteProperty(window, 'indexedDB'))
  await page.route('**/v1/**', (route) => route.abort())
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Can’t reach the server' })).toBeVisible()
  await expect(page.getByText('Threads aren’t kept on this device.')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await expect(page.getByText('Ask something, then walk away')).toBeVisible()
})

test('a part of the page that fails to load affects nothing else: it says so, keeps drafts, and loads on retry', async ({
  page,
  server,
}) => {
  await page.route('**/assets/*.js*', (route) =>
    /\/(palette|thread-menu|timeline-page|queue)-/.test(route.request().url()) ? route.abort() : route.continue(),
  )
  const key = { roomId: 'default', threadId: 'here' }
  await server.play(key, { tokens: 5, intervalMs: 1 }, 'Here')
  await page.goto(addressOf(server, key))
  await expectAnswers(page, scriptText({ tokens: 5 }))
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('half a thought')

  // Over the page, and in a line of a list.
  const note = page.getByRole('alert')
  await page.keyboard.press('ControlOrMeta+k')
  await expect(note).toContainText('Your runs aren’t affected')
  await note.getByRole('button', { name: 'Close' }).click()
  await expect(note).toHaveCount(0)
  await page.getByRole('button', { name: 'Actions for Here' }).click()
  await expect(note).toContainText('Your runs aren’t affected')
  await page.unrouteAll({ behavior: 'wait' })
  await note.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(field).toHaveValue('half a thought')
  await expectAnswers(page, scriptText({ tokens: 5 }))

  // A whole page: the frame around it stays.
  await page.route('**/assets/pages-*.js*', (route) => route.abort())
  await page.reload()
  await expect(page.getByText('Couldn’t load this part of the page')).toBeVisible()
  await expect(page.getByText('Your runs aren’t affected')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Threads' })).toContainText('Here')
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).click()
  await expectAnswers(page, scriptText({ tokens: 5 }))

  // The frame itself.
  await page.route('**/assets/frame-*.js*', (route) => route.abort())
  await page.reload()
  await expect(page.getByText('Couldn’t load this part of the page')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await expectAnswers(page, scriptText({ tokens: 5 }))
  await expect(field).toHaveValue('half a thought')
})

test('a new build without the old files is announced, and the person decides when to reload', async ({
  page,
  server,
}) => {
  await page.route('**/assets/*.js*', (route) =>
    /\/palette-/.test(route.request().url()) ? route.fulfill({ status: 404, body: '' }) : route.continue(),
  )
  await page.goto(`${server.url}/rooms/default`)
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('half a thought')
  const asNew = async (address: string) => {
    await page.route(address, async (route) => {
      const response = await route.fetch()
      const body = (await response.text()).replace(/\/assets\/index-[\w-]+\.js/, '/assets/index-another.js')
      await route.fulfill({ response, body })
    })
  }
  await asNew(`${server.url}/`)
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByText('New version available')).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('Couldn’t load')
  await expect(field).toHaveValue('half a thought')
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(page.getByText('New version available')).toHaveCount(0)
  await expect(field).toHaveValue('half a thought')
})
