/** What ran when, across rooms, as bars. */
import { readFile } from 'node:fs/promises'
import { expect, expectTitle, test } from './journey.ts'
import { isQuiet } from './server.ts'

test('the timeline shows the runs of all rooms live; a bar opens the run, its outcome and a link to its thread', async ({
  page,
  server,
}) => {
  const live = { roomId: 'garden', threadId: 'tulips' }
  const failed = { roomId: 'default', threadId: 'failed' }
  await server.createRoom({ roomId: 'garden', title: 'Garden' })
  await server.play(live, { tokens: 100_000, intervalMs: 50 }, 'When do I plant tulips?')
  await server.play(failed, { tokens: 9, intervalMs: 1, failAfter: 3 }, 'Gone wrong')
  await expect.poll(() => isQuiet(server, failed)).toBe(true)
  // Put away, and called by its name all the same.
  const archived = { headers: { origin: server.url }, data: { archived: true } }
  await page.request.patch(`${server.url}/v1/rooms/default/threads/failed`, archived)
  // Opened before, so that the page already follows it while its log is read separately.
  await page.goto(`${server.url}/rooms/garden/threads/tulips`)
  await expect(page.getByRole('log')).toContainText('t1 t2')
  await page.keyboard.press('Control+.')
  await page.getByRole('link', { name: 'Timeline' }).click()
  const timeline = page.getByRole('region', { name: 'Timeline' })
  const running = timeline.getByRole('button', { name: 'When do I plant tulips?: running' })
  await expect(running).toBeVisible()

  await timeline.getByRole('button', { name: 'Gone wrong: failed' }).click()
  const details = page.getByRole('complementary', { name: 'Run details' })
  await expect(details.getByRole('heading', { name: 'Failed', exact: true })).toBeVisible()
  await expect(
    details.getByRole('definition').filter({ hasText: 'agent_error' }),
    'for readers who know the code',
  ).toBeVisible()
  await expect(details).toContainText('Took')
  const download = page.waitForEvent('download')
  await details.getByRole('button', { name: 'Export events' }).click()
  const saved = await download
  expect(saved.suggestedFilename()).toMatch(/\.json$/)
  const { run: exported, events } = JSON.parse(await readFile(await saved.path(), 'utf8'))
  expect(exported).toMatchObject({ ...failed, status: 'failed' })
  expect(events.at(0)).toMatchObject({ type: 'RUN_STARTED' })
  expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR' })
  const log = details.getByRole('region', { name: 'Run log' })
  await expect(log.getByRole('listitem').last()).toContainText('Ended')
  await expect(log).toContainText('t0 t1 t2')
  await expect(log, 'in plain words').not.toContainText(/[A-Z]_[A-Z]/)

  await running.press('Enter')
  await expect(details.getByRole('heading', { name: 'Working' })).toBeVisible()
  await expect(details).toContainText('Running for')
  await expect(log).toContainText('Answer')
  const records = async () =>
    Number.parseInt(
      (await log
        .getByText(/records,/)
        .last()
        .textContent()) ?? '',
      10,
    )
  const before = await records()
  await expect.poll(records).toBeGreaterThan(before + 40)
  // Stopped from elsewhere: the bar and its facts follow.
  const [run] = await server.runs(live)
  await page.request.post(`${server.url}/v1/rooms/garden/threads/tulips/runs/${run?.runId}/cancel`, {
    headers: { origin: server.url },
    data: { reason: 'enough' },
  })
  await expect(details.getByRole('heading', { name: /^Stopped by/ })).toBeVisible()
  await expect(details).toContainText('enough')
  await details.getByRole('link', { name: 'Open thread' }).click()
  await expectTitle(page, 'When do I plant tulips? · Garden · Holdfast')
})

test('a run that waits in a paused queue is shown as paused, not as queued', async ({ page, server }) => {
  const runs = `${server.url}/v1/rooms/default/threads/held`
  const headers = { origin: server.url }
  const later = { runId: 'later', messages: [{ id: 'q', role: 'user', content: 'And then?' }], onBusy: 'enqueue' }
  await server.play({ roomId: 'default', threadId: 'held' }, { tokens: 100_000, intervalMs: 50 }, 'Held')
  await page.request.post(`${runs}/runs`, { headers, data: later })
  await page.goto(`${server.url}/timeline`)
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await expect(timeline.getByRole('button', { name: 'Held: queued' })).toBeVisible()
  await page.request.post(`${runs}/cancel`, { headers, data: {} })
  await timeline.getByRole('button', { name: 'Held: paused' }).press('Enter')
  const details = page.getByRole('complementary', { name: 'Run details' })
  await expect(details.getByRole('heading', { name: 'Paused' })).toBeVisible()
})

test('the timeline says why it cannot be loaded, and loads by itself once it can', async ({ page, server }) => {
  await server.play({ roomId: 'default', threadId: 'here' }, { tokens: 3, intervalMs: 1 }, 'Here')
  const main = page.getByRole('main')
  for (const [status, body, says] of [
    [200, '{}', 'Unexpected answer from the server'],
    [200, '<p>Sign in</p>', 'Unexpected answer from the server'],
    [401, 'no', 'You’re signed out'],
    [502, 'Bad gateway', 'Can’t reach the server'],
  ] as const) {
    await page.route('**/v1/runs?*', (route) => route.fulfill({ status, body, contentType: 'text/html' }))
    await page.goto(`${server.url}/timeline`)
    await expect(main.getByRole('heading', { name: says })).toBeVisible()
    await page.unroute('**/v1/runs?*')
    await expect(main.getByRole('button', { name: 'Here: succeeded' })).toBeVisible()
  }
})
