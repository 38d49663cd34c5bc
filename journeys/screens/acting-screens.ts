/** The conversation while an agent acts: its questions, its sub-agents, its tools. */
import type { Page } from 'playwright'
import type { Question } from './plays.ts'
import type { Screen, Stage } from './stage.ts'

const questions = (page: Page) => page.getByTestId('questions')

function asks(name: string, question: Question, then?: (stage: Stage) => Promise<unknown>): Screen {
  return {
    name: `question, ${name}`,
    async show(stage) {
      await stage.openAsked(question)
      await questions(stage.page).waitFor()
      await then?.(stage)
    },
  }
}

/** By its keys, which work everywhere. */
async function openTray({ page }: Stage): Promise<void> {
  await page.keyboard.press('Control+.')
}

const CHILDREN = { tokens: 2, intervalMs: 400, subagents: 3, subagentSteps: 300 }
const demo = (script: object) => ({ agentId: 'demo', forwardedProps: { script } })

export const ACTING: readonly Screen[] = [
  asks('of an approval', 'Send the invitations'),
  asks('of an approval, with edited arguments', 'Send the invitations', async ({ page }) => {
    await page.getByRole('button', { name: 'Edit arguments' }).click()
  }),
  asks('of an approval, being denied by typing', 'Send the invitations', async ({ page }) => {
    await page.getByRole('textbox', { name: 'Message' }).fill('Not before Monday.')
  }),
  asks('for words', 'May I delete the old drafts?'),
  asks('with choices', 'Which boiler do you have?'),
  asks('as a form', 'Book the ferry'),
  asks('as a form, with errors', 'Book the ferry', async ({ page }) => {
    await questions(page).getByRole('button', { name: 'Answer' }).click()
  }),
  asks('as JSON', 'Import the address book'),
  asks('of an unknown outcome', 'Pay the deposit'),
  asks('several at once', 'Prepare the party'),
  {
    name: 'question, in the tray',
    async show(stage) {
      await stage.openAsked('Send the invitations')
      await questions(stage.page).waitFor()
      await openTray(stage)
      await stage.page.getByRole('dialog', { name: 'Runs' }).getByRole('button', { name: 'Approve' }).waitFor()
    },
  },
  {
    name: 'sub-agents, folded',
    async show({ page, openAsked }) {
      await openAsked('Say it in a sentence', demo(CHILDREN))
      await page.getByTestId('subagent').nth(2).waitFor()
      await page.getByText('3 steps').first().waitFor()
    },
  },
  {
    name: 'sub-agents, one open',
    async show({ page, openAsked }) {
      await openAsked('Say it in a sentence', demo(CHILDREN))
      await page.getByTestId('subagent').nth(2).waitFor()
      await page.getByTestId('subagent').nth(0).getByRole('button').first().click()
      await page
        .getByRole('list', { name: /^Steps of/ })
        .getByText('Done')
        .nth(1)
        .waitFor()
    },
  },
  {
    name: 'sub-agents, stopped',
    async show({ page, openAsked }) {
      await openAsked('Say it in a sentence', demo({ ...CHILDREN, intervalMs: 4_000 }))
      await page.getByTestId('subagent').nth(2).waitFor()
      await page.getByTestId('subagent').nth(0).getByRole('button', { name: /^Stop/ }).click()
      await page.getByTestId('subagent').nth(0).getByText('Stopped').waitFor()
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      await page.getByTestId('subagent').nth(2).getByText('Stopped').waitFor()
    },
  },
  {
    name: 'sub-agents, in the tray',
    async show(stage) {
      const { page } = stage
      await stage.openAsked('Say it in a sentence', demo(CHILDREN))
      await page.getByTestId('subagent').nth(2).waitFor()
      await openTray(stage)
      await page.getByRole('dialog', { name: 'Runs' }).getByTestId('subagent').nth(2).waitFor()
    },
  },
]
