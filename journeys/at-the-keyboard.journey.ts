/** The page in the hand and at the keyboard: narrow, without a mouse, and with words that would like to be markup. */
import {
  addressOf,
  ending,
  expect,
  expectAnswers,
  expectTitle,
  listed,
  send,
  sendButton,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { scriptText } from './server.ts'

const LONG = { words: 200, pauseAt: 60 }

test('Enter sends, Shift+Enter adds a line, Esc stops, and a draft stays with its thread across a reload', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await server.play({ roomId: 'models', threadId: 'other' }, { tokens: 3, intervalMs: 1 }, 'Elsewhere')
  await page.goto(`${server.url}/rooms/models`)
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.focus()
  await page.keyboard.type(askFor(LONG))
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('Please.')
  await page.keyboard.press('Enter')
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(page.getByTestId('user-text')).toHaveJSProperty('textContent', `${askFor(LONG)}\nPlease.`)

  await field.fill('half a thought')
  await listed(page, 'Elsewhere').click()
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await expect(field).toHaveValue('')
  await listed(page, 'Say 200 words').click()
  await expect(field).toHaveValue('half a thought')
  await page.reload()
  await expect(field, 'over a reload too').toHaveValue('half a thought')

  await expect(stopButton(page)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expectAnswers(page, wordsText(LONG, 60))

  await page.getByRole('button', { name: 'Continue' }).press('Enter')
  await expectAnswers(page, wordsText(LONG, 60), wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG, 60), wordsText(LONG))
})

test('a reader who has scrolled up is not moved, and returns to the end with a button', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const book = { words: 2_500, pauseAt: 2_000, ms: 0 }
  const key = { roomId: 'models', threadId: 'book' }
  await server.ask(key, askFor(book))
  await page.goto(addressOf(server, key))
  await expectAnswers(page, wordsText(book, 2_000))
  const scroller = page.getByRole('region', { name: 'Conversation' })
  const fromEnd = () => scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
  const jump = page.getByRole('button', { name: 'Jump to latest' })
  await expect.poll(fromEnd).toBeLessThan(2)
  await expect(jump).toBeHidden()

  await scroller.focus()
  await page.keyboard.press('Home')
  await expect(jump).toBeVisible()
  await expect.poll(() => scroller.evaluate((box) => box.scrollTop)).toBe(0)
  await provider.goOn()
  await expectAnswers(page, wordsText(book))
  expect(await scroller.evaluate((box) => box.scrollTop)).toBe(0)

  await jump.click()
  await expect.poll(fromEnd).toBeLessThan(2)
  await expect(jump).toBeHidden()
})

test('a refused message returns to the message box, and the page says why', async ({ page, server }) => {
  const key = { roomId: 'default', threadId: 'refused' }
  await server.play(key, { tokens: 3, intervalMs: 1 })
  await page.goto(addressOf(server, key))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  const detail = 'The disk of the server is full. Free some space, then send again.'
  const problem = { type: 'about:blank', title: 'Storage full', status: 507, code: 'storage_full', detail }
  await page.route('**/runs', (route) =>
    route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )
  await send(page, 'Not to be lost')
  await expect(page.getByRole('alert')).toContainText(`Not sent. ${detail}`)
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Not to be lost')
  await expect(page.getByTestId('user-text')).toHaveCount(1)

  await page.unroute('**/runs')
  await sendButton(page).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByTestId('user-text')).toHaveText(['Say it', 'Not to be lost'])
})

test.describe('390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('the list is a drawer, Esc closes it and stops nothing, nothing is wider than the page, and back and forward switch threads (S001-34)', async ({
    page,
    modelServer: server,
    provider,
  }) => {
    const key = { roomId: 'models', threadId: 'narrow' }
    const wide = 'w'.repeat(300)
    await server.play({ roomId: 'models', threadId: 'wide' }, { tokens: 4, intervalMs: 1, prefix: wide }, wide)
    await server.ask(key, askFor(LONG))
    await page.goto(addressOf(server, key))
    await expectAnswers(page, wordsText(LONG, 60))
    const threads = page.getByRole('navigation', { name: 'Threads' })
    await expect(threads).toBeHidden()

    await page.getByRole('button', { name: 'Rooms and threads' }).click()
    await expect(threads).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(threads).toBeHidden()
    await expect(page.getByRole('button', { name: 'Rooms and threads' })).toBeFocused()
    await expect(stopButton(page)).toBeVisible()

    await page.getByRole('button', { name: 'Rooms and threads' }).click()
    await listed(page, wide.slice(0, 40)).click()
    await expect(threads).toBeHidden()
    await expectAnswers(page, scriptText({ tokens: 4, prefix: wide }))
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBe(390)

    await provider.goOn()
    await page.goBack()
    await expectAnswers(page, wordsText(LONG))
    await expect(sendButton(page)).toBeVisible()
    await page.goForward()
    await expectAnswers(page, scriptText({ tokens: 4, prefix: wide }))
  })
})

test('text that looks like markup stays text, and the page runs no script but its own', async ({ page, server }) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', () => complaints.push('a dialog'))
  const key = { roomId: 'default', threadId: 'hostile' }
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  await server.play(key, { tokens: 2, intervalMs: 1, prefix: hostile }, hostile)
  await page.goto(addressOf(server, key))
  await expectAnswers(page, scriptText({ tokens: 2, prefix: hostile }))
  await expect(page.getByTestId('user-text')).toHaveText(hostile)
  await expect(listed(page, hostile)).toBeVisible()
  await expectTitle(page, `${hostile} · Default · Holdfast`)
  await expect(page.locator('main img, main script')).toHaveCount(0)
  expect(complaints).toEqual([])
})
