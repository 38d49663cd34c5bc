/** Messages written during a run are queued in order, can be edited, and survive the page and the server. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { hold } from './hold.ts'
import {
  addressOf,
  ending,
  expect,
  expectAnswers,
  expectWritten,
  listed,
  lowControls,
  questionOf,
  sendButton,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'

const KEY = { roomId: 'models', threadId: 'queueing' }
const LONG = { words: 40, pauseAt: 20 }
const short = (letter: string) => ({ words: 3, letter })

const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' })
const waiting = (page: Page): Locator => page.getByRole('region', { name: 'Queued messages' })
const rows = (page: Page): Locator => waiting(page).getByRole('listitem')

/** The messages that wait, in their order. */
async function expectWaiting(page: Page, ...letters: readonly string[]): Promise<void> {
  await expect(rows(page)).toHaveText(letters.map((letter) => new RegExp(`with an ${letter},`)))
}

/** The handle of the row with this text. */
async function gripOf(page: Page, text: string): Promise<{ readonly x: number; readonly y: number }> {
  const box = await rows(page).filter({ hasText: text }).getByTitle('Drag to move').boundingBox()
  if (!box) throw new Error(`There is no grip on the line that says ${text}.`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

async function queue(page: Page, letter: string): Promise<void> {
  await field(page).fill(askFor(short(letter)))
  await field(page).press('Enter')
  await expect(field(page)).toHaveValue('')
}

test('S001-66 S001-74 S001-76 the queue keeps its order after switching threads, a reload and a killed server, and stays paused until it is resumed', async ({
  page,
  modelServer: server,
}) => {
  // Four servers start one after the other.
  test.slow()
  await server.play({ roomId: 'models', threadId: 'other' }, { tokens: 3, intervalMs: 1 }, 'Elsewhere')
  await server.ask(KEY, askFor(LONG))
  await page.goto(addressOf(server, KEY))
  await expectAnswers(page, wordsText(LONG, 20))
  for (const letter of ['a', 'b']) await queue(page, letter)
  await expectWaiting(page, 'a', 'b')
  await expect(questionOf(page, 'with an a')).toHaveCount(0)

  // Another thread has no queue and shows Send. Leaving during an edit loses no text and leaves nothing paused; nor
  // does a reload.
  const paused = async () => (await server.snapshot(KEY)).queuePaused
  const words = page.getByRole('textbox', { name: 'Edit queued message' })
  const change = async (text: string) => {
    await page.getByRole('button', { name: /^Edit: .*with an a/ }).click()
    await words.fill(text)
    await expect.poll(paused).toBe(true)
  }
  await change('Rather')
  await listed(page, 'Elsewhere').click()
  await expect(sendButton(page)).toBeVisible()
  await expect(waiting(page)).toHaveCount(0)
  await expect.poll(paused).toBe(false)
  await page.goBack()
  await expectWaiting(page, 'a', 'b')
  await expect(field(page)).toHaveValue('Rather')
  await field(page).fill('')
  await change('Or rather')
  await page.reload()
  await expectWaiting(page, 'a', 'b')
  await expect.poll(paused).toBe(false)
  await expect(field(page)).toHaveValue('Or rather')
  await field(page).fill('')
  await expect(stopButton(page)).toBeVisible()

  // The run continues after three restarts. The fourth ends it, and what is queued behind it waits for the person.
  const said = async () => {
    const { messages, superseded } = await server.snapshot(KEY)
    return [superseded.length, String(messages.at(-1)?.content).trimEnd()]
  }
  for (let restarts = 1; restarts <= 3; restarts++) {
    await server.kill()
    await server.start()
    await expect.poll(said).toEqual([restarts, wordsText(LONG, 20).trimEnd()])
  }
  await expectAnswers(page, wordsText(LONG, 20))
  await expectWaiting(page, 'a', 'b')
  await server.kill()
  await server.start()
  await expect(ending(page, 'Failed.')).toBeVisible()
  await expect(waiting(page)).toContainText('Paused: needs you. 2 queued messages.')
  await expectWaiting(page, 'a', 'b')
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  expect((await server.snapshot(KEY)).thread).toMatchObject({ status: 'failed', paused: true })
  await expect(listed(page, 'Say 40 words')).toContainText('Failed')
  await expect(listed(page, 'Say 40 words')).toContainText('Paused')

  await waiting(page).getByRole('button', { name: 'Resume' }).click()
  await expectAnswers(page, wordsText(LONG, 20), wordsText(short('a')), wordsText(short('b')))
  await expect(waiting(page)).toHaveCount(0)
  const { runs } = await server.snapshot(KEY)
  expect(runs.map(({ status }) => status)).toEqual(['failed', 'succeeded', 'succeeded'])
  const [, first, second] = runs
  expect(
    first && second && 'endedAt' in first && 'startedAt' in second && first.endedAt <= (second.startedAt ?? ''),
  ).toBe(true)
})

test('S001-70 S001-72 queued messages are edited in place, moved by keyboard and mouse, paused, sent now and removed', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await server.ask(KEY, askFor(LONG))
  await page.goto(addressOf(server, KEY))
  await expectAnswers(page, wordsText(LONG, 20))
  for (const letter of ['a', 'b', 'c']) await queue(page, letter)
  await expectWaiting(page, 'a', 'b', 'c')

  // Changing the first holds it back: the run ends meanwhile, and nothing follows.
  await page.getByRole('button', { name: /^Edit: .*with an a/ }).click()
  const words = page.getByRole('textbox', { name: 'Edit queued message' })
  await expect(words).toBeFocused()
  await expect(waiting(page)).toContainText('Paused while you edit')
  await expect.poll(async () => (await server.snapshot(KEY)).queuePaused).toBe(true)
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  await words.fill(askFor({ ...LONG, letter: 'x' }))
  await words.press('Enter')
  await expectAnswers(page, wordsText(LONG), wordsText({ ...LONG, letter: 'x' }, 20))
  await expectWaiting(page, 'b', 'c')

  await queue(page, 'd')
  await page.getByRole('button', { name: /^Remove: .*with an d/ }).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await page.keyboard.press('Alt+ArrowUp')
  await expectWaiting(page, 'd', 'b', 'c')
  await expect(page.getByRole('button', { name: /^Remove: .*with an d/ })).toBeFocused()
  await expect.poll(async () => (await server.snapshot(KEY)).queue.length).toBe(3)

  // Carried with the mouse; Esc puts it back and stops nothing.
  const first = await gripOf(page, 'with an d')
  const last = await gripOf(page, 'with an c')
  await page.mouse.move(last.x, last.y)
  await page.mouse.down()
  await page.mouse.move(first.x, first.y, { steps: 4 })
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await expectWaiting(page, 'd', 'b', 'c')
  await expect(stopButton(page)).toBeVisible()
  await page.mouse.move(last.x, last.y)
  await page.mouse.down()
  await page.mouse.move(first.x, first.y, { steps: 4 })
  await page.mouse.up()
  await expectWaiting(page, 'c', 'd', 'b')
  await expect(waiting(page)).toContainText('Moved to 1 of 3')
  const order = async () => (await server.snapshot(KEY)).queue.map(({ messages: [m] }) => m?.content)
  await expect.poll(order).toEqual(['c', 'd', 'b'].map((letter) => askFor(short(letter))))

  await page.getByRole('button', { name: /^Send now: .*with an c/ }).click()
  const partial = wordsText({ ...LONG, letter: 'x' }, 20)
  await expect(ending(page, 'Replaced by a newer message')).toBeVisible()
  await expectAnswers(
    page,
    wordsText(LONG),
    partial,
    wordsText(short('c')),
    wordsText(short('d')),
    wordsText(short('b')),
  )
})

test('S001-67 S001-70 a message that supersedes a run is shown at once and answered before the queue, whose messages can be removed', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await server.ask(KEY, askFor(LONG))
  await page.goto(addressOf(server, KEY))
  await expectAnswers(page, wordsText(LONG, 20))
  const go = await hold(page, '**/runs')
  await queue(page, 'e')
  await expect(rows(page)).toContainText('Sending…')
  go()
  await expect(rows(page)).not.toContainText('Sending…')
  const instead = { ...LONG, letter: 'f' }
  await field(page).fill(askFor(instead))
  await field(page).press('Control+Enter')
  await expect(questionOf(page, 'with an f')).toBeVisible()
  await expectAnswers(page, wordsText(LONG, 20), wordsText(instead, 20))
  await expectWaiting(page, 'e')

  await field(page).fill(askFor(short('g')))
  await page.getByRole('button', { name: 'Queue', exact: true }).click()
  await expect(field(page)).toBeFocused()
  await expectWaiting(page, 'e', 'g')
  await waiting(page).getByRole('button', { name: 'Remove all' }).click()
  await expect(waiting(page)).toHaveCount(0)
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG, 20), wordsText(instead))
  await expect(sendButton(page)).toBeVisible()
  const { runs } = await server.snapshot(KEY)
  expect(runs.map(({ status }) => status)).toEqual(['superseded', 'cancelled', 'succeeded', 'cancelled'])
})

test('the queue, the send choices and an edited question fit touch targets and a narrow page, and pass axe in both themes', async ({
  browser,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'narrow' }
  const forever = { tokens: 100_000, intervalMs: 50 }
  await server.play(key, { tokens: 3, intervalMs: 1 }, 'First')
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await page.goto(addressOf(server, key))
  await expectAnswers(page, 't0 t1 t2')
  await page.getByRole('button', { name: 'Edit your message' }).click()
  await page.getByRole('textbox', { name: 'Edit your message' }).fill('First, in other words')
  await page.getByRole('button', { name: 'Save and resend' }).click()
  await expect(page.getByRole('group', { name: 'Version 2 of 2' })).toBeVisible()
  await stopButton(page).click()
  await expect(sendButton(page)).toBeVisible()
  await server.play(key, forever)
  await expectWritten(page, 't1 ')
  for (const words of ['Later, and not a word of it shorter than it has to be', 'Even later']) {
    await field(page).fill(words)
    await page.getByRole('button', { name: 'Queue', exact: true }).click()
  }
  await expect(rows(page)).toHaveText([/Later, and/, /Even later/])
  const [from, to] = [await gripOf(page, 'Even later'), await gripOf(page, 'Later, and')]
  const finger = await context.newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', from)
  await touch('touchMove', { x: from.x, y: (from.y + to.y) / 2 })
  await touch('touchMove', to)
  await touch('touchEnd')
  await expect(rows(page)).toHaveText([/Even later/, /Later, and/])
  await field(page).fill('Now, rather')
  await expect(page.getByRole('button', { name: 'Stop and send' })).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  }
  expect(await lowControls(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await context.close()
})
