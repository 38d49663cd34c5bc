/** Looking never owns: however a person leaves, they return to every word once, in order. */
import { addressOf, answers, expect, expectAnswers, expectWritten, listed, stopButton, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { type Script, scriptText } from './server.ts'

const LONG = { words: 200, pauseAt: 60 }
const KEY = { roomId: 'models', threadId: 'long' }

test('leaving a thread mid-run and returning shows every word once, in order (S000-2, S004-23)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const other = { roomId: 'models', threadId: 'other' }
  await server.play(other, { tokens: 5, intervalMs: 1, prefix: 'o' }, 'The short one')
  await server.ask(KEY, askFor(LONG))
  await page.goto(addressOf(server, KEY))
  await expectAnswers(page, wordsText(LONG, 60))

  await listed(page, 'The short one').click()
  await expectAnswers(page, scriptText({ tokens: 5, prefix: 'o' }))
  await expect(listed(page, 'Say 200 words')).toContainText('Working')

  await listed(page, 'Say 200 words').click()
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(stopButton(page)).toBeVisible()
  await listed(page, 'The short one').click()
  await provider.goOn()
  await expect.poll(() => server.said(KEY)).toContain('w100 ')
  await listed(page, 'Say 200 words').click()
  await expectAnswers(page, wordsText(LONG))
  expect((await server.runs(KEY)).map((run) => run.status)).toEqual(['succeeded'])
})

test('reloading mid-run shows every word once, in order (G5, I4)', async ({ page, modelServer: server, provider }) => {
  await server.ask(KEY, askFor(LONG))
  await page.goto(addressOf(server, KEY))
  await expectAnswers(page, wordsText(LONG, 60))

  await page.reload()
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(stopButton(page)).toBeVisible()

  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  expect((await server.runs(KEY)).map((run) => run.status)).toEqual(['succeeded'])
  expect(await provider.asked()).toEqual({ calls: 1, hungUp: 0 })
})

test('closing the page mid-run and returning later shows the whole answer (S004-30, S002-27, S002-40)', async ({
  browser,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'long' }
  const script: Script = { tokens: 200, intervalMs: 15, tool: true }
  await server.play(key, script)
  const first = await browser.newContext()
  const page = await first.newPage()
  await page.goto(addressOf(server, key))
  await expectWritten(page, 't20 ')
  await first.close()

  await expect.poll(async () => (await server.runs(key)).map((run) => run.status)).toEqual(['succeeded'])
  const later = await browser.newContext()
  const back = await later.newPage()
  await back.goto(addressOf(server, key))
  await expectAnswers(back, scriptText(script))
  await later.close()
})

test('two threads with the same id in two rooms stay separate while both run (S000-24, S000-72, S000-74, G8)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await server.createRoom({ roomId: 'second', title: 'Second room', agentId: 'model' })
  const here = { roomId: 'models', threadId: 'same' }
  const there = { roomId: 'second', threadId: 'same' }
  const a = { ...LONG, letter: 'a' }
  const b = { ...LONG, letter: 'b' }
  await server.ask(here, askFor(a))
  await server.ask(there, askFor(b))

  await page.goto(addressOf(server, here))
  await expectAnswers(page, wordsText(a, 60))
  await page.getByRole('link', { name: 'Second room' }).click()
  await listed(page, 'with an b').click()
  await expectAnswers(page, wordsText(b, 60))
  await expect(stopButton(page)).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' })).toContainText(
    'Working',
  )

  await provider.goOn()
  await expectAnswers(page, wordsText(b))
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' }).click()
  await listed(page, 'with an a').click()
  await expectAnswers(page, wordsText(a))
  await expect(answers(page)).toHaveCount(1)
})
