/** What the device keeps: a page that is opened without its server, and a message whose tab dies before it arrives. */
import type { Page } from '@playwright/test'
import { addressOf, expect, expectAnswers, keyOf, listed, questionOf, send, sendButton, test } from './journey.ts'
import { scriptText } from './server.ts'

const KEY = { roomId: 'default', threadId: 'kept' }
const field = (page: Page) => page.getByRole('textbox', { name: 'Message' })

/** As a browser ends a tab that has crashed: without a last event. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  session.send('Page.crash').catch(() => {})
  await crashed
  await page.close()
}

test.describe('without a server', () => {
  test.use({ serviceWorkers: 'allow' })

  test('S002-44 a page that is opened again has its threads, its text and a place to write; what is sent there arrives once the server is back', async ({
    context,
    server,
  }) => {
    test.slow()
    const script = { tokens: 30, intervalMs: 1 }
    await server.play(KEY, script, 'Keep this')
    const first = await context.newPage()
    await first.goto(addressOf(server, KEY))
    await expectAnswers(first, scriptText(script))
    await expect(listed(first, 'Keep this')).toBeVisible()
    await first.evaluate(async () => void (await navigator.serviceWorker.ready))
    await expect.poll(() => first.evaluate(rowsKept)).toBeGreaterThan(0)
    await first.close()
    await server.kill()

    const page = await context.newPage()
    await page.goto(addressOf(server, KEY))
    await expectAnswers(page, scriptText(script))
    await expect(listed(page, 'Keep this')).toBeVisible()
    await field(page).fill('half a thought')
    await page.reload()
    await expect(field(page)).toHaveValue('half a thought')
    await field(page).fill('Are you there?')
    await field(page).press('Enter')
    await expect(questionOf(page, 'Are you there?')).toBeVisible()
    await expect(page.getByRole('log').getByText('Will be sent when the server is back')).toBeVisible()

    await server.start()
    await expect.poll(async () => (await server.runs(KEY)).length).toBe(2)
    await expect(page.getByTestId('assistant-text')).toHaveCount(2)
    await expect(page.getByText('Will be sent when the server is back')).toHaveCount(0)
  })
})

test('a tab that is killed while it sends: the next page sends the message, and it runs once', async ({
  context,
  server,
}) => {
  const page = await context.newPage()
  await page.goto(`${server.url}/rooms/default`)
  await expect(sendButton(page)).toBeVisible()
  await context.route('**/runs', (route) => route.abort())
  await send(page, 'Do not lose this')
  await expect(questionOf(page, 'Do not lose this')).toBeVisible()
  const key = keyOf(page)
  await crash(page)
  await context.unroute('**/runs')

  const next = await context.newPage()
  await next.goto(addressOf(server, key))
  await expect(questionOf(next, 'Do not lose this')).toHaveCount(1)
  await expect(next.getByTestId('assistant-text')).toHaveCount(1)
  expect(await server.runs(key)).toHaveLength(1)
})

function rowsKept(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('holdfast')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const db = opening.result
      if (!db.objectStoreNames.contains('threads')) {
        db.close()
        resolve(0)
        return
      }
      const counting = db.transaction('threads').objectStore('threads').count()
      counting.onsuccess = () => {
        db.close()
        resolve(counting.result)
      }
    }
  })
}
