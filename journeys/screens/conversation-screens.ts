/** States of a conversation, from the empty one to 5,000 messages. */
import type { StartBody } from '@holdfast/core'
import type { Page } from 'playwright'
import { THOUSANDS } from './furnish.ts'
import type { Question } from './plays.ts'
import type { Screen, Stage } from './stage.ts'

const log = (page: Page) => page.getByRole('log')
const stop = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true }).click()

/** Asks, opens the thread and waits for words. */
function asked(name: string, question: Question, words: string, more?: (stage: Stage) => Promise<unknown>): Screen {
  return {
    name,
    async show(stage) {
      await stage.openAsked(question)
      await log(stage.page).getByText(words).first().waitFor()
      await more?.(stage)
    },
  }
}

const PUMPS = 'Compare three heat pumps for an old house'
const PUMPS_END = 'where the ground water is'
/** A tool that failed, as a program hands it over. */
const FAILED_TOOL: StartBody['messages'] = [
  { id: 'v-q', role: 'user', content: 'Find a van for the last weekend of May' },
  {
    id: 'v-a',
    role: 'assistant',
    content: 'I ask two agencies.',
    toolCalls: [{ id: 'v-c', type: 'function', function: { name: 'find_vans', arguments: '{"city":"Porto"}' } }],
  },
  { id: 'v-r', role: 'tool', toolCallId: 'v-c', content: '', error: 'The agency’s address could not be resolved.' },
  { id: 'v-n', role: 'user', content: 'Say it in a sentence' },
]

export const CONVERSATION: readonly Screen[] = [
  {
    name: 'new thread, with suggestions',
    async show({ page, open }) {
      await open('/rooms/default')
      await page.getByText('Ask something, then walk away').waitFor()
    },
  },
  {
    name: 'sending, before it is accepted',
    async show({ page, open }) {
      await page.route('**/runs', () => {})
      await open('/rooms/default')
      await page.getByRole('textbox', { name: 'Message' }).fill('Say it in a sentence')
      await page.keyboard.press('Enter')
      await page.getByText('Sending…').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  asked('writing', PUMPS, PUMPS_END),
  asked(
    'everything an answer holds, above',
    'Show me everything an answer can hold',
    'Unless the disk lies',
    async ({ page }) => {
      await page.locator('.md-code [style*="--md-token"]').first().waitFor()
      await page.locator('math').first().waitFor()
      await page.getByRole('region', { name: 'Conversation' }).evaluate((box) => box.scrollTo(0, 0))
    },
  ),
  asked(
    'everything an answer holds, in the middle',
    'Show me everything an answer can hold',
    'Unless the disk lies',
    async ({ page }) => {
      await page.locator('math').first().waitFor()
      await page.getByRole('heading', { name: 'What happens when' }).evaluate((title) => title.scrollIntoView())
    },
  ),
  asked(
    'everything an answer holds, at its end',
    'Show me everything an answer can hold',
    'Unless the disk lies',
    ({ page }) => page.locator('math').first().waitFor(),
  ),
  asked('thinking', 'Why do sails hold the wind?', 'Thinking…'),
  asked('thinking, open', 'Why do sails hold the wind?', 'Thinking…', ({ page }) =>
    page.getByText('Thinking…').click(),
  ),
  asked('a thought, folded', 'How long does a rope last?', 'between', ({ page }) =>
    page.getByText('Thought for').waitFor(),
  ),
  asked('a thought, open', 'How long does a rope last?', 'between', ({ page }) =>
    page.getByText('Thought for').click(),
  ),
  asked('tool, its input being written', 'Look up the tides of Porto', 'look_up_tides', ({ page }) =>
    page.getByText('look_up_tides').click(),
  ),
  asked('tool, running', 'Book a van for the last weekend of May', 'find_vans'),
  asked('tool, running, open', 'Book a van for the last weekend of May', 'find_vans', ({ page }) =>
    page.getByText('find_vans').click(),
  ),
  asked('tool, with its result', 'What needs pruning in March?', 'Roses, apple trees', ({ page }) =>
    page.getByText('look_up').click(),
  ),
  {
    name: 'tool, failed',
    async show({ page, openAsked }) {
      await openAsked('Say it in a sentence', { messages: FAILED_TOOL })
      await page.getByText('find_vans').click()
    },
  },
  asked('waiting for a provider', 'Which bread keeps longest?', 'Retrying in'),
  asked('stopping', 'Plan the move, week by week', 'Halve them', async ({ page }) => {
    await stop(page)
    await page.getByRole('button', { name: 'Stopping…' }).waitFor()
  }),
  asked('stopped', PUMPS, PUMPS_END, async ({ page }) => {
    await stop(page)
    await log(page).getByText('Stopped').waitFor()
  }),
  asked('failed, with a part of the answer', 'Outline the argument of chapter four', 'Failed.'),
  asked('failed, refused by the provider', 'Name every lighthouse there is', 'Failed.'),
  asked('failed, without a key', 'Translate this chapter', 'Failed.'),
  asked('failed, over a limit', 'Count to a million', 'Failed.'),
  asked('asks the person', 'May I delete the old drafts?', 'Waiting for your answer'),
  {
    name: 'made room for another question',
    async show({ page, ask, openAsked }) {
      const key = await openAsked(PUMPS)
      await log(page).getByText(PUMPS_END).waitFor()
      await ask('How long does a rope last?', { onBusy: 'supersede' }, key)
      await log(page).getByText('Replaced by a newer message').waitFor()
      await log(page).getByText('depending on sun').waitFor()
    },
  },
  {
    name: 'versions of an answer',
    async show({ page, openAsked }) {
      await openAsked('Outline the argument of chapter four')
      await page.getByRole('button', { name: 'Retry' }).click()
      await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
      await log(page).getByText('Failed.').waitFor()
    },
  },
  {
    name: 'own message, being changed',
    async show({ page, openAsked }) {
      await openAsked('How long does a rope last?')
      await page.getByRole('button', { name: 'Edit your message' }).click()
      await page
        .getByRole('textbox', { name: 'Edit your message' })
        .fill('How long does a rope last in the sun?\nAnd in salt water?')
    },
  },
  {
    name: 'own message, changed',
    async show({ page, openAsked }) {
      await openAsked('How long does a rope last?')
      await page.getByRole('button', { name: 'Edit your message' }).click()
      await page.getByRole('textbox', { name: 'Edit your message' }).fill('How long does a rope last in the sun?')
      await page.getByRole('button', { name: 'Save and resend' }).click()
      await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor()
      await log(page).getByText('nobody watches').waitFor()
    },
  },
  {
    name: 'reading further up while more comes',
    async show({ page, ask, over, openAsked }) {
      const key = await openAsked('Show me everything an answer can hold')
      await log(page).getByText('Unless the disk lies').waitFor()
      const reading = page.getByRole('region', { name: 'Conversation' })
      await reading.evaluate((box) => box.scrollTo(0, 200))
      await page.getByRole('button', { name: 'Jump to latest' }).waitFor()
      for (let n = 0; n < 4; n += 1) {
        await over(key)
        await ask('How long does a rope last?', {}, key)
      }
      await page.getByText('12 new').waitFor()
    },
  },
  {
    name: 'five thousand messages',
    async show({ page, open }) {
      await open(THOUSANDS)
      await log(page).getByText('Message 4999').first().waitFor()
    },
  },
  {
    name: 'at 200 per cent',
    sizes: ['wide'],
    async show({ page, openAsked }) {
      // A window of 1440 × 900 at 200 % is one of 720 × 450.
      await page.setViewportSize({ width: 720, height: 450 })
      await openAsked('Outline the argument of chapter four')
      await log(page).getByText('Failed.').waitFor()
    },
    after: ({ page }) => page.setViewportSize({ width: 1440, height: 900 }),
  },
  {
    name: 'two threads beside each other',
    sizes: ['wide'],
    async show({ page, ask, open }) {
      const { threadId } = await ask(PUMPS)
      await open(`/rooms/default/threads/${threadId}?beside=default/chapter`)
      await page.getByText(PUMPS_END).waitFor()
      await log(page).getByText('Failed.').waitFor()
    },
  },
  {
    name: 'one thread in two panes',
    sizes: ['wide'],
    async show({ page, ask, open }) {
      const { threadId } = await ask(PUMPS)
      await open(`/rooms/default/threads/${threadId}?beside=default/${threadId}`)
      await page.getByText(PUMPS_END).nth(1).waitFor()
    },
  },
]
