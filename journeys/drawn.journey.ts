/** What an answer renders besides text, also while it is written: formulas as models write them, tables, code. */
import { addressOf, answers, expect, test } from './journey.ts'

const key = (threadId: string) => ({ roomId: 'default', threadId })

test('formulas, a table and code are rendered while they are written, and prices stay prices', async ({
  page,
  server,
}) => {
  const parts = [
    'So \\(x_1 = \\frac{-b}{2a}\\), or $y^2$, for $5 or $10:\n\n\\[\n\\int_0^1 x\\,dx\n\\]\n\n',
    '| a | b |\n|---|---|\n| 1 | \\(z\\) |\n\n```ts\nconst half = ',
  ]
  await server.play(key('live'), { tokens: 1, intervalMs: 1, prefix: parts.join(''), hang: true })
  await page.goto(addressOf(server, key('live')))
  await expect(answers(page).locator('math')).toHaveCount(4)
  await expect(answers(page).getByRole('region', { name: 'Table' })).toBeVisible()
  await expect(answers(page).locator('pre')).toContainText('const half')
  await expect(answers(page)).toContainText('for $5 or $10:')
  expect(await answers(page).innerText()).not.toMatch(/\\[([]/)
})

test.describe('390 px wide', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('a wide table scrolls in its own box, and no column is squeezed', async ({ page, server }) => {
    const head = ['Name', 'What it does', 'Since when it does so', 'And what a person has to know about it']
    const cell = 'several words of an ordinary length'
    const prefix = `| ${head.join(' | ')} |\n|${'---|'.repeat(4)}\n${`|${` ${cell} |`.repeat(4)}\n`.repeat(3)}\n`
    await server.play(key('wide'), { tokens: 1, intervalMs: 0, prefix })
    await page.goto(addressOf(server, key('wide')))
    const table = answers(page).getByRole('region', { name: 'Table' })
    await expect(table).toBeVisible()
    const { box, scrolls, columns } = await table.evaluate((element) => ({
      box: element.getBoundingClientRect().width,
      scrolls: element.scrollWidth,
      columns: [...element.querySelectorAll('th')].map((th) => th.getBoundingClientRect().width),
    }))
    expect(box).toBeLessThan(390)
    expect(scrolls).toBeGreaterThan(box)
    expect(Math.min(...columns), 'a column has room for more than a word').toBeGreaterThan(150)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    // Nothing else takes a part of the window's height.
    expect(await page.getByRole('main').boundingBox()).toMatchObject({ y: 0, height: 844 })
    // And it is reached by keyboard.
    await table.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => table.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0)
  })
})
