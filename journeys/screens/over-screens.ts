/** Layers over the page, and the pages besides conversations: runs, palette, toasts, timeline, design. */
import { paths } from '@holdfast/core'
import type { Page } from 'playwright'
import type { Screen, Stage } from './stage.ts'

const note = (page: Page) => page.getByTestId('toast')

async function calm(stage: Stage): Promise<void> {
  await stage.open({ roomId: 'default', threadId: 'pruning' })
  await stage.page.getByText('Leave what flowers').waitFor()
}

/** Starts this many runs, navigates elsewhere, and lets all of them end at once. */
async function endElsewhere(stage: Stage, count: number): Promise<void> {
  const { page } = stage
  for (let n = 0; n < count; n += 1) {
    if (n === 0) await stage.open('/rooms/default')
    else
      await page.keyboard.press('ControlOrMeta+k').then(() => page.getByRole('option', { name: 'New thread' }).click())
    await page.getByText('Ask something, then walk away').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('Wait for my word')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Working…').waitFor()
  }
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('option', { name: /^What needs pruning/ }).click()
  await page.getByText('Leave what flowers').waitFor()
  const word = await stage.ask('Now!', {}, { roomId: 'garden', threadId: 'now' })
  await stage.send('POST', paths.cancelThread(word), {})
  await note(page).first().waitFor()
}

async function palette(stage: Stage, words: string): Promise<void> {
  await calm(stage)
  await stage.page.keyboard.press('ControlOrMeta+k')
  await stage.page.getByRole('combobox', { name: 'Threads, rooms and actions' }).fill(words)
}

export const OVER: readonly Screen[] = [
  {
    name: 'runs, one',
    async show(stage) {
      await calm(stage)
      await stage.page.keyboard.press('ControlOrMeta+.')
      await stage.page.getByRole('dialog', { name: 'Runs' }).waitFor()
    },
  },
  {
    name: 'palette',
    async show(stage) {
      await palette(stage, '')
      await stage.page.getByText('Keyboard shortcuts').waitFor()
    },
  },
  {
    name: 'palette, found by what was said',
    async show(stage) {
      await palette(stage, 'apple trees')
      await stage.page.getByRole('group', { name: 'Found in messages' }).getByRole('option').first().waitFor()
    },
  },
  {
    name: 'palette, nothing found',
    async show(stage) {
      await palette(stage, 'xyzzy')
      await stage.page.getByText('No results').waitFor()
    },
  },
  {
    name: 'shortcuts',
    async show(stage) {
      await calm(stage)
      await stage.page.getByRole('region', { name: 'Conversation' }).focus()
      await stage.page.keyboard.press('?')
      await stage.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    },
  },
  { name: 'a note, one run finished', show: (stage) => endElsewhere(stage, 1) },
  {
    name: 'a note, several finished at once',
    async show(stage) {
      await endElsewhere(stage, 4)
      await note(stage.page).getByText('4 runs finished').waitFor()
    },
  },
  {
    name: 'runs, finished unseen',
    async show(stage) {
      await endElsewhere(stage, 2)
      await stage.page.keyboard.press('ControlOrMeta+.')
      await stage.page.getByRole('region', { name: 'Finished' }).waitFor()
    },
  },
  {
    name: 'a note of what did not work',
    async show(stage) {
      await calm(stage)
      await stage.page.route('**/v1/**/threads/pruning', (route) => route.abort())
      await stage.openSide()
      await stage.page.getByRole('button', { name: 'Actions for What needs pruning in March?', exact: true }).click()
      await stage.page.getByRole('menuitem', { name: 'Archive' }).click()
      await note(stage.page).waitFor()
    },
    after: ({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }),
  },
  {
    name: 'timeline',
    async show({ page, open }) {
      await open('/timeline')
      await page
        .getByRole('button', { name: /^What needs pruning/ })
        .first()
        .waitFor()
    },
  },
  {
    name: 'timeline, of a day',
    async show({ page, open }) {
      await open('/timeline')
      await page.getByRole('button', { name: '24 h' }).click()
      await page
        .getByRole('button', { name: /^What needs pruning/ })
        .first()
        .waitFor()
    },
  },
  {
    name: 'timeline, a run that failed',
    async show({ page, open }) {
      await open('/timeline')
      await page
        .getByRole('button', { name: /^Outline the argument.*failed/ })
        .first()
        .click()
      await page.getByRole('region', { name: 'Run log' }).getByText('Ended').waitFor()
    },
  },
  {
    name: 'timeline, a run that goes on',
    async show({ page, open }) {
      await open('/timeline')
      await page
        .getByRole('button', { name: /^Compare three heat pumps.*running/ })
        .first()
        .click()
      await page.getByRole('region', { name: 'Run log' }).getByText('Answer').first().waitFor()
    },
  },
  {
    name: 'design, above',
    async show({ page, open }) {
      await open('/design')
      await page.getByRole('heading', { name: 'Mark and type' }).waitFor()
    },
  },
  {
    name: 'design, below',
    async show({ page, open }) {
      await open('/design')
      await page.getByRole('heading', { name: 'Buttons and fields' }).evaluate((title) => title.scrollIntoView())
    },
  },
]

/** A server that nobody has asked anything. */
export const EMPTY: readonly Screen[] = [
  {
    name: 'a new server',
    async show({ page, open }) {
      await open('/')
      await page.getByText('Ask something, then walk away').waitFor()
    },
  },
  {
    name: 'a new server, its list',
    async show(stage) {
      await stage.open('/')
      await stage.openSide()
      await stage.page.getByText('No threads yet').waitFor()
    },
  },
  {
    name: 'runs, none',
    async show({ page, open }) {
      await open('/')
      await page.getByText('Ask something, then walk away').waitFor()
      await page.keyboard.press('ControlOrMeta+.')
      await page.getByText('Nothing is running.').waitFor()
    },
  },
  {
    name: 'timeline, empty',
    async show({ page, open }) {
      await open('/timeline')
      await page.getByText('No runs').waitFor()
    },
  },
]
