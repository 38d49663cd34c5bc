/** Nothing is overwritten: another answer or question is a version beside the earlier ones, and each can be shown. */
import { addressOf, ending, expect, expectAnswers, questionOf, send, sendButton, stopButton, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'

const KEY = { roomId: 'models', threadId: 'versions' }
const LONG = { words: 40, pauseAt: 20 }
const one = { words: 3, letter: 'a' }
const other = { words: 3, letter: 'b' }

test('a retried or regenerated answer and an edited question are versions beside the originals, and the next message follows the shown one', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await page.goto(addressOf(server, KEY))
  await send(page, askFor(LONG))
  await expectAnswers(page, wordsText(LONG, 20))
  await stopButton(page).click()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await page.getByRole('button', { name: 'Retry' }).click()
  // From here on the second answer is shown, which has come as far as the first one.
  await expect(ending(page, 'Stopped')).toBeHidden()
  await expectAnswers(page, wordsText(LONG, 20))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))

  // Two answers to one question.
  const versions = page.getByRole('group', { name: 'Version 2 of 2' })
  await expect(versions).toContainText('2 / 2')
  await versions.getByRole('button', { name: 'Previous version' }).press('Enter')
  await expectAnswers(page, wordsText(LONG, 20))
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Previous version; this is 1 of 2' })).toBeFocused()
  // The next message follows the answer that is shown.
  await send(page, askFor(one))
  await expectAnswers(page, wordsText(LONG, 20), wordsText(one))
  const { messages } = await server.snapshot(KEY)
  const stopped = messages.find((message) => message.role === 'assistant')
  expect(messages.find(({ content }) => content === askFor(one))?.parentId).toBe(stopped?.id)

  // The first question is edited while it is being answered, which supersedes the run.
  await page.reload()
  await expectAnswers(page, wordsText(LONG, 20), wordsText(one))
  await send(page, askFor({ ...LONG, letter: 'c' }))
  await expectAnswers(page, wordsText(LONG, 20), wordsText(one), wordsText({ ...LONG, letter: 'c' }, 20))
  await page.getByRole('button', { name: 'Edit your message' }).first().click()
  const words = page.getByRole('textbox', { name: 'Edit your message' })
  await expect(words).toHaveValue(askFor(LONG))
  await words.press('Escape')
  await expect(stopButton(page), 'Esc leaves the field and stops nothing').toBeVisible()
  await page.getByRole('button', { name: 'Edit your message' }).first().click()
  await words.fill(askFor(other))
  await words.press('Enter')
  await expect(questionOf(page, 'with an b')).toBeVisible()
  await expect(page.getByTestId('user-text')).toHaveCount(1)
  await expectAnswers(page, wordsText(other))
  await expect(sendButton(page)).toBeVisible()
  expect((await server.runs(KEY)).map(({ status }) => status)).toEqual([
    'cancelled',
    'succeeded',
    'succeeded',
    'superseded',
    'succeeded',
  ])

  // A good answer is copied and regenerated: both versions are kept, and a later reader sees the same.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy answer' }).press('Enter')
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached()
  expect((await page.evaluate(() => navigator.clipboard.readText())).trimEnd()).toBe(wordsText(other).trimEnd())
  await page.getByRole('button', { name: 'Regenerate' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Conversation' })).toBeFocused()
  await expect(page.getByRole('group', { name: 'Version 2 of 2' })).toHaveCount(2)
  await expectAnswers(page, wordsText(other))
  const said = (await server.snapshot(KEY)).messages.filter(({ role }) => role === 'assistant').slice(-2)
  expect(said.map(({ parentId }) => parentId)).toEqual([said[0]?.parentId, said[0]?.parentId])
  expect((await server.runs(KEY)).at(-1)?.status).toBe('succeeded')

  await page.getByRole('button', { name: 'Previous version; this is 2 of 2' }).first().click()
  await expectAnswers(page, wordsText(LONG, 20), wordsText(one), wordsText({ ...LONG, letter: 'c' }, 20))
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible()
  await page.reload()
  await expectAnswers(page, wordsText(other))
})
