/** A room is renamed, and deleted with everything in it after a confirmation; other viewers are told. */
import { addressOf, expect, expectWritten, test } from './journey.ts'

test('a room is renamed in place and deleted after a confirmation, its runs are stopped, and other viewers are told', async ({
  page,
  context,
  server,
}) => {
  const inside = { roomId: 'harbour', threadId: 'inside' }
  const outside = { roomId: 'default', threadId: 'outside' }
  await server.createRoom({ roomId: 'harbour', title: 'Harbour' })
  const script = { tokens: 3_000, intervalMs: 20 }
  await server.play(inside, script)
  await server.play(outside, script)
  await page.goto(addressOf(server, inside))
  await expectWritten(page, 't5 ')
  const other = await context.newPage()
  await other.goto(addressOf(server, inside))
  await expectWritten(other, 't5 ')

  const rooms = page.getByRole('navigation', { name: 'Rooms' })
  await rooms.getByRole('link', { name: 'Harbour' }).focus()
  await page.keyboard.press('F2')
  const name = page.getByRole('textbox', { name: 'Room name' })
  await expect(name).toHaveValue('Harbour')
  await name.fill('The old harbour')
  await name.press('Enter')
  await expect(rooms.getByRole('link', { name: 'The old harbour' })).toBeVisible()
  await expect(page).toHaveTitle(/The old harbour/)

  await page.getByRole('button', { name: 'Actions for room Default' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Delete…' }), 'the first room stays').toHaveCount(0)
  await page.keyboard.press('Escape')
  // A closed menu returns the focus; until then, opening the next one would lose it.
  await expect(page.getByRole('button', { name: 'Actions for room Default' })).toBeFocused()
  await page.getByRole('button', { name: 'Actions for room The old harbour' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const question = page.getByRole('dialog', { name: 'Delete this room?' })
  await expect(question).toContainText('Its runs will be stopped first')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(rooms.getByRole('link', { name: 'The old harbour' })).toBeVisible()

  await page.getByRole('button', { name: 'Actions for room The old harbour' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await question.getByRole('button', { name: 'Stop and delete' }).click()
  await expect(page).toHaveURL(/\/rooms\/default$/)
  await expect(rooms.getByRole('link', { name: 'The old harbour' })).toHaveCount(0)
  await expect(other.getByRole('heading', { name: 'Room not found' })).toBeVisible()
  await expect(other.getByRole('textbox', { name: 'Message' })).toHaveCount(0)
  expect((await server.runs(outside)).map(({ status }) => status)).toEqual(['running'])
})
