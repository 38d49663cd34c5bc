/** Many runs at once: seen, reached and stopped from anywhere. */
import type { Page } from '@playwright/test'
import {
  addressOf,
  ending,
  expect,
  expectAnswers,
  expectTitle,
  expectWritten,
  listed,
  questionOf,
  send,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { isQuiet, scriptText } from './server.ts'

const ENDLESS = { tokens: 100_000, intervalMs: 50 }
const inDefault = (threadId: string) => ({ roomId: 'default', threadId })

function trayLine(page: Page) {
  return page.getByRole('region', { name: 'Runs' }).getByRole('button')
}

test('the tray counts runs across rooms, opens their threads, stops one, removes a queued one, and stops all after a confirmation', async ({
  page,
  fullServer: server,
}) => {
  await server.createRoom({ roomId: 'garden', title: 'Garden' })
  await server.play(inDefault('quiet'), { tokens: 2, intervalMs: 1 }, 'Quiet')
  await expect.poll(() => isQuiet(server, inDefault('quiet'))).toBe(true)
  // The queue behind a stopped run is paused.
  const held = `${server.url}/v1/rooms/default/threads/held`
  const headers = { origin: server.url }
  const later = { runId: 'later', messages: [{ id: 'q', role: 'user', content: 'And then?' }], onBusy: 'enqueue' }
  await server.play(inDefault('held'), ENDLESS, 'Held')
  await page.request.post(`${held}/runs`, { headers, data: later })
  await page.request.post(`${held}/cancel`, { headers, data: {} })
  await server.play(inDefault('first'), ENDLESS, 'First of all')
  await server.play(inDefault('second'), ENDLESS, 'Second of all')
  await server.play({ roomId: 'garden', threadId: 'tulips' }, ENDLESS, 'When do I plant tulips?')
  for (const threadId of ['fourth', 'fifth', 'sixth'])
    await server.play(inDefault(threadId), ENDLESS, `The ${threadId}`)
  const statusesOf = async (threadId: string) => (await server.runs(inDefault(threadId))).map((run) => run.status)
  await page.goto(addressOf(server, inDefault('quiet')))
  await expect(trayLine(page)).toContainText('3 running · 1 needs you · 3 queued')

  await page.keyboard.press('ControlOrMeta+.')
  const tray = page.getByRole('dialog', { name: 'Runs' })
  const running = tray.getByRole('region', { name: 'Running' }).getByRole('link')
  const waiting = tray.getByRole('region', { name: 'Queued' }).getByRole('link')
  await expect(running).toHaveCount(3)
  await expect(waiting).toHaveText([/The fourth/, /The fifth/, /The sixth/])
  const needsYou = tray.getByRole('region', { name: 'Needs you' })
  await expect(needsYou.getByRole('listitem')).toContainText('Paused: needs you')
  await expect(needsYou.getByRole('link'), 'the first in the list').toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(running.first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(running.nth(1)).toBeFocused()

  // By keyboard: the queued run never starts, and the focus stays in the list.
  await tray.getByRole('button', { name: 'Stop The fourth' }).press('Enter')
  await expect(waiting).toHaveText([/The fifth/, /The sixth/])
  await expect(tray.getByRole('link', { name: 'The fifth' })).toBeFocused()
  await expect.poll(() => statusesOf('fourth')).toEqual(['cancelled'])
  await tray.getByRole('button', { name: 'Remove from queue: Held' }).click()
  await expect(tray.getByRole('status').filter({ hasText: 'Removed from the queue: “Held”' })).toBeVisible()
  await expect(waiting).toHaveText([/The fifth/, /The sixth/])

  await tray.getByRole('button', { name: 'Stop First of all' }).click()
  await expect(waiting, 'the next has the place').toHaveText([/The sixth/])
  await expect(running.filter({ hasText: 'The fifth' })).toBeVisible()
  await expect.poll(() => statusesOf('first')).toEqual(['cancelled'])

  await tray.getByRole('link', { name: 'When do I plant tulips?' }).press('Enter')
  await expect(tray).toHaveCount(0)
  await expectTitle(page, 'When do I plant tulips? · Garden · Holdfast')
  await expectWritten(page, 't1 ')

  await trayLine(page).click()
  await tray.getByRole('button', { name: 'Stop all' }).click()
  await expect(tray.getByText('1 more queued. Messages stay in their threads.')).toBeVisible()
  await tray.getByRole('button', { name: 'Stop all 4' }).click()
  await expect(tray.getByText('Nothing is running.')).toBeVisible()
  expect(await server.said(inDefault('sixth')), 'it never began').toBe('')
  expect(await statusesOf('sixth')).toEqual(['cancelled'])
  await page.keyboard.press('Escape')
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(trayLine(page)).toContainText('Nothing running')
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Default' }).click()
  await listed(page, 'The fourth').click()
  await expect(questionOf(page, 'The fourth')).toBeVisible()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await listed(page, 'Held').click()
  await expect(page.getByRole('textbox', { name: 'Message' }), 'what was not sent is not lost').toHaveValue('And then?')
})

test('a run that ends in the background gets a toast with a link, three at once share one, and the open thread gets none', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const long = { words: 100, pauseAt: 60 }
  await server.play({ roomId: 'models', threadId: 'other' }, { tokens: 3, intervalMs: 1 }, 'Elsewhere')
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(long))
  await expectAnswers(page, wordsText(long, 60))
  await listed(page, 'Elsewhere').click()
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await expect(page.getByTestId('toast')).toHaveCount(0)

  await provider.goOn()
  await expect(page.getByTestId('toast')).toContainText('Finished: Say 100 words')
  await expect(trayLine(page)).toContainText('1 finished')
  await page.getByTestId('toast').getByRole('button', { name: 'View' }).click()
  await expectAnswers(page, wordsText(long))
  await expect(trayLine(page)).toContainText('Nothing running')
  await expect(page.getByTestId('toast')).toHaveCount(0)

  // Also of a thread that this page has never opened, in a room that it does not show.
  const far = { roomId: 'garden', threadId: 'far' }
  const asked = { ...long, letter: 'z' }
  await server.createRoom({ roomId: 'garden', title: 'Garden', agentId: 'model' })
  await server.ask(far, askFor(asked))
  await expect.poll(() => server.said(far)).toBe(wordsText(asked, 60))
  await expect(trayLine(page)).toContainText('1 running')
  await provider.goOn()
  await expect(page.getByTestId('toast')).toContainText('Finished: Say 100 words, with an z')
  await page.getByTestId('toast').getByRole('button', { name: 'View' }).click()
  await expectAnswers(page, wordsText(asked))
  await expect(page.getByTestId('toast')).toHaveCount(0)
  await page.goBack()

  // Three at once are one note, and its way leads to all of them.
  for (const letter of ['a', 'b', 'c']) {
    await page.getByRole('link', { name: 'New thread' }).first().click()
    await send(page, askFor({ ...long, letter }))
    await expectAnswers(page, wordsText({ ...long, letter }, 60))
  }
  await listed(page, 'Elsewhere').click()
  await expect(trayLine(page)).toContainText('3 running')
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('in the middle of a')
  const before = await field.boundingBox()
  await provider.goOn()
  await expect(page.getByTestId('toast')).toHaveText(/^3 runs finished/)
  expect(await field.boundingBox(), 'a note moves nothing').toEqual(before)
  await expect(field, 'and takes no focus').toBeFocused()
  await page.getByTestId('toast').getByRole('button', { name: 'View' }).click()
  const all = page.getByRole('dialog', { name: 'Runs' }).getByRole('region', { name: 'Finished' })
  await expect(all.getByRole('link')).toHaveCount(3)
  await expect(page.getByTestId('toast')).toHaveCount(0)
})

test('the palette finds threads by title and by message, and Esc in it stops nothing', async ({ page, server }) => {
  await server.createRoom({ roomId: 'garden', title: 'Garden' })
  await server.play({ roomId: 'garden', threadId: 'tulips' }, { tokens: 3, intervalMs: 1, prefix: 'bulb' }, 'Tulips')
  await server.play(inDefault('strewn'), { tokens: 1, intervalMs: 1 }, 'Absurd hill climb of 12 days')
  await server.play(inDefault('live'), ENDLESS, 'Going on')
  await page.goto(addressOf(server, inDefault('live')))
  await expectWritten(page, 't1 ')
  const palette = page.getByRole('dialog', { name: 'Command palette' })

  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('combobox', { name: 'Threads, rooms and actions' })).toBeFocused()
  const chosen = palette.getByRole('option', { selected: true })
  await expect(chosen).toHaveText('New thread')
  await page.keyboard.press('ArrowDown')
  await expect(chosen).toHaveText('Stop this run')
  await page.keyboard.press('Escape')
  await expect(palette).toHaveCount(0)
  await expect(stopButton(page)).toBeVisible()

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('tulip')
  await page.keyboard.press('Enter')
  await expectTitle(page, 'Tulips · Garden · Holdfast')

  // Matches in messages arrive later than matches in titles, but rank above scattered letters: Enter selects one.
  await page.goBack()
  await expectTitle(page, 'Going on · Default · Holdfast')
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('bulb2')
  const said = palette.getByRole('group', { name: 'Found in messages' }).getByRole('option', { name: 'Tulips' })
  await expect(said).toHaveAttribute('aria-selected', 'true')
  await expect(palette.getByRole('option')).toHaveCount(1)
  await expect(palette.getByText('No results')).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(palette).toHaveCount(0)
  await expectTitle(page, 'Tulips · Garden · Holdfast')

  await page.getByRole('region', { name: 'Conversation' }).focus()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Send')
  await page.keyboard.press('Escape')

  await page.getByRole('textbox', { name: 'Message' }).focus()
  await page.keyboard.type('why?')
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('why?')

  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('stop all')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await server.runs(inDefault('live'))).map((run) => run.status)).toEqual(['cancelled'])
})

test('a thread is renamed in place, archived, unarchived, and deleted after a confirmation', async ({
  page,
  server,
}) => {
  await server.play(inDefault('plans'), { tokens: 2, intervalMs: 1 }, 'Plans')
  await server.play(inDefault('other'), { tokens: 2, intervalMs: 1 }, 'Other')
  await page.goto(addressOf(server, inDefault('other')))
  const act = async (thread: string, action: string) => {
    await listed(page, thread).hover()
    await page.getByRole('button', { name: `Actions for ${thread}` }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }

  await act('Plans', 'Rename')
  const name = page.getByRole('textbox', { name: 'Thread name' })
  await expect(name).toBeFocused()
  await page.keyboard.type('Plans for the summer')
  await page.keyboard.press('Enter')
  await expect(listed(page, 'Plans for the summer')).toBeVisible()
  await expect.poll(async () => (await server.snapshot(inDefault('plans'))).thread.title).toBe('Plans for the summer')

  await listed(page, 'Plans for the summer').press('F2')
  await page.keyboard.type('Something else')
  await page.keyboard.press('Escape')
  await expect(listed(page, 'Plans for the summer')).toBeFocused()

  await act('Plans for the summer', 'Archive')
  await expect(listed(page, 'Plans for the summer')).toHaveCount(0)
  await page.getByRole('button', { name: 'Show archived (1)' }).click()
  await act('Plans for the summer', 'Unarchive')
  await expect(page.getByRole('button', { name: 'Hide archived' })).toHaveCount(0)
  await expect(listed(page, 'Plans for the summer')).toBeVisible()

  await act('Plans for the summer', 'Delete…')
  await page
    .getByRole('dialog', { name: 'Delete this thread?' })
    .getByRole('button', { name: 'Delete', exact: true })
    .click()
  await expect(listed(page, 'Plans for the summer')).toHaveCount(0)
  await expect(listed(page, 'Other')).toBeVisible()
})

test('new lines are counted while the reader is scrolled up, finished sentences are announced, and reasoning shows its duration', async ({
  page,
  server,
}) => {
  const key = inDefault('read')
  await server.play(key, { tokens: 1_500, intervalMs: 0 }, 'Long')
  await page.goto(addressOf(server, key))
  await expectWritten(page, 't1499 ')
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  await page.getByRole('region', { name: 'Conversation' }).focus()
  await page.keyboard.press('Home')
  const jump = page.getByRole('button', { name: 'Jump to latest' })
  await expect(jump).toBeVisible()
  await expect(jump).not.toContainText('new')

  // From another device.
  await server.ask(key, 'What happens when I close this tab?')
  await expect(page.getByTestId('speaker')).toContainText('You asked:')
  await expect(jump).toContainText(/· \d+ new/)
  await jump.click()
  await expect(page.getByText(/^Thought for \d+ s$/)).toBeVisible()
})
