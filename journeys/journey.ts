/** What every journey uses: its own server, and names for what a person sees and does on the page. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { paths, type ThreadKey } from '@holdfast/core'
import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { type Provider, startProvider } from './provider.ts'
import { createHoldfastServer, type HoldfastServer } from './server.ts'

export { expect }

const PAGE = fileURLToPath(new URL('../apps/chat/dist/index.html', import.meta.url))
const DEMO_ALONE = { OPENAI_BASE_URL: '', OPENAI_MODEL: '', OPENAI_API_KEY: '' }

interface Fixtures {
  /** The provider behind the agent `model`; without it there is only the demo agent. */
  readonly provider: Provider
  readonly server: HoldfastServer
  /** The same, with at most three concurrent runs. */
  readonly fullServer: HoldfastServer
  /** The model that names conversations for `modelServer`; none by default. */
  readonly titleModel: string
  /** The server with the agent `model`, and with a room `models` whose agent it is. */
  readonly modelServer: HoldfastServer
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  provider: async ({}, use) => {
    const provider = await startProvider()
    await use(provider)
    await provider.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  server: async ({}, use) => {
    await withServer(DEMO_ALONE, use)
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  fullServer: async ({}, use) => {
    await withServer({ ...DEMO_ALONE, HOLDFAST_CONFIG: 'journeys/three-places.config.ts' }, use)
  },
  titleModel: ['', { option: true }],
  modelServer: async ({ provider, titleModel }, use) => {
    const env = { OPENAI_BASE_URL: provider.url, OPENAI_MODEL: 'words', OPENAI_API_KEY: 'none' }
    await withServer({ ...env, OPENAI_TITLE_MODEL: titleModel }, async (server) => {
      await server.createRoom({ roomId: 'models', title: 'Models', agentId: 'model' })
      await use(server)
    })
  },
})

/** Each journey ends by asking its server to end in order, and looks whether it does. */
async function withServer(
  env: Readonly<Record<string, string>>,
  use: (server: HoldfastServer) => Promise<void>,
): Promise<void> {
  if (!existsSync(PAGE)) throw new Error('The page is not built. Build it: vite build apps/chat')
  const server = await createHoldfastServer(env)
  try {
    await server.start()
    await use(server)
    await server.cancelRuns()
    await server.stop()
  } finally {
    await server.dispose()
  }
}

export function addressOf(server: Pick<HoldfastServer, 'url'>, key: ThreadKey): string {
  return server.url + paths.page(key)
}

/** Which thread the page's address names. */
export function keyOf(page: Page): ThreadKey {
  const [, , roomId = '', , threadId = ''] = new URL(page.url()).pathname.split('/')
  return { roomId, threadId }
}

/** The window's title, without the number of unread threads. */
export async function expectTitle(page: Page, title: string): Promise<void> {
  await expect.poll(async () => (await page.title()).replace(/^\(\d+\) /, ''), { message: 'the title' }).toBe(title)
}

/** The answers of the agent that are shown, in order. */
export function answers(where: Page | Locator): Locator {
  return where.getByTestId('assistant-text')
}

/** Waits until exactly these answers are shown: every character, nothing else. Markdown ends with its last word. */
export async function expectAnswers(where: Page | Locator, ...texts: readonly string[]): Promise<void> {
  const shown = async () => (await answers(where).allTextContents()).map((text) => text.trimEnd())
  await expect.poll(shown, { message: 'the answers shown' }).toEqual(texts.map((text) => text.trimEnd()))
}

/** Waits until the current answer has reached at least this text. */
export async function expectWritten(page: Page, token: string): Promise<void> {
  await expect(answers(page).last()).toContainText(token)
}

export function questionOf(page: Page, text: string): Locator {
  return page.getByTestId('user-text').filter({ hasText: text })
}

export async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

export function sendButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Send' })
}

export function stopButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Stop', exact: true })
}

/** The main action, in the head of the sidebar. */
export function newThread(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Rooms and threads' }).getByRole('link', { name: 'New thread' })
}

/** The line of a thread in the list. */
export function listed(page: Page, title: string): Locator {
  return page.getByRole('navigation', { name: 'Threads' }).getByRole('link', { name: title })
}

export function connectionLine(page: Page): Locator {
  return page.getByText('Reconnecting… nothing you’ve seen is lost')
}

/** What is announced politely to screen readers. */
export function said(page: Page, text: string): Locator {
  return page.getByRole('status').and(page.getByText(text, { exact: true }))
}

/** Controls that are lower than a finger is wide. */
export function lowControls(page: Page): Promise<readonly string[]> {
  return page.locator('button, a, summary, select, [role="option"], [role="menuitem"]').evaluateAll((controls) =>
    controls
      .filter((control) => control.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      // A moving element (a dialog that settles) measures slightly less than its final size.
      .filter((control) => control.getBoundingClientRect().height < 43.99 && !control.classList.contains('skip'))
      .map((control) => control.outerHTML.slice(0, 120)),
  )
}

/** How a run ended, as the conversation shows it. */
export function ending(page: Page, text: string): Locator {
  return page.getByRole('log').getByText(text)
}
