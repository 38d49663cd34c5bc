/**
 * Many tabs of one browser share one connection. Every tab is live and can write, and the tab with the connection may
 * disappear at any moment.
 */
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { addressOf, expect, expectAnswers, send, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import type { HoldfastServer } from './server.ts'

/** As a browser without shared workers. */
async function withoutSharedWorkers(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext()
  await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
  return context
}

async function openTab(context: BrowserContext, server: HoldfastServer, threadId: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(addressOf(server, { roomId: 'models', threadId }))
  return page
}

/**
 * Freezes the page until the returned function is called: timers and messages wait. Uses the debugger, because the page
 * ran on after Page.setWebLifecycleState.
 */
async function freeze(context: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const session = await context.newCDPSession(page)
  await session.send('Debugger.enable')
  const paused = new Promise<void>((resolve) => session.once('Debugger.paused', () => resolve()))
  await session.send('Debugger.pause')
  // It stops at the next statement, whatever it is of.
  void session.send('Runtime.evaluate', { expression: 'void 0' })
  await paused
  return async () => {
    await session.send('Debugger.resume')
    await session.detach()
  }
}

/** Which tabs have the right to the connection, by the browser's own word. */
function leaders(page: Page): Promise<readonly (string | undefined)[]> {
  return page.evaluate(async () => {
    const { held = [] } = await navigator.locks.query()
    return held.filter(({ name }) => name?.endsWith(' leads')).map(({ clientId }) => clientId)
  })
}

/** How many tabs have that right or stand in line for it. */
function inLine(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query()
    return [...held, ...pending].filter(({ name }) => name?.endsWith(' leads')).length
  })
}

/** How many threads the server sends to readers, each counted as often as it is read. */
async function readers({ url }: HoldfastServer): Promise<number> {
  const figures = await (await fetch(`${url}/metrics`)).text()
  return Number(/^holdfast_readers (\d+)$/m.exec(figures)?.[1] ?? Number.NaN)
}

test('twenty tabs over plain HTTP/1.1 each stream a run, and the next request completes (S001-53, S001-51, S001-52)', async ({
  browser,
  modelServer: server,
  provider,
}) => {
  test.slow()
  const context = await browser.newContext()
  const letters = [...'abcdefghijklmnopqrst']
  const answer = (letter: string) => ({ words: 60, letter, pauseAt: 20 })
  for (const letter of letters) await server.ask({ roomId: 'models', threadId: letter }, askFor(answer(letter)))
  const pages: Page[] = []
  for (const letter of letters) {
    const page = await openTab(context, server, letter)
    await expectAnswers(page, wordsText(answer(letter), 20))
    pages.push(page)
  }

  // Each of them reads a stream that has not ended: six would be all that a browser opens.
  const [writing, closing] = pages
  if (!writing || !closing) throw new Error('No tabs.')
  expect(await writing.evaluate(async () => (await fetch('/v1/rooms')).status)).toBe(200)
  const asked = await openTab(context, server, 'one-more')
  await send(asked, askFor({ words: 5, letter: 'z' }))
  await expectAnswers(asked, wordsText({ words: 5, letter: 'z' }))

  await closing.close()
  await provider.goOn()
  for (const [n, page] of pages.entries()) {
    if (page !== closing) await expectAnswers(page, wordsText(answer(letters[n] ?? '')))
  }
  expect(await provider.asked()).toEqual({ calls: 21, hungUp: 0 })
  await context.close()
})

test('without shared workers a tab leads; when it is killed or frozen, nothing is lost or duplicated, and every tab can write (S001-52)', async ({
  browser,
  modelServer: server,
  provider,
}) => {
  const context = await withoutSharedWorkers(browser)
  const first = { words: 60, pauseAt: 20 }
  const second = { words: 60, letter: 'b' }
  const key = { roomId: 'models', threadId: 'shared' }
  await server.ask(key, askFor(first))
  async function openInLine(place: number): Promise<Page> {
    const page = await openTab(context, server, 'shared')
    await expect.poll(() => inLine(page)).toBe(place)
    return page
  }
  const [leader, next, third, fourth] = [
    await openInLine(1),
    await openInLine(2),
    await openInLine(3),
    await openInLine(4),
  ]
  for (const page of [leader, next, third, fourth]) await expectAnswers(page, wordsText(first, 20))
  await expect.poll(() => readers(server)).toBe(1)

  await leader.close()
  await provider.goOn()
  for (const page of [next, third, fourth]) await expectAnswers(page, wordsText(first))

  // It stood in line first: it leads now, and falls asleep.
  const [asleep] = await leaders(next)
  const wake = await freeze(context, next)
  await send(third, askFor(second))
  for (const page of [third, fourth]) await expectAnswers(page, wordsText(first), wordsText(second))
  await expect.poll(() => leaders(third)).not.toContain(asleep)
  await wake()
  await expectAnswers(next, wordsText(first), wordsText(second))
  expect(await provider.asked()).toEqual({ calls: 2, hungUp: 0 })

  const last = { words: 5, letter: 'c' }
  await send(next, askFor(last))
  for (const page of [next, fourth]) await expectAnswers(page, wordsText(first), wordsText(second), wordsText(last))
  expect(await leaders(third)).toHaveLength(1)
  await context.close()
})
