/** What a person wrote is sent or given back, once, whatever happens to the network, the server, the tab or the thread. */
import { paths, type ThreadKey } from '@holdfast/core'
import type { Page } from '@playwright/test'
import { hold } from './hold.ts'
import {
  addressOf,
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
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts'
import { askFor, wordsText } from './provider.ts'
import { type HoldfastServer, scriptText } from './server.ts'

const RUNS = /^POST .*\/runs$/
const field = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const notSent = (page: Page) => page.getByText('Not sent')

/** Notes each text that was ever shown, however shortly, of those that must not be. */
async function watchFor(page: Page, ...texts: readonly string[]): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript((forbidden) => {
    const seen: string[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const shown = document.body?.innerText ?? ''
      for (const text of forbidden) if (shown.includes(text) && !seen.includes(text)) seen.push(text)
    }).observe(document, { subtree: true, childList: true, characterData: true })
  }, texts)
  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen)
}

/** The page has its own clock and its own connection, so that no part of it runs on another clock. */
async function ownTime(page: Page): Promise<void> {
  await page.addInitScript(() => {
    for (const name of ['SharedWorker', 'BroadcastChannel']) Reflect.deleteProperty(window, name)
  })
  await page.clock.install()
}

async function pass(page: Page, seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at += 1) await page.clock.runFor(1_000)
}

/** Every message of a person that the thread holds, or that waits in it. */
async function written(server: HoldfastServer, key: ThreadKey): Promise<readonly string[]> {
  const { messages, queue } = await server.snapshot(key)
  const all = [...messages, ...queue.flatMap((entry) => entry.messages)]
  return all.flatMap(({ role, content }) => (role === 'user' && typeof content === 'string' ? [content] : []))
}

async function withProxy(server: HoldfastServer, use: (proxy: LossyProxy) => Promise<void>): Promise<void> {
  const proxy = await startLossyProxy(server)
  try {
    await use(proxy)
  } finally {
    await proxy.close()
  }
}

/** As a browser duplicates a tab: with everything that the tab keeps. */
async function duplicate(page: Page): Promise<Page> {
  const [twin] = await Promise.all([
    page.context().waitForEvent('page'),
    page.evaluate(() => void window.open(window.location.href)),
  ])
  await twin.waitForLoadState()
  return twin
}

async function remove(server: HoldfastServer, key: ThreadKey): Promise<void> {
  const headers = { origin: server.url, 'content-type': 'application/json' }
  const gone = await fetch(`${server.url}${paths.thread(key)}?force=true`, { method: 'DELETE', headers, body: '{}' })
  expect(gone.status).toBe(204)
}

test('a rolling restart while a page is sending: each message is in its log once, and no thread is reported as deleted', async ({
  page,
  server,
}) => {
  test.slow()
  const seen = await watchFor(page, 'was deleted', 'Its messages are gone')
  const keys = ['one', 'two', 'three'].map((threadId) => ({ roomId: 'default', threadId }))
  const [one, two, three] = keys as [ThreadKey, ThreadKey, ThreadKey]
  for (const key of keys) await server.play(key, { tokens: 5_000, intervalMs: 10 }, `The ${key.threadId}`)
  await page.goto(addressOf(server, one))
  await expect(stopButton(page)).toBeVisible()
  // Accepted and queued; sent and never answered; sent while the server drains.
  await field(page).fill('Waits in one')
  await field(page).press('Enter')
  await expect.poll(() => written(server, one)).toContain('Waits in one')
  const go = await hold(page, '**/runs', (route) => route.continue().catch(() => {}))
  await listed(page, 'The two').click()
  await field(page).fill('On its way to two')
  await field(page).press('Enter')
  await listed(page, 'The three').click()
  const stopping = server.stop()
  await field(page).fill('Sent to three meanwhile')
  await field(page).press('Enter')
  go()
  await stopping
  await expect(page.getByText('Sent to three meanwhile')).toBeVisible()
  expect(await seen()).toEqual([])
  await server.start()
  await expect.poll(() => written(server, one)).toEqual(['The one', 'Waits in one'])
  await expect.poll(() => written(server, two)).toEqual(['The two', 'On its way to two'])
  await expect.poll(() => written(server, three)).toEqual(['The three', 'Sent to three meanwhile'])
  for (const key of keys) {
    await page.goto(addressOf(server, key))
    await expect(questionOf(page, `The ${key.threadId}`)).toBeVisible()
    await expect(field(page)).toHaveValue('')
  }
  expect(await seen()).toEqual([])
})

for (const away of ['away', 'HTML 200', 'HTML 502'] as const) {
  test(`an accepted start whose answer is lost, then two minutes of “${away}”: never “Not sent”, and sent once`, async ({
    page,
    server,
  }) => {
    await withProxy(server, async (proxy) => {
      const seen = await watchFor(page, 'Not sent')
      await ownTime(page)
      await page.goto(`${proxy.url}/rooms/default`)
      await expect(sendButton(page)).toBeVisible()
      proxy.become('swallow the answer', RUNS)
      await send(page, 'Hello there')
      const key = keyOf(page)
      await expect.poll(() => written(server, key).catch(() => [])).toEqual(['Hello there'])
      proxy.become('away')
      proxy.become(away)
      await pass(page, 120)
      await expect(questionOf(page, 'Hello there')).toHaveCount(1)
      await expect(field(page)).toHaveValue('')
      proxy.become('pass on')
      await expect
        .poll(async () => {
          await pass(page, 5)
          return page.getByTestId('assistant-text').count()
        })
        .toBe(1)
      await expect(questionOf(page, 'Hello there')).toHaveCount(1)
      await expect(field(page)).toHaveValue('')
      expect(await seen()).toEqual([])
      expect(await server.runs(key)).toHaveLength(1)
    })
  })
}

test('a gateway answers every start with a page: a message that the log shows counts as sent', async ({
  page,
  server,
}) => {
  await withProxy(server, async (proxy) => {
    const seen = await watchFor(page, 'Not sent')
    await ownTime(page)
    await page.goto(`${proxy.url}/rooms/default`)
    await expect(sendButton(page)).toBeVisible()
    proxy.become('pass on, HTML 200', RUNS)
    await send(page, 'Hello there')
    await expect(page.getByTestId('assistant-text')).toHaveCount(1)
    await pass(page, 120)
    await expect(questionOf(page, 'Hello there')).toHaveCount(1)
    await expect(field(page)).toHaveValue('')
    expect(await seen()).toEqual([])
    expect(await server.runs(keyOf(page))).toHaveLength(1)
  })
})

test('“Not sent” and its returned text disappear in both tabs once the log shows the message; edited text stays', async ({
  page,
  server,
}) => {
  test.slow()
  await withProxy(server, async (proxy) => {
    await page.clock.install()
    await page.goto(`${proxy.url}/rooms/default`)
    await send(page, 'First')
    await expect(page.getByTestId('assistant-text')).toHaveCount(1)
    await expect(sendButton(page)).toBeVisible()
    const key = keyOf(page)
    const lose = async (text: string) => {
      proxy.become('HTML 502', RUNS)
      await send(page, text)
      await expect
        .poll(async () => {
          await pass(page, 10)
          return notSent(page).count()
        })
        .toBe(1)
      await expect(field(page)).toHaveValue(text)
    }
    const arriveLate = async () => {
      const headers = { origin: server.url, 'content-type': 'application/json' }
      const body = proxy.kept.at(-1) ?? ''
      const answer = await fetch(server.url + paths.runs(key), { method: 'POST', headers, body })
      expect(answer.status).toBe(202)
      proxy.become('pass on')
    }
    await lose('Hello there')
    const twin = await duplicate(page)
    await expect(field(twin)).toHaveValue('Hello there')
    await arriveLate()
    for (const each of [page, twin]) {
      await expect(questionOf(each, 'Hello there')).toHaveCount(1)
      await expect(field(each)).toHaveValue('')
      await expect(notSent(each)).toHaveCount(0)
    }
    await twin.close()
    await expect(sendButton(page)).toBeVisible()

    await lose('And then')
    await field(page).fill('And then? Tell me')
    await arriveLate()
    await expect(questionOf(page, 'And then')).toHaveCount(1)
    await expect(notSent(page)).toHaveCount(0)
    await expect(field(page)).toHaveValue('And then? Tell me')
    await field(page).fill('')
    await expect(sendButton(page)).toBeVisible()

    // Sent again as it came back, it is the same message, though the first one arrives as well.
    await lose('Once more')
    const sent = JSON.parse(proxy.kept.at(-1) ?? '{}')
    await sendButton(page).click()
    await expect.poll(() => proxy.kept.length).toBeGreaterThan(0)
    await arriveLate()
    expect(JSON.parse(proxy.kept.at(-1) ?? '{}')).toEqual(sent)
    await pass(page, 15)
    await expect(questionOf(page, 'Once more')).toHaveCount(1)
    expect(await written(server, key)).toEqual(['First', 'Hello there', 'And then', 'Once more'])
  })
})

test('a draft survives closing its tab and appears in the next window; sent in one tab, it disappears from the other', async ({
  context,
  server,
}) => {
  const key = { roomId: 'default', threadId: 'here' }
  await server.play(key, { tokens: 3, intervalMs: 1 }, 'Here')
  const first = await context.newPage()
  await first.goto(addressOf(server, key))
  await field(first).fill('half a thought')
  await first.close()
  const page = await context.newPage()
  await page.goto(addressOf(server, key))
  await expect(field(page)).toHaveValue('half a thought')

  const twin = await duplicate(page)
  await expect(field(twin)).toHaveValue('half a thought')
  await field(page).fill('half a thought, finished')
  await expect(field(twin)).toHaveValue('half a thought, finished')
  await sendButton(page).click()
  await expect(questionOf(twin, 'half a thought, finished')).toHaveCount(1)
  await expect(field(twin)).toHaveValue('')

  await field(page).fill('mine')
  await field(twin).fill('and mine')
  await expect(field(page)).toHaveValue('mine')
  await expect(sendButton(page)).toBeVisible()
  await sendButton(page).click()
  await expect(questionOf(twin, 'mine')).toHaveCount(1)
  await expect(field(twin)).toHaveValue('and mine')
})

test('a message abandoned by one of two tabs is either sent or returned, not both', async ({
  page,
  modelServer: server,
  provider,
}) => {
  await page.context().route('**/runs', (route) => route.abort())
  await page.goto(`${server.url}/rooms/models`)
  await send(page, askFor({ words: 20, pauseAt: 5 }))
  await expect(stopButton(page)).toBeVisible()
  const key = keyOf(page)
  const twin = await duplicate(page)
  await expect(stopButton(twin)).toBeVisible()
  await stopButton(page).click()
  await expect(field(page)).toHaveValue(askFor({ words: 20, pauseAt: 5 }))
  await page.context().unroute('**/runs')
  await expect(twin.getByText('Sending…')).toHaveCount(0)
  expect((await provider.asked()).calls).toBe(0)
  expect(await written(server, key).catch(() => [])).toEqual([])
  await sendButton(page).click()
  await expectAnswers(page, wordsText({ words: 20 }, 5))
  await provider.goOn()
  await expectAnswers(twin, wordsText({ words: 20 }))
  for (const each of [page, twin]) await expect(field(each)).toHaveValue('')
  expect(await written(server, key)).toEqual([askFor({ words: 20, pauseAt: 5 })])
})

test('the draft of a thread that is deleted elsewhere is offered on its page and in its room', async ({
  page,
  server,
}) => {
  const doomed = { roomId: 'default', threadId: 'doomed' }
  const other = { roomId: 'default', threadId: 'other' }
  for (const key of [doomed, other]) await server.play(key, { tokens: 3, intervalMs: 1 }, `The ${key.threadId}`)
  await page.goto(addressOf(server, doomed))
  await expectAnswers(page, scriptText({ tokens: 3 }))
  await field(page).fill('half a thought')
  await remove(server, doomed)
  const kept = page.getByRole('region', { name: 'Your unsent message' })
  await expect(page.getByText('This thread was deleted')).toBeVisible()
  await expect(kept).toContainText('half a thought')
  await page.reload()
  await expect(kept).toContainText('half a thought')
  await kept.getByRole('button', { name: 'Move to a new thread' }).click()
  await expect(page).toHaveURL(`${server.url}/rooms/default`)
  await expect(field(page)).toHaveValue('half a thought')
  await expect(kept).toHaveCount(0)
  await field(page).fill('')

  // Deleted while something else is on the screen.
  await page.goto(addressOf(server, other))
  await field(page).fill('another thought')
  await page.getByRole('link', { name: 'Default' }).first().click()
  await expect(field(page)).toHaveValue('')
  await remove(server, other)
  await expect(page.getByText('A thread you were writing in was deleted.')).toBeVisible()
  await expect(kept).toContainText('another thought')
  await kept.getByRole('button', { name: 'Discard' }).click()
  await expect(kept).toHaveCount(0)

  // Deleted while no page was open.
  const unseen = { roomId: 'default', threadId: 'unseen' }
  await server.play(unseen, { tokens: 3, intervalMs: 1 }, 'The unseen')
  await page.goto(addressOf(server, unseen))
  await field(page).fill('a last thought')
  await expect(field(page)).toHaveValue('a last thought')
  await page.goto('about:blank')
  await remove(server, unseen)
  await page.goto(`${server.url}/rooms/default`)
  await expect(kept).toContainText('a last thought')
})
