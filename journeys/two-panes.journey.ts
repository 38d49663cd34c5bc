/** Two conversations in split view, both live; or one of them twice. */
import type { Page } from '@playwright/test'
import { hold } from './hold.ts'
import { addressOf, ending, expect, expectAnswers, listed, send, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'

const LONG = { words: 200, pauseAt: 60 }
const KEY = { roomId: 'models', threadId: 'long' }

const pane = (page: Page, which: 'First' | 'Second') => page.getByRole('region', { name: `${which} pane` })

test('a thread that is left and opened twice before its start is accepted attaches in both panes (S004-32, S004-31)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const go = await hold(page, '**/runs')
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  await page.getByRole('link', { name: 'Default' }).click()
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' }).click()
  await listed(page, 'Say 200 words').click()
  await page.getByRole('button', { name: 'Open in split view' }).click()
  for (const which of ['First', 'Second'] as const) {
    await expect(pane(page, which).getByTestId('user-text')).toHaveCount(1)
    await expect(pane(page, which).getByRole('button', { name: 'Stop', exact: true })).toBeVisible()
  }
  go()
  await expectAnswers(pane(page, 'First'), wordsText(LONG, 60))
  await expectAnswers(pane(page, 'Second'), wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(pane(page, 'First'), wordsText(LONG))
  await expectAnswers(pane(page, 'Second'), wordsText(LONG))
})

test('two threads in split view stream at once; Esc stops the one with the focus, and the address keeps both (S001-17, S001-58, S001-60)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const other = { roomId: 'models', threadId: 'other' }
  const b = { ...LONG, letter: 'b' }
  await server.ask(KEY, askFor(LONG))
  await server.ask(other, askFor(b))
  await page.goto(`${addressOf(server, KEY)}?beside=models/other`)
  await expectAnswers(pane(page, 'First'), wordsText(LONG, 60))
  await expectAnswers(pane(page, 'Second'), wordsText(b, 60))
  await page.reload()
  await expectAnswers(pane(page, 'Second'), wordsText(b, 60))

  await pane(page, 'Second').getByRole('textbox', { name: 'Message' }).press('Escape')
  await expect(pane(page, 'Second').getByRole('log').getByText('Stopped')).toBeVisible()
  await expect(pane(page, 'Second').getByRole('button', { name: 'Send', exact: true })).toBeVisible()
  await expect(pane(page, 'First').getByRole('button', { name: 'Stop', exact: true })).toBeVisible()
  await provider.goOn()
  await expectAnswers(pane(page, 'First'), wordsText(LONG))
  await expectAnswers(pane(page, 'Second'), wordsText(b, 60))

  // Going somewhere is for the first pane.
  await page.getByRole('link', { name: 'Default' }).click()
  await expectAnswers(pane(page, 'Second'), wordsText(b, 60))
  await page.getByRole('button', { name: 'Close split view' }).click()
  await expect(page).toHaveURL(`${server.url}/rooms/default`)
  await expect(pane(page, 'Second')).toHaveCount(0)
  await expect(ending(page, 'Stopped')).toHaveCount(0)
})

test.describe('390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('a narrow page shows one pane, even if the address names two', async ({
    page,
    modelServer: server,
    provider,
  }) => {
    await server.ask(KEY, askFor(LONG))
    await page.goto(`${addressOf(server, KEY)}?beside=models/long`)
    await expectAnswers(page, wordsText(LONG, 60))
    await expect(page.getByRole('button', { name: 'Open in split view' })).toHaveCount(0)
    await provider.goOn()
  })
})
