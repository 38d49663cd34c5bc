/** Looking never owns: whoever leaves in whatever way comes back to every word, once, in order. */
import { addressOf, answers, expect, expectAnswers, expectWritten, listed, stopButton, test } from './journey.ts'
import { type Script, scriptText } from './server.ts'

const LONG: Script = { tokens: 250, intervalMs: 20 }
const KEY = { roomId: 'default', threadId: 'long' }

test('leaving a thread mid-run and returning shows every word, once, in order (S000-72, S004-23)', async ({
  page,
  server,
}) => {
  const other = { roomId: 'default', threadId: 'other' }
  await server.play(other, { tokens: 5, intervalMs: 1, prefix: 'o' }, 'The short one')
  await server.play(KEY, LONG, 'The long one')
  await page.goto(addressOf(server, KEY))
  await expectWritten(page, 't10 ')

  await listed(page, 'The short one').click()
  await expectAnswers(page, scriptText({ tokens: 5, prefix: 'o' }))
  await expect(listed(page, 'The long one')).toContainText('Working')
  await expect.poll(() => server.said(KEY)).toContain('t80 ')

  await listed(page, 'The long one').click()
  await expectWritten(page, 't80 ')
  await expect(stopButton(page)).toBeVisible()
  await expectAnswers(page, scriptText(LONG))
  expect((await server.runs(KEY)).map((run) => run.status)).toEqual(['succeeded'])
})

test('reloading mid-run shows every word, once, in order (G5, I4)', async ({ page, server }) => {
  await server.play(KEY, LONG)
  await page.goto(addressOf(server, KEY))
  await expectWritten(page, 't30 ')
  const before = (await answers(page).textContent()) ?? ''

  await page.reload()
  await expectWritten(page, before.trim())
  await expect(stopButton(page)).toBeVisible()
  await expectAnswers(page, scriptText(LONG))
  expect((await server.runs(KEY)).map((run) => run.status)).toEqual(['succeeded'])
})

test('closing the page mid-run and coming back later shows the whole answer (S004-30)', async ({ browser, server }) => {
  await server.play(KEY, LONG)
  const first = await browser.newContext()
  const page = await first.newPage()
  await page.goto(addressOf(server, KEY))
  await expectWritten(page, 't20 ')
  await first.close()

  await expect.poll(async () => (await server.runs(KEY)).map((run) => run.status)).toEqual(['succeeded'])
  const later = await browser.newContext()
  const back = await later.newPage()
  await back.goto(addressOf(server, KEY))
  await expectAnswers(back, scriptText(LONG))
  await later.close()
})

test('two threads with the same id in two rooms stay apart, both running at once (S000-24, S000-74, G8)', async ({
  page,
  server,
}) => {
  await server.createRoom({ roomId: 'second', title: 'Second room' })
  const here = { roomId: 'default', threadId: 'same' }
  const there = { roomId: 'second', threadId: 'same' }
  const a: Script = { ...LONG, prefix: 'a' }
  const b: Script = { ...LONG, prefix: 'b' }
  await server.play(here, a, 'Asked here')
  await server.play(there, b, 'Asked there')

  await page.goto(addressOf(server, here))
  await expectWritten(page, 'a10 ')
  await expect(answers(page)).not.toContainText('b')

  await page.getByRole('link', { name: 'Second room' }).click()
  await listed(page, 'Asked there').click()
  await expectWritten(page, 'b20 ')
  await expect(answers(page)).not.toContainText('a')
  await expect(stopButton(page)).toBeVisible()
  await expectAnswers(page, scriptText(b))

  await page.goto(addressOf(server, here))
  await expectAnswers(page, scriptText(a))
})
