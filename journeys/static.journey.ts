/** The page without a server of ours: a folder on a file server, and somebody else's AG-UI server (docs/STATIC.md). */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test as base, expect, type Page } from '@playwright/test'
import { type AgUiServer, agentsWords, startAgUiServer } from './agui-server.ts'
import { type FileServer, serveFiles } from './file-server.ts'
import { answers, expectAnswers, expectWritten, listed, send, stopButton } from './journey.ts'

const FOLDER = fileURLToPath(new URL('../apps/chat/static/dist', import.meta.url))

const test = base.extend<{ agent: AgUiServer; files: FileServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  agent: async ({}, use) => {
    const agent = await startAgUiServer()
    await use(agent)
    await agent.close()
  },
  files: async ({ agent }, use) => {
    if (!existsSync(FOLDER)) throw new Error('The static page is not built. Build it: npm run build:static')
    const agents = [{ agentId: 'words', title: 'Words', url: agent.url }]
    const files = await serveFiles(FOLDER, { 'holdfast.json': JSON.stringify({ agents }) })
    await use(files)
    await files.close()
  },
})

const LEAVING = 'Keep this page open. Leaving it ends the answer.'

async function startThread(page: Page, text: string): Promise<void> {
  await page
    .getByRole('button', { name: 'New thread' })
    .or(page.getByRole('link', { name: 'New thread' }))
    .first()
    .click()
  await send(page, text)
}

test('S002-28 a folder of files is the whole application: send, stream, switch threads, reload, against an AG-UI server from npm', async ({
  page,
  files,
  agent,
}) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(files.url)
  await send(page, 'Say 20 words, pause at 5')
  await expectWritten(page, 'w4')
  await expect(page.getByText(LEAVING)).toBeVisible()

  await startThread(page, 'Say 4 words')
  await expectAnswers(page, agentsWords(4))
  await expect(page.getByText(LEAVING)).toBeHidden()
  await listed(page, 'Say 20 words').click()
  await expectAnswers(page, agentsWords(5))
  await expect(stopButton(page)).toBeVisible()
  agent.goOn()
  await expectAnswers(page, agentsWords(20))

  await page.reload()
  await expectAnswers(page, agentsWords(20))
  await listed(page, 'Say 4 words').click()
  await expectAnswers(page, agentsWords(4))

  const origins = new Set([new URL(files.url).origin, new URL(agent.url).origin])
  expect(asked.filter((url) => url.startsWith('http') && !origins.has(new URL(url).origin))).toEqual([])
  expect(asked.filter((url) => new URL(url).pathname.startsWith('/v1'))).toEqual([])
  expect(files.missed).toEqual([])
})

test('leaving the page ends its answer, and says so before and after', async ({ context, files, agent }) => {
  const page = await context.newPage()
  await page.goto(files.url)
  await send(page, 'Say 20 words, pause at 5')
  await expectWritten(page, 'w4')
  const asked = page.waitForEvent('dialog')
  const closing = page.close({ runBeforeUnload: true })
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.accept()
  await closing

  const next = await context.newPage()
  await next.goto(files.url)
  await listed(next, 'Say 20 words').click()
  await expectAnswers(next, agentsWords(5))
  await expect(
    next.getByTestId('conversation').getByText(/The page was closed while this answer was being written/),
  ).toBeVisible()
  await next.getByRole('button', { name: 'Retry' }).click()
  // The agent was still busy with the run of the closed page, and was asked to stop it.
  const answer = async () => {
    agent.goOn()
    return answers(next).last().textContent()
  }
  await expect.poll(answer).toContain('w19')
})

test('a second tab follows an answer that the first one receives, and stops it', async ({ context, files, agent }) => {
  const page = await context.newPage()
  await page.goto(files.url)
  await send(page, 'Say 20 words, pause at 5')
  await expectWritten(page, 'w4')
  const other = await context.newPage()
  await other.goto(files.url)
  await listed(other, 'Say 20 words').click()
  await expectAnswers(other, agentsWords(5))
  await expect(other.getByText(LEAVING)).toBeHidden()
  await stopButton(other).click()
  await expect(stopButton(other)).toBeHidden()
  await expect(stopButton(page)).toBeHidden()
  await expectAnswers(page, agentsWords(5))
  agent.goOn()
  await expectAnswers(other, agentsWords(5))
})

test('without a network conversations can be read, and a message is kept until it can be sent', async ({
  context,
  page,
  files,
}) => {
  await page.goto(files.url)
  await send(page, 'Say 4 words')
  await expectAnswers(page, agentsWords(4))
  await startThread(page, 'Say 6 words')
  await expectAnswers(page, agentsWords(6))
  await context.setOffline(true)
  await listed(page, 'Say 4 words').click()
  await expectAnswers(page, agentsWords(4))
  await send(page, 'Say 2 words')
  await expect(page.getByTestId('conversation').getByText('This device is offline.')).toBeVisible()
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Retry' }).click()
  await expectAnswers(page, agentsWords(4), agentsWords(2))
})
