/** Accessibility: axe finds nothing in either theme, text grows to twice its size, targets fit a finger. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { addressOf, ending, expect, expectWritten, lowControls, test } from './journey.ts'
import type { HoldfastServer } from './server.ts'

const key = (threadId: string) => ({ roomId: 'default', threadId })

async function furnish(server: HoldfastServer): Promise<void> {
  await server.play(key('live'), { tokens: 100_000, intervalMs: 50, tool: true }, 'Going on')
  await server.play(key('failed'), { tokens: 30, intervalMs: 1, failAfter: 20 }, 'Gone wrong')
  await server.play(
    key('acting'),
    { tokens: 1, intervalMs: 1, subagents: 2, subagentSteps: 2, interrupt: true },
    'Acting',
  )
  await server.play(key('said'), { tokens: 30, intervalMs: 1, tool: true }, 'All said')
}

/** The themes differ in nothing but colours, so only the contrast is looked at in both. */
async function expectClean(page: Page, where: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await new AxeBuilder({ page }).analyze()
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze()
  const found = [...light.violations, ...dark.violations]
  expect(
    found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    where,
  ).toEqual([])
}

/** Running animations, by the class of their element. */
function moving(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    document.getAnimations().flatMap(({ playState, effect }) => {
      const lasts = Number(effect?.getComputedTiming().duration ?? 0)
      const target = effect instanceof KeyframeEffect ? effect.target : null
      return playState === 'running' && lasts > 0 ? [`${target?.getAttribute('class')}`] : []
    }),
  )
}

test('axe finds nothing on any page, light or dark', async ({ browser, server }) => {
  test.slow()
  await furnish(server)
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(`${server.url}/rooms/default`)
  await expect(page.getByRole('region', { name: 'Runs' })).toContainText('1 running')
  await expectClean(page, 'a room')

  await page.goto(addressOf(server, key('live')))
  await expectWritten(page, 't1 ')
  await page.getByText('demo_lookup').click()
  await expectClean(page, 'a run that goes on')
  expect(await moving(page), 'nothing moves with reduced motion').toEqual([])

  await page.goto(addressOf(server, key('failed')))
  await expect(ending(page, 'Failed.')).toBeVisible()
  await expectClean(page, 'a run that failed')

  await page.goto(addressOf(server, key('acting')))
  await page.getByRole('button', { name: 'Answer here' }).click()
  await page.getByTestId('subagent').first().getByRole('button').click()
  await expect(page.getByRole('list', { name: 'Steps of helper 1' })).toContainText('step 1')
  await expectClean(page, 'a question, and sub-agents')

  await page.goto(addressOf(server, key('failed')))
  await expect(ending(page, 'Failed.')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+.')
  await page.getByRole('dialog', { name: 'Runs' }).getByRole('button', { name: 'Stop all' }).click()
  await expect(page.getByRole('group', { name: 'Stop all?' })).toBeVisible()
  await expectClean(page, 'the tray, asking once more')
  await page.keyboard.press('Escape')

  await page.keyboard.press('ControlOrMeta+k')
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
  await expectClean(page, 'the palette')
  await page.keyboard.press('Escape')

  await page.goto(`${server.url}/rooms/nobody`)
  await expect(page.getByText('Room not found')).toBeVisible()
  await expectClean(page, 'nowhere')

  await page.goto(`${server.url}/timeline`)
  await page.getByRole('button', { name: 'Gone wrong: failed' }).click()
  await expect(page.getByRole('complementary', { name: 'Run details' })).toBeVisible()
  await expectClean(page, 'the timeline')

  await page.goto(`${server.url}/design`)
  await expect(page.getByRole('heading', { name: 'Mark and type' })).toBeVisible()
  await expectClean(page, 'the design')
  await context.close()
})

test('at 200 % nothing is cut off sideways, and nothing is missing', async ({ browser, server }) => {
  await furnish(server)
  // A window of 1280 × 800 at 200 % is one of 640 × 400 with two device pixels to each.
  const context = await browser.newContext({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 })
  const page = await context.newPage()
  for (const threadId of ['live', 'failed', 'said']) {
    await page.goto(addressOf(server, key(threadId)))
    await expectWritten(page, 't1 ')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640)
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeInViewport()
  }
  await page.getByRole('button', { name: 'Rooms and threads' }).click()
  await expect(page.getByRole('navigation', { name: 'Threads' })).toBeVisible()

  await page.goto(`${server.url}/rooms/default`)
  const title = page.getByRole('heading', { name: 'Ask something, then walk away' })
  await title.scrollIntoViewIfNeeded()
  await expect(title).toBeInViewport({ ratio: 1 })
  await page.getByRole('button', { name: 'Explain how tides work, with a small example' }).scrollIntoViewIfNeeded()
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeInViewport()
  await context.close()
})

test('on a touch screen every control is at least 44 px high', async ({ browser, server }) => {
  await furnish(server)
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await page.goto(addressOf(server, key('failed')))
  await expect(ending(page, 'Failed.')).toBeVisible()
  await page.getByRole('button', { name: 'Rooms and threads' }).click()
  await expect(page.getByRole('navigation', { name: 'Threads' })).toBeVisible()
  expect(await lowControls(page)).toEqual([])
  await page.keyboard.press('Escape')
  for (const [keys, name] of [
    ['ControlOrMeta+.', 'Runs'],
    ['ControlOrMeta+k', 'Command palette'],
  ] as const) {
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog', { name })).toBeVisible()
    expect(await lowControls(page), name).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name })).toHaveCount(0)
  }
  await context.close()
})
