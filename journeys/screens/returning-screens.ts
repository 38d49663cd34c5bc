/** Coming back: what has happened, what is unread, and the notification centre. */
import { paths } from '@holdfast/core'
import type { Screen, Stage } from './stage.ts'

const key = (threadId: string, roomId = 'default') => ({ roomId, threadId })
const PRUNING = 'What needs pruning in March?'
const PORTO = 'Move to Porto and everything that comes with it'

/** Four runs that end while nobody looks, and one that goes on. Deleted ids do not come back: each state has its own. */
async function leave(stage: Stage): Promise<void> {
  const ended = [
    await stage.ask('What needs pruning in March?'),
    await stage.ask('How long does a rope last?'),
    await stage.ask('Outline the argument of chapter four'),
    await stage.ask('May I delete the old drafts?'),
  ]
  for (const thread of ended) await stage.over(thread)
  await stage.ask('Compare three heat pumps for an old house')
}

async function center(stage: Stage): Promise<void> {
  await stage.openSide()
  await stage.page.getByRole('button', { name: /^Notifications/ }).click()
  await stage.page.getByRole('dialog', { name: 'Notifications' }).waitFor()
}

export const RETURNING: readonly Screen[] = [
  {
    name: 'home, since you left',
    async show(stage) {
      await leave(stage)
      await stage.open('/rooms/default')
      await stage.page.getByRole('heading', { name: 'Since you left' }).waitFor()
    },
  },
  {
    name: 'the list, unread',
    async show(stage) {
      await leave(stage)
      await stage.open(key('pruning'))
      await stage.page.getByText('Leave what flowers').waitFor()
      await stage.openSide()
      await stage.page.getByRole('navigation', { name: 'Threads' }).getByText('Unread').nth(2).waitFor()
    },
  },
  {
    name: 'new since the last visit',
    async show(stage) {
      const thread = key('since-before')
      await stage.ask(PRUNING, {}, thread)
      await stage.over(thread)
      await stage.send('PUT', paths.readAll(), {})
      await stage.ask('How long does a rope last?', {}, thread)
      await stage.over(thread)
      await stage.open(thread)
      await stage.page.getByRole('separator', { name: 'New' }).waitFor()
    },
  },
  {
    name: 'a muted thread and a muted room',
    async show(stage) {
      const mutedUntil = new Date(Date.now() + 8 * 3_600_000).toISOString()
      await stage.send('PATCH', paths.thread(key('chapter')), { mutedUntil })
      await stage.send('PATCH', paths.room('porto'), { mutedUntil })
      await stage.open(key('pruning'))
      await stage.openSide()
      await stage.page.getByRole('link', { name: `${PORTO} Muted` }).waitFor()
    },
    async after(stage) {
      await stage.send('PATCH', paths.thread(key('chapter')), { mutedUntil: null })
      await stage.send('PATCH', paths.room('porto'), { mutedUntil: null })
    },
  },
  {
    name: 'menu of a thread, how long to mute it',
    async show(stage) {
      await stage.open(key('pruning'))
      await stage.openSide()
      await stage.page.getByRole('button', { name: `Actions for ${PRUNING}`, exact: true }).click()
      await stage.page.getByRole('menuitem', { name: 'Mute until tomorrow' }).waitFor()
    },
  },
  {
    name: 'notifications',
    async show(stage) {
      await leave(stage)
      await stage.open(key('pruning'))
      await center(stage)
      await stage.page
        .getByRole('link', { name: /^Outline the argument/ })
        .last()
        .waitFor()
    },
  },
  {
    name: 'notification settings',
    async show(stage) {
      await stage.open(key('pruning'))
      await center(stage)
      await stage.page.getByRole('button', { name: 'Settings' }).click()
      await stage.page.getByRole('checkbox', { name: 'Quiet hours' }).check()
      await stage.page.getByLabel('From').waitFor()
    },
    async after({ page }) {
      await page.getByRole('checkbox', { name: 'Quiet hours' }).uncheck()
    },
  },
]

export const NOTHING_YET: readonly Screen[] = [
  {
    name: 'notifications, none',
    async show(stage) {
      await stage.open('/')
      await center(stage)
      await stage.page.getByText('Nothing yet.').waitFor()
    },
  },
]
