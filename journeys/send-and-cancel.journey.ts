/** Sending, leaving, stopping, in every order that a person finds: document 004's scenarios that need a page of their own. */
import { hold } from './hold.ts'
import {
  addressOf,
  ending,
  expect,
  expectAnswers,
  keyOf,
  listed,
  questionOf,
  send,
  sendButton,
  stopButton,
  test,
} from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { scriptText } from './server.ts'

const LONG = { words: 200, pauseAt: 60 }

test('leaving a new thread for another room while it starts does not navigate back, and the thread is listed later (S004-26, S004-11)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const go = await hold(page, '**/runs')
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  await page.getByRole('link', { name: 'Default' }).click()
  await expect(page).toHaveURL(`${server.url}/rooms/default`)
  await expect(page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' })).toContainText(
    'Working',
  )
  go()
  await expect.poll(async () => (await provider.asked()).calls).toBe(1)
  await expect(page).toHaveURL(`${server.url}/rooms/default`)

  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Models' }).click()
  await expect(listed(page, 'Say 200 words')).toContainText('Working')
  await listed(page, 'Say 200 words').click()
  await expectAnswers(page, wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
})

test('a start that fails while it is being stopped shows as stopped, without an error (S004-29)', async ({
  page,
  server,
}) => {
  const detail = 'No agent has this name.'
  const problem = { type: 'about:blank', title: 'Unknown agent', status: 422, code: 'unknown_agent', detail }
  const go = await hold(page, '**/runs', (route) =>
    route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )
  await page.goto(`${server.url}/rooms/default`)
  await send(page, 'Changed my mind')
  await stopButton(page).click()
  await expect(sendButton(page)).toBeVisible()
  go()
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Changed my mind')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText(detail)).toHaveCount(0)
})

test('a stop clicked just before a reload still stops the run (S004-15)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  const go = await hold(page, '**/runs')
  await page.route('**/cancel', (route) => route.abort())
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  await stopButton(page).click()
  await expect(sendButton(page)).toBeVisible()
  const key = keyOf(page)
  // The start got through in the last moment, its cancel did not.
  go()
  await expect.poll(async () => (await provider.asked()).calls).toBe(1)
  await page.unroute('**/cancel')
  await page.reload()
  await expect.poll(async () => (await server.runs(key)).map((run) => run.status)).toEqual(['cancelled'])
  await expect(ending(page, 'Stopped')).toBeVisible()
  await expect(questionOf(page, 'Say 200 words')).toHaveCount(1)
  const kept = await server.said(key)
  expect(wordsText(LONG).startsWith(kept)).toBe(true)
  await expectAnswers(page, ...(kept === '' ? [] : [kept]))
})

test('deleting a thread opens the next one; a thread that cannot be deleted stays as it is (S004-C10)', async ({
  page,
  server,
}) => {
  await server.play({ roomId: 'default', threadId: 'next' }, { tokens: 4, intervalMs: 1 }, 'The next')
  await server.play({ roomId: 'default', threadId: 'doomed' }, { tokens: 3, intervalMs: 1 }, 'The doomed')
  await page.goto(addressOf(server, { roomId: 'default', threadId: 'doomed' }))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  const remove = async () => {
    await page.getByRole('button', { name: 'Actions for The doomed' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
  }
  const problem = { type: 'about:blank', title: 'Full', status: 507, code: 'storage_full', detail: 'The disk is full.' }
  const thread = '**/v1/rooms/default/threads/doomed*'
  await page.route(thread, (route) =>
    route.request().method() === 'DELETE'
      ? route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(problem) })
      : route.continue(),
  )
  await remove()
  await expect(page.getByText('Couldn’t delete “The doomed”.')).toBeVisible()
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await page.unroute(thread)

  await remove()
  await expect(page).toHaveURL(addressOf(server, { roomId: 'default', threadId: 'next' }))
  await expectAnswers(page, scriptText({ tokens: 4 }))
  await expect(listed(page, 'The doomed')).toHaveCount(0)
})

test('a message sent just before a reload is sent once, and its text never disappears (S004-24)', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await page.route('**/runs', (route) => route.abort())
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor(LONG))
  const key = keyOf(page)
  await page.reload()
  await expect(questionOf(page, 'Say 200 words')).toBeVisible()
  await expect(stopButton(page)).toBeVisible()
  await page.unroute('**/runs')
  await expectAnswers(page, wordsText(LONG, 60))
  await provider.goOn()
  await expectAnswers(page, wordsText(LONG))
  expect(await server.runs(key)).toHaveLength(1)
  expect((await provider.asked()).calls).toBe(1)
})

test('a message sent just before its tab was closed is sent once by the next page, however long it is', async ({
  context,
  modelServer: server,
  provider,
}) => {
  const question = `${askFor(LONG)} ${'A long story. '.repeat(8_000)}`.trim()
  const tab = await context.newPage()
  // No request gets through.
  await tab.route('**/runs', () => {})
  await tab.goto(`${server.url}/rooms/models`)
  await send(tab, question)
  await expect(stopButton(tab)).toBeVisible()
  const key = keyOf(tab)
  await tab.close()
  const page = await context.newPage()
  await page.goto(server.url)
  await expect.poll(() => server.said(key).catch(() => '')).toBe(wordsText(LONG, 60))
  await page.goto(addressOf(server, key))
  await expectAnswers(page, wordsText(LONG, 60))
  await expect(page.getByTestId('user-text')).toHaveText([question])
  expect(await server.runs(key)).toHaveLength(1)
  expect((await provider.asked()).calls).toBe(1)
})

test('runs are stopped from another tab, from the tray and from the list while another thread is shown, and stay stopped after a kill (S004-2, S004-17)', async ({
  page,
  context,
  server,
}) => {
  const script = { tokens: 5_000, intervalMs: 10 }
  const [first, second, third] = ['first', 'second', 'third'].map((threadId) => ({ roomId: 'default', threadId }))
  if (!first || !second || !third) throw new Error('three keys')
  await server.play(first, script, 'The first')
  await server.play(second, script, 'The second')
  const tab = await context.newPage()
  await page.goto(addressOf(server, first))
  await tab.goto(addressOf(server, first))
  await stopButton(tab).click()
  await expect(ending(page, 'Stopped')).toBeVisible()
  expect((await server.runs(second)).map((run) => run.status)).toEqual(['running'])

  await page
    .getByRole('button', { name: /running|run/i })
    .first()
    .click()
  await page.getByRole('button', { name: 'Stop The second' }).click()
  await expect.poll(async () => (await server.runs(second)).map((run) => run.status)).toEqual(['cancelled'])
  await expect(page).toHaveURL(addressOf(server, first))
  await tab.close()
  await page.keyboard.press('Escape')

  const listedOnly = { roomId: 'default', threadId: 'listed' }
  await server.play(listedOnly, script, 'The listed one')
  await expect(listed(page, 'The listed one')).toContainText('Working')
  await page.getByRole('button', { name: 'Actions for The listed one' }).click()
  await page.getByRole('menuitem', { name: 'Stop' }).click()
  await expect.poll(async () => (await server.runs(listedOnly)).map((run) => run.status)).toEqual(['cancelled'])
  await expect(listed(page, 'The listed one')).not.toContainText('Working')

  await server.play(third, { ...script, tokens: 50_000 }, 'The third')
  await page.goto(addressOf(server, third))
  await expect(stopButton(page)).toBeVisible()
  await stopButton(page).click()
  await expect(ending(page, 'Stopped')).toBeVisible()
  await server.kill()
  await server.start()
  expect((await server.runs(third)).map((run) => run.status)).toEqual(['cancelled'])
})

test('a stop that cannot be delivered says that the run is still running, and it is (S004-17, S001-62)', async ({
  page,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'unstoppable' }
  await server.play(key, { tokens: 5_000, intervalMs: 10 })
  await page.goto(addressOf(server, key))
  await expect(stopButton(page)).toBeVisible()
  const problem = { type: 'about:blank', title: 'Full', status: 507, code: 'storage_full', detail: 'The disk is full.' }
  await page.route('**/cancel', (route) =>
    route.fulfill({ status: 507, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )
  await stopButton(page).click()
  await expect(page.getByRole('alert')).toContainText('Couldn’t stop: still running. The disk is full.')
  await expect(stopButton(page)).toBeVisible()
  await page.unroute('**/cancel')
  // A gateway's empty answer is no acknowledgement.
  const answered = page.waitForResponse('**/cancel')
  await page.route('**/cancel', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{}' }))
  await stopButton(page).click()
  await answered
  await page.unroute('**/cancel')
  await expect(ending(page, 'Stopped')).toBeVisible()
})

test('a sign-out while sending holds the message until the sign-in; a refused message stays in the message box (S004-C3)', async ({
  page,
  modelServer: server,
}) => {
  await page.route('**/v1/rooms/models/threads/**', (route) => route.fulfill({ status: 401 }))
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor({ words: 20 }))
  await expect(page.getByText('Signed out. Sign in, in another tab if needed.')).toBeVisible()
  await expect(questionOf(page, 'Say 20 words')).toBeVisible()
  await page.unroute('**/v1/rooms/models/threads/**')
  // Signing in ends with a reload of the page.
  await page.reload()
  await expectAnswers(page, wordsText({ words: 20 }))
  await expect(questionOf(page, 'Say 20 words')).toHaveCount(1)

  const detail = 'You may read here, not write.'
  const problem = { type: 'about:blank', title: 'Forbidden', status: 403, code: 'foreign_origin', detail }
  await page.route('**/runs', (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  )
  await send(page, 'Not lost')
  await expect(page.getByRole('alert')).toContainText(detail)
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('Not lost')
})

test('switching rooms requests nothing of the new room under an old thread (S000-39)', async ({ page, server }) => {
  await server.createRoom({ roomId: 'second', title: 'Second room' })
  await server.play({ roomId: 'default', threadId: 'here' }, { tokens: 3, intervalMs: 1 }, 'Here')
  await server.play({ roomId: 'second', threadId: 'there' }, { tokens: 4, intervalMs: 1 }, 'There')
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto(addressOf(server, { roomId: 'default', threadId: 'here' }))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await page.getByRole('link', { name: 'Second room' }).click()
  await expectAnswers(page)
  await listed(page, 'There').click()
  await expectAnswers(page, scriptText({ tokens: 4 }))
  expect(asked.filter((path) => path.includes('/rooms/second/threads/here'))).toEqual([])
  expect(asked.filter((path) => path.includes('/rooms/default/threads/there'))).toEqual([])
})
