/**
 * What an answer shows besides its text: the duration of reasoning, the wait for a provider. From the log, so it
 * survives a reload.
 */
import { addressOf, ending, expect, send, sendButton, stopButton, test } from './journey.ts'

test('reasoning shows its duration, and a rate limit the time of the next retry, before and after a reload', async ({
  page,
  modelServer: server,
}) => {
  const demo = { roomId: 'default', threadId: 'thinking' }
  await server.ask(demo, 'What happens when I close this tab?', 'demo')
  await page.goto(addressOf(server, demo))
  const thought = page.getByText(/^Thought for \d+ s$/)
  await expect(thought).toBeVisible()
  const took = await thought.textContent()
  await expect(sendButton(page)).toBeVisible()
  await page.reload()
  await expect(thought).toHaveText(took ?? '')

  await page.goto(`${server.url}/rooms/models`)
  await send(page, '#rate-limited')
  const waits = page.getByText(/^Rate-limited\. Retrying (in \d+ s|now) \(attempt \d of \d+\)$/)
  await expect(waits).toBeVisible()
  await page.reload()
  await expect(waits).toBeVisible()
  await stopButton(page).click()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(waits).toHaveCount(0)
})
