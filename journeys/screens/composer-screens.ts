/** The message box: drafts, the queue, refused messages. */
import type { Page } from 'playwright'
import type { Screen, Stage } from './stage.ts'

const field = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const PUMPS = 'Compare three heat pumps for an old house'
const LATER = [
  'And which of them is the quietest?',
  'What does the quietest one cost with everything that belongs to it, the borehole, the storage tank and the permit?',
  'Make a table of it',
]

/** A live run with a queue behind it. */
async function queued({ page, openAsked }: Stage): Promise<void> {
  await openAsked(PUMPS)
  await page.getByText('where the ground water is').waitFor()
  for (const words of LATER) {
    await field(page).fill(words)
    await field(page).press('Enter')
  }
  await page.getByText('3 queued messages').waitFor()
  await page.getByText('Sending…').waitFor({ state: 'detached' })
}

export const COMPOSER: readonly Screen[] = [
  {
    name: 'a draft of many lines',
    async show({ page, openAsked }) {
      await openAsked('What needs pruning in March?')
      await page.getByText('Leave what flowers').waitFor()
      await field(page).fill(Array.from({ length: 12 }, (_, n) => `Line ${n + 1} of what is to be asked`).join('\n'))
    },
  },
  {
    name: 'written while a run goes on',
    async show({ page, openAsked }) {
      await openAsked(PUMPS)
      await field(page).fill(LATER[0] ?? '')
      await page.getByRole('button', { name: 'Stop and send' }).waitFor()
    },
  },
  { name: 'the queue', show: queued },
  {
    name: 'the queue, one being edited',
    async show(stage) {
      await queued(stage)
      await stage.page.getByRole('button', { name: /^Edit: What does/ }).click()
      await stage.page.getByText('Paused while you edit').waitFor()
    },
  },
  {
    name: 'the queue, paused',
    async show(stage) {
      await queued(stage)
      await stage.page.getByRole('button', { name: 'Pause' }).click()
      await stage.page.getByText('Paused. 3 queued messages').waitFor()
    },
  },
  {
    name: 'the queue, behind a stopped run',
    async show(stage) {
      await queued(stage)
      await stage.page.getByRole('button', { name: 'Stop', exact: true }).click()
      await stage.page.getByText('The last run was stopped').waitFor()
    },
  },
  {
    name: 'refused by the server',
    async show({ page, openAsked }) {
      const detail = 'The disk of the server is full. Free some space, then send again.'
      const problem = { type: 'about:blank', title: 'Storage full', status: 507, code: 'storage_full', detail }
      await openAsked('What needs pruning in March?')
      await page.getByText('Leave what flowers').waitFor()
      await page.route('**/runs', (route) =>
        route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
      )
      await field(page).fill('Not to be lost')
      await field(page).press('Enter')
      await page.getByRole('alert').waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
]
