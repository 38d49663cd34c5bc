/** An event that anyone has seen is durable; a crash is shown, and its run can be retried. */
import {
  addressOf,
  connectionLine,
  ending,
  expect,
  expectAnswers,
  keyOf,
  listed,
  questionOf,
  send,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'

const LONG = { words: 120, pauseAt: 60 }

test('a server killed mid-run keeps everything that was seen, shows the run as failed, and Retry works (G1, G4)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  // Not the room's own agent: Retry must ask the agent that was asked.
  await page.goto(`${server.url}/rooms/default`)
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('model')
  await send(page, askFor(LONG))
  await expectAnswers(page, wordsText(LONG, 60))
  const key = keyOf(page)

  await server.kill()
  await expect(connectionLine(page)).toBeVisible()
  await expectAnswers(page, wordsText(LONG, 60))

  await server.start()
  await expect(ending(page, 'Failed.')).toBeVisible()
  await expect(connectionLine(page)).toHaveCount(0)
  await expectAnswers(page, wordsText(LONG, 60))
  expect(await server.said(key)).toBe(wordsText(LONG, 60))
  expect((await server.runs(key)).map((run) => ('outcome' in run ? run.outcome : run.status))).toMatchObject([
    { type: 'failed', code: 'worker_lost' },
  ])
  await expect(listed(page, 'Say 120 words')).toContainText('Failed')

  // Not only in this page's memory.
  await page.goto(addressOf(server, key))
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(questionOf(page, 'Say 120 words')).toHaveCount(1)

  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(stopButton(page)).toBeVisible()
  await expect(ending(page, 'Failed.')).toHaveCount(0)
  await expectAnswers(page, wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  await expect(questionOf(page, 'Say 120 words')).toHaveCount(1)
  const [first, second] = await server.runs(key)
  expect(second).toMatchObject({ status: 'succeeded', retryOf: first?.runId })
})
