/** Where there is nothing (yet, any more, or because something broke): what happened, what is safe, what is next. */
import { addressOf, expect, expectAnswers, test } from './journey.ts'
import { isQuiet, scriptText } from './server.ts'

test('slow, unreachable, deleted, unknown and broken: each says so, and has a way on', async ({ page, server }) => {
  const key = { roomId: 'default', threadId: 'here' }
  await server.play(key, { tokens: 5, intervalMs: 1 }, 'Here')
  await expect.poll(() => isQuiet(server, key)).toBe(true)

  // Slow: nothing for 300 ms, then a skeleton, then what was asked for.
  const held = Promise.withResolvers<void>()
  // A connection that tabs share is none of this page's own, and cannot be held here.
  await page.addInitScript(() => {
    for (const name of ['SharedWorker', 'BroadcastChannel']) Reflect.deleteProperty(window, name)
  })
  await page.route(/\/v1\/(feed|rooms\/default\/threads\/here)/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(addressOf(server, key))
  const skeleton = page.locator('.reading .skeleton')
  await expect(skeleton).toContainText('Loading the conversation')
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
  await expect(page.getByRole('button', { name: 'What happens when I close this tab?' })).toBeVisible()

  await page.goto(`${server.url}/rooms/default/threads/never`)
  await expect(page.getByText('There is no such thread yet')).toBeVisible()
  await page.goto(`${server.url}/rooms/default/threads/a%20b`)
  await expect(page.getByText('There is nothing at this address')).toBeVisible()
  await page.getByRole('link', { name: 'Go to the first room' }).click()
  await expect(page).toHaveURL(`${server.url}/rooms/default`)

  // The server does not answer: the page says what is safe, keeps trying, and goes on by itself.
  await page.route('**/v1/**', (route) => route.abort())
  await page.reload()
  await expect(page.getByRole('heading', { name: 'The server cannot be reached' })).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await expect(page.getByText('Ask something, then walk away')).toBeVisible()

  // A part over the page does not come: the page stays, with what was written.
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('half a thought')
  await page.route('**/assets/palette-*.js', (route) => route.abort())
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('alert')).toContainText('Your runs go on')
  await expect(field).toHaveValue('half a thought')
  await page.unrouteAll({ behavior: 'wait' })

  // A page itself does not come, as after an update of the server.
  await page.route('**/assets/pages-*.js', (route) => route.abort())
  await page.reload()
  await expect(page.getByText('This page has a fault')).toBeVisible()
  await expect(page.getByText('Your runs are not touched by it')).toBeVisible()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Load it again' }).click()
  await expect(page.getByText('Ask something, then walk away')).toBeVisible()
})
