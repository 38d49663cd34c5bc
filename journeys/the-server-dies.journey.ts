/** An event that anyone has seen is durable; a crash is said, and can be tried again. */
import {
  addressOf,
  answers,
  connectionLine,
  ending,
  expect,
  expectAnswers,
  expectWritten,
  listed,
  questionOf,
  send,
  stopButton,
  test,
} from './journey.ts'
import { askForWords, wordsText } from './provider.ts'

test('killed in the middle of a run the server keeps all that was seen, says that it failed, and Retry works (G1, G4)', async ({
  page,
  modelServer: server,
}) => {
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askForWords(120, 20))
  await expectWritten(page, 'w40 ')
  const threadId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const key = { roomId: 'models', threadId }

  const seen = (await answers(page).textContent()) ?? ''
  await server.kill()
  await expect(connectionLine(page)).toBeVisible()
  const shown = (await answers(page).textContent()) ?? ''
  expect(shown.startsWith(seen)).toBe(true)

  await server.start()
  await expect(ending(page, 'Failed.')).toBeVisible()
  await expect(connectionLine(page)).toHaveCount(0)
  const kept = (await answers(page).textContent()) ?? ''
  expect(kept.startsWith(shown), 'all that was seen is still there').toBe(true)
  expect(wordsText(120).startsWith(kept), 'and it is a beginning of the answer').toBe(true)
  expect(await server.said(key)).toBe(kept)
  expect((await server.runs(key)).map((run) => ('outcome' in run ? run.outcome : run.status))).toMatchObject([
    { type: 'failed', code: 'worker_lost' },
  ])
  await expect(listed(page, 'Say 120 words')).toContainText('Failed')

  // Not only in this page's memory.
  await page.goto(addressOf(server, key))
  await expectAnswers(page, kept)
  await expect(questionOf(page, 'Say 120 words')).toHaveCount(1)

  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(stopButton(page)).toBeVisible()
  await expectAnswers(page, wordsText(120))
  await expect(ending(page, 'Failed.')).toHaveCount(0)
  await expect(questionOf(page, 'Say 120 words')).toHaveCount(1)
  const [first, second] = await server.runs(key)
  expect(second).toMatchObject({ status: 'succeeded', retryOf: first?.runId })
})
