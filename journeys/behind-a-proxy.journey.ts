/**
 * Proxies as people have them: streams held back, cut or replaced, unreadable answers, an address that was not
 * configured.
 */
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { answers, connectionLine, expect, expectAnswers, send, stopButton, test } from './journey.ts'
import { askFor, wordsText } from './provider.ts'
import { createProxy, type HttpProxy, type Manner } from './proxy.ts'
import type { HoldfastServer } from './server.ts'

const POLLS = 'Live updates are blocked'

function addressOf({ url }: Pick<HttpProxy, 'url'>, threadId: string, roomId = 'models'): string {
  return `${url}/rooms/${roomId}/threads/${threadId}`
}

async function behind(
  server: HoldfastServer,
  manner: Manner,
  use: (proxy: HttpProxy) => Promise<void>,
  keepsHost = true,
): Promise<void> {
  const proxy = await createProxy(server.port, keepsHost)
  proxy.turn(manner)
  try {
    await use(proxy)
  } finally {
    await proxy.close()
  }
}

test('a proxy holds streams back: an answer still appears while it is written, Stop works, and streaming resumes once it can', async ({
  page,
  modelServer: server,
  provider,
}) => {
  test.slow()
  await behind(server, 'hold', async (proxy) => {
    await page.goto(`${proxy.url}/rooms/models`)
    const long = { words: 400, letter: 'a', pauseAt: 50 }
    await send(page, askFor(long))
    await expectAnswers(page, wordsText(long, 50))
    await expect(page.getByText(POLLS)).toBeVisible()
    await expect(connectionLine(page)).toHaveCount(0)
    await stopButton(page).click()
    await expect(page.getByRole('log').getByText('Stopped')).toBeVisible()

    proxy.turn('flow')
    await expect(page.getByText(POLLS)).toHaveCount(0, { timeout: 60_000 })
    const polls = () => proxy.asked.filter((each) => each === 'POST /v1/poll').length
    const before = polls()
    const short = { words: 30, letter: 'b' }
    await send(page, askFor(short))
    await expect(answers(page).last()).toContainText('b29')
    expect(polls()).toBe(before)
    expect((await provider.asked()).calls).toBe(2)
  })
})

for (const manner of ['html', 'empty', 'lumps', 'cut'] as const) {
  test(`a proxy answers streams with “${manner}”: an answer appears while it is written, and nothing is lost or duplicated`, async ({
    page,
    modelServer: server,
    provider,
  }) => {
    test.slow()
    await behind(server, manner, async (proxy) => {
      await page.goto(`${proxy.url}/rooms/models`)
      const long = { words: 120, letter: 'a', pauseAt: 60 }
      await send(page, askFor(long))
      await expectAnswers(page, wordsText(long, 60))
      await provider.goOn()
      await expectAnswers(page, wordsText(long))
      const more = { words: 40, letter: 'b' }
      await send(page, askFor(more))
      await expectAnswers(page, wordsText(long), wordsText(more))
    })
  })
}

test('a required sign-in, an HTML page and an unreadable answer are each reported, and reading resumes by itself', async ({
  page,
  server,
}) => {
  test.slow()
  // A device that keeps what it has shown shows it here, with the trouble in a line above.
  await page.addInitScript(() => void Reflect.deleteProperty(window, 'indexedDB'))
  const key = { roomId: 'default', threadId: 'here' }
  await server.play(key, { tokens: 5, intervalMs: 1 }, 'Here')
  await behind(server, 'flow', async (proxy) => {
    const api = (status: number, type: string, body: string) => (path: string) =>
      path.startsWith('/v1/') ? { status, type, body } : undefined
    const cases = [
      { how: api(401, 'text/plain', 'no'), says: 'You’re signed out' },
      { how: api(200, 'text/html', '<p>Sign in</p>'), says: 'Unexpected answer from the server' },
      { how: api(200, 'application/json', '{}'), says: 'Unexpected answer from the server' },
      { how: api(200, 'application/json', '{"items":['), says: 'Unexpected answer from the server' },
      { how: api(403, 'text/html', 'Forbidden'), says: 'Unexpected answer from the server' },
      { how: api(404, 'text/html', 'Not found'), says: 'Unexpected answer from the server' },
      { how: api(502, 'text/html', 'Bad gateway'), says: 'Can’t reach the server' },
    ]
    for (const { how, says } of cases) {
      proxy.answer(how)
      await page.goto(addressOf(proxy, 'here', 'default'))
      const main = page.getByRole('main')
      await expect(main.getByRole('heading', { name: says })).toBeVisible()
      await expect(main.getByRole('button', { name: 'Try again' })).toBeVisible()
      proxy.answer(undefined)
      // By itself, or sooner with the button.
      await main
        .getByRole('button', { name: 'Try again' })
        .click({ timeout: 5_000 })
        .catch(() => {})
      await expectAnswers(page, 't0 t1 t2 t3 t4 ')
    }

    // A conversation that is already shown stays, and continues.
    proxy.answer(api(401, 'text/plain', 'no'))
    await server.play(key, { tokens: 5, intervalMs: 1, prefix: 'u' }, 'More')
    proxy.turn('cut')
    await page.reload()
    proxy.answer(undefined)
    await expectAnswers(page, 't0 t1 t2 t3 t4 ', 'u0 u1 u2 u3 u4 ')
  })
})

test('behind a proxy that is not configured, the page names the missing setting', async ({ page, server }) => {
  await behind(
    server,
    'flow',
    async (proxy) => {
      await page.goto(`${proxy.url}/rooms/default`)
      await send(page, 'Hello')
      await expect(page.getByText(`HOLDFAST_ORIGIN=${proxy.url}`).first()).toBeVisible()
    },
    false,
  )
})

/** As a browser that blocks storage: tabs share nothing, and some do not even hear each other. */
async function sharingNothing(browser: Browser, hears: boolean): Promise<BrowserContext> {
  const context = await browser.newContext()
  await context.addInitScript((canHear) => {
    const refuse = () => {
      throw new DOMException('Blocked.', 'SecurityError')
    }
    Reflect.deleteProperty(window, 'SharedWorker')
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(window, name, { get: refuse })
    }
    Object.defineProperty(navigator, 'locks', { value: undefined })
    if (!canHear) Reflect.deleteProperty(window, 'BroadcastChannel')
  }, hears)
  return context
}

for (const hears of [true, false]) {
  test(`seven tabs that share nothing over HTTP/1.1 all load, read and write (they can message each other: ${hears})`, async ({
    browser,
    modelServer: server,
    provider,
  }) => {
    test.slow()
    const context = await sharingNothing(browser, hears)
    // One more than a browser's connections to one host.
    const letters = [...'abcdefg']
    const answer = (letter: string) => ({ words: 40, letter, pauseAt: 20 })
    const pages: Page[] = []
    for (const letter of letters) {
      await server.ask({ roomId: 'models', threadId: letter }, askFor(answer(letter)))
      const page = await context.newPage()
      await page.goto(`${server.url}/rooms/models/threads/${letter}`)
      await expectAnswers(page, wordsText(answer(letter), 20))
      pages.push(page)
    }
    await provider.goOn()
    for (const [at, page] of pages.entries()) await expectAnswers(page, wordsText(answer(letters[at] ?? '')))
    const short = { words: 5, letter: 'z' }
    for (const page of [pages[0], pages[6]]) {
      if (!page) throw new Error('No tab.')
      await send(page, askFor(short))
      await expect(answers(page).last()).toContainText('z4')
    }
    await context.close()
  })
}
