/** Agents that act: sub-agents that go on unwatched, and questions that are answered from anywhere. */
import type { Locator, Page } from '@playwright/test'
import { addressOf, ending, expect, listed, lowControls, send, test } from './journey.ts'

const A = { roomId: 'default', threadId: 'session-a' }
const B = { roomId: 'default', threadId: 'session-b' }
/** The first message of each child names how many steps it takes: that tells the sessions apart. */
const ONE = { tokens: 1, intervalMs: 200, subagents: 2, subagentSteps: 2_001 }
const OTHER = { tokens: 1, intervalMs: 200, subagents: 3, subagentSteps: 3_001 }

const pane = (page: Page, which: 'First' | 'Second') => page.getByRole('region', { name: `${which} pane` })
const child = (where: Page | Locator, n: number) => where.getByTestId('subagent').filter({ hasText: `helper ${n}` })
const stepCount = async (where: Locator) => Number(/(\d+) steps?/.exec((await where.textContent()) ?? '')?.[1] ?? 0)

/** Waits until its count of steps has grown past this. */
async function expectMore(where: Locator, count: number): Promise<void> {
  await expect.poll(() => stepCount(where), { message: 'steps' }).toBeGreaterThan(count)
}

test('S003-1 S003-17 S003-18 two sessions of sub-agents go on unwatched, apart, and stop alone', async ({
  page,
  server,
}) => {
  await server.play(A, ONE, 'Session A')
  await server.play(B, OTHER, 'Session B')
  await page.goto(`${addressOf(server, A)}?beside=default/session-b`)
  const [first, second] = [pane(page, 'First'), pane(page, 'Second')]
  await expect(first.getByTestId('subagent')).toHaveCount(2)
  await expect(second.getByTestId('subagent')).toHaveCount(3)
  await child(first, 1).getByRole('button', { name: 'helper 1 Working' }).click()
  await child(second, 1).getByRole('button', { name: 'helper 1 Working' }).click()
  await expect(first.getByRole('list', { name: 'Steps of helper 1' })).toContainText('Take 2001 steps.')
  await expect(second.getByRole('list', { name: 'Steps of helper 1' })).toContainText('Take 3001 steps.')
  await expect(first).not.toContainText('3001')
  await expect(second).not.toContainText('2001')

  // Away and back: what happened meanwhile is there, and more comes.
  const before = await stepCount(child(first, 2))
  await listed(page, 'Session B').click()
  await expect(first.getByTestId('subagent')).toHaveCount(3)
  await listed(page, 'Session A').click()
  await expect(first.getByTestId('subagent')).toHaveCount(2)
  await expectMore(child(first, 2), before)
  await page.reload()
  await expectMore(child(first, 2), before + 2)
  await child(first, 1).getByRole('button', { name: 'helper 1 Working' }).click()
  await expect(first.getByRole('list', { name: 'Steps of helper 1' })).toContainText('step 3')

  // One child alone.
  await child(second, 2).getByRole('button', { name: 'Stop helper 2' }).click()
  await expect(child(second, 2)).toHaveAttribute('data-status', 'cancelled')
  await expectMore(child(second, 1), await stepCount(child(second, 1)))
  await expect(child(second, 1)).toHaveAttribute('data-status', 'running')

  // One session alone.
  await first.getByRole('button', { name: 'Stop', exact: true }).click()
  for (const n of [1, 2]) await expect(child(first, n)).toHaveAttribute('data-status', 'cancelled')
  await expect(first.getByRole('log').getByText('Stopped', { exact: true }).last()).toBeVisible()
  const { seq } = await server.snapshot(A)
  const kept = await stepCount(child(first, 1))
  await expectMore(child(second, 3), (await stepCount(child(second, 3))) + 3)
  expect((await server.snapshot(A)).seq, 'nothing comes after the stop').toBe(seq)
  expect(await stepCount(child(first, 1))).toBe(kept)
  expect((await server.runs(B)).map(({ status }) => status)).toEqual(['running'])
})

test('S001-C4 S004-C14 a question is answered from another device, and denied by typing; each device says what became of it', async ({
  page,
  server,
  browser,
}) => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const other = await phone.newPage()
  const question = (where: Page) => where.getByRole('region', { name: 'Question' })
  await page.goto(`${server.url}/rooms/default`)
  await send(page, 'Please ask me first.')
  await expect(question(page)).toContainText('May I send this postcard?')
  await expect(listed(page, 'Please ask me first.')).toContainText('Needs you')
  const { pathname } = new URL(page.url())

  await other.goto(server.url + pathname)
  await expect(question(other)).toContainText('May I send this postcard?')
  await expect(other.getByText('What you type denies it and tells the agent why')).toBeVisible()
  expect(await lowControls(other)).toEqual([])
  await page.reload()
  await expect(question(page)).toBeVisible()

  // From the tray, on the other device.
  await other.getByRole('region', { name: 'Runs' }).getByRole('button').click()
  const tray = other.getByRole('dialog', { name: 'Runs' })
  await tray.getByRole('button', { name: 'Approve' }).click()
  await expect(tray.getByRole('region', { name: 'Question' })).toHaveCount(0)
  await expect(page.getByText('Answered elsewhere.')).toBeVisible()
  await expect(page.getByRole('log').locator('summary').filter({ hasText: 'send_postcard' })).toContainText('Done')
  await expect(page.getByRole('log')).toContainText('The postcard is on its way')

  await other.keyboard.press('Escape')
  const again = 'Ask me first, once more.'
  await send(page, again)
  await expect(question(other)).toBeVisible()
  await page.getByRole('textbox', { name: 'Message' }).fill('Not today.')
  await page.getByRole('button', { name: 'Deny', exact: true }).last().click()
  await expect(other.getByText('Answered elsewhere.')).toBeVisible()
  await expect(ending(other, 'Nothing was sent, and nothing will be.')).toBeVisible()
  const { messages } = await server.snapshot({ roomId: 'default', threadId: pathname.split('/').at(-1) ?? '' })
  expect(JSON.stringify(messages)).toContain('They say: Not today.')
  await phone.close()
})
