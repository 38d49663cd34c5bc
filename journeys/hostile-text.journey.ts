/** What an agent writes is read as markdown and never obeyed: no script, no request, no word from the page's policy. */
import { PAYLOADS } from '../apps/chat/src/markdown/testing/payloads.ts'
import { addressOf, answers, expect, test } from './journey.ts'
import { isQuiet } from './server.ts'

const AT_ONCE = 23

test('a corpus of hostile texts runs no script, makes no request, and breaks no policy of the page', async ({
  page,
  server,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', () => complaints.push('a dialog'))
  page.on('popup', () => complaints.push('a window'))
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    const own = origin === server.url && /^\/(?:$|rooms|v1\/|assets\/|favicon)/.test(pathname)
    if (!own || request.url().includes('pixel')) complaints.push(`a request for ${request.url()}`)
  })
  await page.exposeFunction('refused', (what: string) => complaints.push(`the policy refused ${what}`))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      Reflect.get(globalThis, 'refused')(`${violatedDirective} ${blockedURI}`)
    })
  })

  for (let from = 0; from < PAYLOADS.length; from += AT_ONCE) {
    const key = { roomId: 'default', threadId: `payloads-${from}` }
    const payloads = PAYLOADS.slice(from, from + AT_ONCE)
    // Each is an answer of its own, so that an unclosed one does not hide the next.
    for (const prefix of payloads) await server.play(key, { tokens: 1, intervalMs: 0, prefix })
    await expect.poll(() => isQuiet(server, key), { intervals: [20] }).toBe(true)
    await page.goto(addressOf(server, key))
    await expect(answers(page)).toHaveCount(payloads.length)
    await expect(answers(page).locator('.md-plain')).toHaveCount(0)
    // Everything is hovered and focused, as a reader would in time; nothing is clicked.
    for (const link of await answers(page).getByRole('link').all()) {
      await link.hover()
      await link.focus()
    }
    expect(await page.evaluate(() => '__hit' in window), 'a script ran').toBe(false)
    const foreign = 'script, img, iframe, object, embed, style, form, video, audio, [onerror], [onload], [onclick]'
    await expect(answers(page).locator(foreign)).toHaveCount(0)
  }
  await page.evaluate(() => new Promise(requestAnimationFrame))
  expect(complaints).toEqual([])
})

test('an image is requested from its host only after a click, and without a referrer', async ({
  page,
  context,
  server,
}) => {
  const asked: (string | undefined)[] = []
  await context.route('http://pictures.invalid/**', (route) => {
    asked.push(route.request().headers().referer)
    return route.fulfill({ contentType: 'text/plain', body: 'a picture' })
  })
  const key = { roomId: 'default', threadId: 'picture' }
  await server.play(key, { tokens: 1, intervalMs: 0, prefix: '![A boat](http://pictures.invalid/boat.png)\n\n' })
  await page.goto(addressOf(server, key))
  const picture = page.getByRole('link', { name: 'Show image from pictures.invalid' })
  await expect(picture).toBeVisible()
  expect(asked).toEqual([])
  const [opened] = await Promise.all([context.waitForEvent('page'), picture.click()])
  await opened.waitForLoadState()
  expect(asked).toEqual([undefined])
  expect(await opened.evaluate(() => window.opener)).toBeNull()
})

test('an answer’s code is highlighted and its formulas rendered under the page’s policy, and the code can be copied', async ({
  page,
  context,
  server,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const key = { roomId: 'default', threadId: 'drawn' }
  const prefix = '```ts\nconst answer: number = 42\n```\n\n$$\nx^2\n$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n'
  await server.play(key, { tokens: 1, intervalMs: 0, prefix })
  await page.goto(addressOf(server, key))
  const code = page.getByRole('figure', { name: 'Code, TypeScript' })
  await expect(code.locator('span[style*="--md-token"]').first()).toBeVisible()
  await expect(answers(page).locator('math')).toHaveCount(1)
  await code.getByRole('button', { name: 'Copy' }).click()
  await expect(code.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const answer: number = 42')
  expect(complaints).toEqual([])
})
