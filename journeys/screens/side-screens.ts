/** The list of rooms and threads. */
import { paths } from '@holdfast/core'
import type { Page } from 'playwright'
import { LONG_TITLE } from './furnish.ts'
import type { Screen, Stage } from './stage.ts'

const PRUNING = 'What needs pruning in March?'
const threads = (page: Page) => page.getByRole('navigation', { name: 'Threads' })

/** The open sidebar beside a finished thread. */
async function list(stage: Stage): Promise<void> {
  await stage.open({ roomId: 'default', threadId: 'pruning' })
  await stage.page.getByText('Leave what flowers').waitFor()
  await stage.openSide()
  await threads(stage.page).getByText(LONG_TITLE).waitFor()
}

async function menu({ page }: Stage, label: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).click()
  await page.getByRole('menu').waitFor()
}

export const SIDE: readonly Screen[] = [
  { name: 'the list', show: list },
  {
    name: 'a new room',
    async show(stage) {
      await list(stage)
      await stage.page.getByRole('button', { name: 'New room' }).click()
      await stage.page.getByRole('textbox', { name: 'Room name' }).fill('Harbour')
    },
  },
  {
    name: 'menu of a thread',
    async show(stage) {
      await list(stage)
      await menu(stage, `Actions for ${PRUNING}`)
    },
  },
  {
    name: 'menu of a room',
    async show(stage) {
      await list(stage)
      await menu(stage, 'Actions for room Kitchen garden')
    },
  },
  {
    name: 'a thread, being renamed',
    async show(stage) {
      await list(stage)
      await menu(stage, `Actions for ${PRUNING}`)
      await stage.page.getByRole('menuitem', { name: 'Rename' }).click()
      await stage.page.getByRole('textbox', { name: 'Thread name' }).waitFor()
    },
  },
  {
    name: 'a room, being renamed',
    async show(stage) {
      await list(stage)
      await menu(stage, 'Actions for room Kitchen garden')
      await stage.page.getByRole('menuitem', { name: 'Rename' }).click()
      await stage.page.getByRole('textbox', { name: 'Room name' }).waitFor()
    },
  },
  {
    name: 'sure to delete a thread',
    async show(stage) {
      await list(stage)
      await menu(stage, `Actions for ${PRUNING}`)
      await stage.page.getByRole('menuitem', { name: 'Delete' }).click()
      await stage.page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'archived threads, shown',
    async show(stage) {
      await list(stage)
      await stage.page.getByRole('button', { name: 'Show archived (2)' }).click()
    },
  },
  {
    name: 'more threads than one page of the list',
    async show(stage) {
      await stage.open('/rooms/many')
      await stage.openSide()
      await threads(stage.page).getByRole('button', { name: 'Show older threads' }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'by keyboard',
    sizes: ['wide'],
    async show(stage) {
      await list(stage)
      await threads(stage.page).getByRole('link', { name: LONG_TITLE }).focus()
      await stage.page.keyboard.press('Tab')
    },
  },
]

/** With at most three concurrent runs: every state of a thread, and runs that wait for a slot. */
export const CROWDED: readonly Screen[] = [
  {
    name: 'every state of a thread',
    async show(stage) {
      await stage.open({ roomId: 'default', threadId: 'ended-0' })
      await stage.openSide()
      await threads(stage.page).getByText('Queued').nth(4).waitFor()
    },
  },
  {
    name: 'a thread that waits for a slot',
    async show({ page, open }) {
      await open({ roomId: 'default', threadId: 'waits-1' })
      await page.getByTestId('user-text').waitFor()
      await page.getByText('Queued, 2nd of 5').waitFor()
    },
  },
  {
    name: 'runs, several',
    async show({ page, open }) {
      await open({ roomId: 'default', threadId: 'ended-0' })
      await page.getByRole('region', { name: 'Runs' }).getByText('5 queued').waitFor({ state: 'attached' })
      await page.keyboard.press('ControlOrMeta+.')
      await page.getByText('Queued, 2nd of 5').waitFor()
    },
  },
  {
    name: 'runs, the last of several',
    async show({ page, open }) {
      await open({ roomId: 'default', threadId: 'ended-0' })
      await page.getByRole('region', { name: 'Runs' }).getByText('5 queued').waitFor({ state: 'attached' })
      await page.keyboard.press('ControlOrMeta+.')
      await page.getByRole('button', { name: /^Remove from queue:/ }).focus()
    },
  },
  {
    name: 'runs, with long titles',
    async show({ page, open, send }) {
      for (const threadId of ['held', 'runs-0', 'waits-0']) {
        await send('PATCH', paths.thread({ roomId: 'default', threadId }), { title: LONG_TITLE })
      }
      await open({ roomId: 'default', threadId: 'ended-0' })
      await page.getByRole('region', { name: 'Runs' }).getByText('5 queued').waitFor({ state: 'attached' })
      await page.keyboard.press('ControlOrMeta+.')
      await page.getByRole('dialog', { name: 'Runs' }).getByText(LONG_TITLE).first().waitFor()
    },
  },
  {
    name: 'runs, sure to stop all',
    async show({ page, open }) {
      await open({ roomId: 'default', threadId: 'ended-0' })
      await page.getByRole('region', { name: 'Runs' }).getByText('5 queued').waitFor({ state: 'attached' })
      await page.keyboard.press('ControlOrMeta+.')
      await page.getByRole('button', { name: 'Stop all' }).click()
    },
  },
  {
    name: 'one stopped from the list',
    async show(stage) {
      await stage.open({ roomId: 'default', threadId: 'ended-0' })
      await stage.send('POST', paths.cancelThread({ roomId: 'default', threadId: 'runs-2' }), {})
      await stage.openSide()
      await threads(stage.page).getByText('Queued').nth(4).waitFor()
    },
  },
]
