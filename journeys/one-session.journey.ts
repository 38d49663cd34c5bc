/** The end-state check of document 000, as one person does it. */
import type { Page } from '@playwright/test'
import { expect, expectAnswers, keyOf, listed, send, sendButton, stopButton, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'

const rooms = (page: Page) => page.getByRole('navigation', { name: 'Rooms' })

test('a whole session: leave a run and return, run three in two rooms, let two end unseen, switch rooms throughout (S000-76)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const a = { words: 200, pauseAt: 60, letter: 'a' }
  const b = { ...a, letter: 'b' }
  const c = { ...a, letter: 'c' }
  const read: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (/\/threads\/[^/]+$/.test(pathname) && request.method() === 'GET') read.push(pathname)
  })
  await server.createRoom({ roomId: 'second', title: 'Second room', agentId: 'model' })

  // Leave an active run for another room, return and read it.
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(a))
  await expectAnswers(page, wordsText(a, 60))
  const keyA = keyOf(page)
  await page.getByRole('link', { name: 'Second room' }).click()
  await expect(rooms(page).getByRole('link', { name: 'Models' })).toContainText('Working')

  // Two more, in this room and in the first.
  await send(page, askFor(b))
  await expectAnswers(page, wordsText(b, 60))
  const keyB = keyOf(page)
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' }).click()
  await expect(listed(page, 'with an a')).toContainText('Working')
  await listed(page, 'with an a').click()
  await expectAnswers(page, wordsText(a, 60))
  await expect(stopButton(page)).toBeVisible()
  await page.getByRole('link', { name: 'New thread' }).first().click()
  await send(page, askFor(c))
  await expectAnswers(page, wordsText(c, 60))
  const keyC = keyOf(page)
  for (const key of [keyA, keyB, keyC]) {
    expect((await server.runs(key)).map((run) => run.status)).toEqual(['running'])
  }

  // All continue; two of them end while the third is shown, and the page learns of it.
  const before = read.length
  await provider.goOn()
  await expectAnswers(page, wordsText(c))
  await expect(sendButton(page)).toBeVisible()
  await expect(listed(page, 'with an a')).not.toContainText('Working')
  await expect(rooms(page).getByRole('link', { name: 'Second room' })).not.toContainText('Working')

  // The runs that ended unseen are complete, and nothing is fetched again.
  await listed(page, 'with an a').click()
  await expectAnswers(page, wordsText(a))
  await page.getByRole('link', { name: 'Second room' }).click()
  await listed(page, 'with an b').click()
  await expectAnswers(page, wordsText(b))
  expect(read.slice(before)).toEqual([])
  expect(await provider.asked()).toEqual({ calls: 3, hungUp: 0 })
})
