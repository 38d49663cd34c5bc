/** An event that anyone has seen is durable; a run continues after a crash, or says that it failed and can be retried. */
import {
  addressOf,
  connectionLine,
  ending,
  expect,
  expectAnswers,
  expectWritten,
  keyOf,
  listed,
  questionOf,
  send,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { scriptText } from './server.ts'

const LONG = { words: 120, pauseAt: 60 }

test('a server killed mid-run keeps everything that was seen; a run continues after the restart, or has failed and Retry works (G1, G4, G13)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  // Not the room's own agent: Retry must ask the agent that was asked.
  const lost = { roomId: 'models', threadId: 'lost' }
  const script = { tokens: 100_000, intervalMs: 20 }
  await server.play(lost, script)
  await page.goto(addressOf(server, lost))
  await expectWritten(page, 't20 ')
  await page.goto(`${server.url}/rooms/default`)
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('model')
  await send(page, askFor(LONG))
  await expectAnswers(page, wordsText(LONG, 60))
  const key = keyOf(page)

  await server.kill()
  await expect(connectionLine(page)).toBeVisible()
  await expectAnswers(page, wordsText(LONG, 60))

  await server.start()
  await expect(page.getByText('Continued after a restart')).toBeVisible()
  await expect(connectionLine(page)).toHaveCount(0)
  await expect(stopButton(page)).toBeVisible()
  await page.getByText('Interrupted by a restart').click()
  await expect(page.getByRole('group').filter({ hasText: 'Interrupted by a restart' })).toContainText('w59')
  await expectAnswers(page, wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  expect(await server.said(key)).toBe(wordsText(LONG))
  expect(await server.runs(key)).toMatchObject([{ status: 'succeeded', resumed: 1 }])
  await expect(questionOf(page, 'Say 120 words')).toHaveCount(1)

  // Its agent cannot continue. What was seen is there, not only in this page's memory.
  await page.goto(addressOf(server, lost))
  await expect(ending(page, 'Failed.')).toBeVisible()
  await expect(listed(page, 'Say it')).toContainText('Failed')
  const said = await server.said(lost)
  expect(scriptText(script).startsWith(said)).toBe(true)
  await expectAnswers(page, said)
  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(stopButton(page)).toBeVisible()
  await expect(ending(page, 'Failed.')).toHaveCount(0)
  const [first, second] = await server.runs(lost)
  expect(first).toMatchObject({ outcome: { type: 'failed', code: 'worker_lost' } })
  expect(second).toMatchObject({ agentId: 'demo', retryOf: first?.runId })
})
