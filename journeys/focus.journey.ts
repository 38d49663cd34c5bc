/** The focus by keyboard: the message box has it first, and everything that opens over the page returns it. */
import type { Locator, Page } from '@playwright/test'
import { addressOf, expect, expectAnswers, listed, newThread, test } from './journey.ts'
import { scriptText } from './server.ts'

const key = (threadId: string) => ({ roomId: 'default', threadId })
const field = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** By the palette. */
async function byName(page: Page, action: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('combobox', { name: 'Threads, rooms and actions' })).toBeFocused()
  await page.keyboard.type(action)
  await page.keyboard.press('Enter')
}

test('the message box has the focus after load, New thread and New room, so typing works at once', async ({
  page,
  server,
}) => {
  await server.play(key('plans'), { tokens: 3, intervalMs: 1 }, 'Plans')
  await page.goto(`${server.url}/rooms/default`)
  await expect(field(page)).toBeFocused()

  await page.goto(addressOf(server, key('plans')))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await expect(field(page)).toBeFocused()
  await newThread(page).click()
  await expect(page).toHaveURL(/\/rooms\/default$/)
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('heard')
  await expect(field(page)).toHaveValue('heard')

  // Where it leads to is where this is already.
  await newThread(page).click()
  await expect(field(page)).toBeFocused()

  await listed(page, 'Plans').click()
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await expect(listed(page, 'Plans'), 'a way that was taken keeps the focus').toBeFocused()
  await byName(page, 'new thread')
  await expect(page).toHaveURL(/\/rooms\/default$/)
  await expect(field(page)).toBeFocused()

  await button(page, 'New room').click()
  await page.keyboard.press('Escape')
  await expect(button(page, 'New room')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('Garden')
  await page.keyboard.press('Enter')
  await expect(page).toHaveTitle(/Garden/)
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('tulips')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('user-text')).toHaveText('tulips')
  await expect(field(page), 'and in the thread that it began').toBeFocused()

  await page.goto(`${server.url}/timeline`)
  await expect(page.getByRole('button', { name: /^Search or jump to/ })).toBeVisible()
  await byName(page, 'new thread')
  await expect(field(page)).toBeFocused()
})

test('palette, tray, shortcuts, menus and dialogs return the focus to where it was', async ({ page, server }) => {
  await server.createRoom({ roomId: 'garden', title: 'Garden' })
  await server.play(key('plans'), { tokens: 3, intervalMs: 1 }, 'Plans')
  await server.play(key('other'), { tokens: 3, intervalMs: 1 }, 'Other')
  await server.play(key('live'), { tokens: 100_000, intervalMs: 50 }, 'Going on')
  await page.goto(addressOf(server, key('other')))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  const dialog = page.getByRole('dialog')
  const search = page.getByRole('button', { name: /^Search or jump to/ })
  const tray = page.getByRole('region', { name: 'Runs' }).getByRole('button')

  async function givesBack(where: Locator, open: () => Promise<void>): Promise<void> {
    await where.focus()
    await open()
    await expect(dialog).toBeVisible()
    await expect(page.locator('[role="dialog"]:focus, [role="dialog"] :focus')).toHaveCount(1)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    await expect(where).toBeFocused()
  }
  const press = (keys: string) => () => page.keyboard.press(keys)
  for (const where of [field(page), listed(page, 'Plans'), page.getByRole('region', { name: 'Conversation' })]) {
    await givesBack(where, press('ControlOrMeta+k'))
    await givesBack(where, press('ControlOrMeta+.'))
  }
  await givesBack(search, press('Enter'))
  await givesBack(search, () => search.click())
  await givesBack(tray, press('Enter'))
  await givesBack(listed(page, 'Plans'), press('?'))
  await givesBack(field(page), press('ControlOrMeta+/'))
  for (const action of ['keyboard shortcuts', 'show runs']) {
    await givesBack(field(page), async () => {
      await byName(page, action)
      await expect(page.getByRole('dialog', { name: /Keyboard shortcuts|Runs/ })).toBeVisible()
    })
  }
  // The same keys close it too, and so does a click outside.
  await field(page).focus()
  for (const keys of ['ControlOrMeta+k', 'ControlOrMeta+.']) {
    await page.keyboard.press(keys)
    await expect(dialog).toBeVisible()
    await page.keyboard.press(keys)
    await expect(dialog).toHaveCount(0)
    await expect(field(page)).toBeFocused()
    await page.keyboard.press(keys)
    await expect(dialog).toBeVisible()
    await page.mouse.click(5, 5)
    await expect(dialog).toHaveCount(0)
    await expect(field(page)).toBeFocused()
  }

  for (const name of ['Actions for Plans', 'Actions for room Garden']) {
    const more = button(page, name)
    // The first time the menu must be loaded; the second time it is there.
    for (const _ of [1, 2]) {
      await more.focus()
      await page.keyboard.press('Enter')
      await expect(page.getByRole('menu')).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(page.getByRole('menu')).toHaveCount(0)
      await expect(more).toBeFocused()
    }
    await givesBack(more, async () => {
      await page.keyboard.press('Enter')
      await page.getByRole('menuitem', { name: 'Delete…' }).press('Enter')
    })
  }
})

test('renaming returns the focus to the row without reopening the menu, and deleting moves it to a neighbour', async ({
  page,
  server,
}) => {
  await server.createRoom({ roomId: 'garden', title: 'Garden' })
  for (const name of ['Oldest', 'Plans', 'Newest']) {
    await server.play(key(name.toLowerCase()), { tokens: 3, intervalMs: 1 }, name)
  }
  await page.goto(addressOf(server, key('newest')))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  const name = page.getByRole('textbox', { name: 'Thread name' })
  for (const end of ['Enter', 'Escape']) {
    await button(page, 'Actions for Plans').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Rename' }).press('Enter')
    await expect(name).toBeFocused()
    await page.keyboard.press(end)
    await expect(listed(page, 'Plans')).toBeFocused()
    await expect(page.getByRole('menu')).toHaveCount(0)
  }
  // The name that it has already is a person's from now on.
  await expect.poll(async () => (await server.snapshot(key('plans'))).thread.title).toBe('Plans')

  async function act(line: string, action: string, sure?: string): Promise<void> {
    await button(page, `Actions for ${line}`).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: action }).press('Enter')
    if (sure) await button(page, sure).press('Enter')
  }
  await act('Plans', 'Delete…', 'Delete')
  await expect(listed(page, 'Plans')).toHaveCount(0)
  await expect(listed(page, 'Oldest')).toBeFocused()
  await act('Oldest', 'Archive')
  await expect(listed(page, 'Oldest')).toHaveCount(0)
  await expect(listed(page, 'Newest')).toBeFocused()
  await act('room Garden', 'Delete…', 'Delete')
  await expect(page.getByRole('link', { name: 'Garden' })).toHaveCount(0)
  await expect(page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Default' })).toBeFocused()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('after a tap on Stop the conversation has the focus, and no keyboard opens', async ({ page, server }) => {
    await server.play(key('endless'), { tokens: 100_000, intervalMs: 20 }, 'Endless')
    await page.goto(addressOf(server, key('endless')))
    await button(page, 'Stop').tap()
    await expect(page.getByRole('main')).toBeFocused()
  })

  test('no on-screen keyboard opens by itself, and the drawer returns the focus', async ({ page, server }) => {
    await server.play(key('plans'), { tokens: 3, intervalMs: 1 }, 'Plans')
    await page.goto(addressOf(server, key('plans')))
    await expectAnswers(page, scriptText({ tokens: 3 }))
    await expect(field(page)).not.toBeFocused()
    await button(page, 'Rooms and threads').tap()
    await page.keyboard.press('Escape')
    await expect(button(page, 'Rooms and threads')).toBeFocused()
    await button(page, 'Rooms and threads').tap()
    await newThread(page).tap()
    await expect(page).toHaveURL(/\/rooms\/default$/)
    await expect(page.getByRole('navigation', { name: 'Threads' })).toBeHidden()
    await expect(field(page)).not.toBeFocused()
    // Where it leads to is where this is already: the drawer goes all the same.
    await button(page, 'Rooms and threads').tap()
    await newThread(page).tap()
    await expect(page.getByRole('navigation', { name: 'Threads' })).toBeHidden()
  })
})
