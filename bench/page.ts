/**
 * What a person experiences: the real page on a real server, in Chromium, beside a page that does nothing. `node
 * bench/page.ts` prints the table. A thread of 5,000 messages is opened from its address and from another thread, and
 * scrolled line by line. With 20 streaming threads, text is typed and React's commits are counted.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { chromium as launcher, type Page } from 'playwright'
import { build } from 'vite'
import { chromium } from '../scripts/chromium.ts'
import { runAlone } from './alone.ts'
import { ask, furnish, LAST, LONG, MESSAGES, OTHER } from './long-thread.ts'
import { installProbe } from './page-probe.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { startProcess } from './server-process.ts'

const APP = fileURLToPath(new URL('../apps/chat', import.meta.url))
const SERVER = fileURLToPath(new URL('./page-server.ts', import.meta.url))

const ROUNDS = 3
const SCROLLED = { frames: 150, by: -180 }
const THREADS = 20
const TOKEN_MS = 50
const TYPED = 'Someone who asks a lot while a lot is answered types as if nothing happened. '
const WATCHED_MS = 3_000
/** Runs that end together in threads that are not open. */
const ENDING = 50

/** A text and nothing else. */
const NOTHING = `data:text/html,<!doctype html><textarea></textarea><div class="scroll" style="height:600px;overflow:auto"><div style="height:400000px">nothing</div></div>`

export async function measurePage(): Promise<BenchSection> {
  const place = await mkdtemp(join(tmpdir(), 'holdfast-page-'))
  const webRoot = join(place, 'page')
  let child: ChildProcess | undefined
  const browser = await launcher.launch(chromium)
  try {
    await build({ root: APP, configFile: join(APP, 'vite.config.ts'), logLevel: 'error', build: { outDir: webRoot } })
    const env = { PORT: '0', HOLDFAST_DATA: join(place, 'data'), HOLDFAST_LOG: 'error', OPENAI_BASE_URL: '' }
    const server = await startProcess([SERVER, webRoot], env)
    child = server.child
    await furnish(server.url)
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.addInitScript(installProbe)
    return await measure(page, server.url)
  } finally {
    await browser.close()
    if (child) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await rm(place, { recursive: true, force: true })
  }
}

async function measure(page: Page, url: string): Promise<BenchSection> {
  const opened: number[] = []
  const switched: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.goto(url + paths.page(LONG))
    opened.push(await seen(page))
    await page.goto(url + paths.page(OTHER))
    await page.getByRole('log').getByText('t0').waitFor()
    switched.push(await switchTo(page))
  }
  // To the end of the lines measured before and beyond: most lines are rendered for the first time.
  const scrolled = await scroll(page)
  await page.goto(NOTHING)
  const still = await scroll(page)
  const typedAlone = await type(page, page.getByRole('textbox'))

  const ended = await endTogether(page, url)
  await write(url)
  await page.goto(url + paths.page({ roomId: 'default', threadId: 'live-0' }))
  await page.getByRole('log').getByText('t9 ').waitFor()
  const before = await commits(page)
  await page.waitForTimeout(WATCHED_MS)
  const after = await commits(page)
  const perFrame = (after.commits - before.commits) / (after.frames - before.frames)
  const typed = await type(page, page.getByRole('textbox', { name: 'Message' }))

  const quietFrame = Math.max(1_000 / 60, p95(still))
  const quietTyping = Math.max(50, p95(typedAlone))
  return {
    title: `The page: ${MESSAGES.toLocaleString('en')} messages, and typing beside ${THREADS} threads that are being written`,
    rows: [
      { name: `${MESSAGES} messages: from their address to the last one painted`, value: median(opened), unit: 'ms' },
      { name: `${MESSAGES} messages: from another thread`, value: median(switched), unit: 'ms' },
      { name: 'a page that does nothing, scrolled: frame, p95', value: p95(still), unit: 'ms' },
      {
        name: `${MESSAGES} messages, scrolled: frame, p95`,
        value: p95(scrolled),
        unit: 'ms',
        ratio: p95(scrolled) / quietFrame,
        of: 'nothing',
      },
      { name: 'a page that does nothing: key to paint, p95', value: p95(typedAlone), unit: 'ms' },
      {
        name: `beside ${THREADS} threads that are being written: key to paint, p95`,
        value: p95(typed),
        unit: 'ms',
        ratio: p95(typed) / p95(typedAlone),
        of: 'nothing',
      },
      { name: 'React commits a frame, meanwhile', value: perFrame, unit: '' },
      { name: `${ENDING} runs that end in the background: notes in the page`, value: ended.notes, unit: '' },
      { name: 'React commits a frame, meanwhile', value: ended.perFrame, unit: '' },
    ],
    aims: [
      onlyHere(atMost(`${MESSAGES} messages from their address, against 1 s`, median(opened) / 1_000, 1)),
      onlyHere(atMost('scrolled frames p95, against a page that does nothing', p95(scrolled) / quietFrame, 1.5)),
      onlyHere(
        atMost(
          'key to paint p95, against 50 ms, or a page that does nothing where it is more',
          p95(typed) / quietTyping,
          1,
        ),
      ),
      atMost('React commits a frame', perFrame, 1),
      atMost(`notes about ${ENDING} runs that end in the background, of 1`, ended.notes, 1),
      atMost(`React commits a frame while ${ENDING} runs end`, ended.perFrame, 1),
    ],
  }
}

interface Ended {
  /** In the page, once all have ended. */
  readonly notes: number
  readonly perFrame: number
}

async function endTogether(page: Page, url: string): Promise<Ended> {
  await page.goto(url + paths.page(OTHER))
  await page.getByRole('log').getByText('t0').waitFor()
  const before = await commits(page)
  await Promise.all(
    Array.from({ length: ENDING }, (_, n) =>
      ask(
        url,
        { roomId: 'default', threadId: `ending-${n}` },
        {
          messages: [{ id: `e${n}`, role: 'user', content: `End ${n}` }],
          script: { tokens: 20, intervalMs: TOKEN_MS },
        },
      ),
    ),
  )
  await page.getByTestId('toast').getByText(`${ENDING} runs finished`).waitFor()
  const after = await commits(page)
  return {
    notes: await page.getByTestId('toast').count(),
    perFrame: (after.commits - before.commits) / (after.frames - before.frames),
  }
}

function seen(page: Page): Promise<number> {
  return page.evaluate((words) => window.probe.seen(words), LAST)
}

/** Milliseconds from the click on its entry to its last message. */
async function switchTo(page: Page): Promise<number> {
  const link = page.getByRole('navigation', { name: 'Threads' }).getByRole('link', { name: 'Long' })
  return link.evaluate(async (element, words) => {
    const began = performance.now()
    ;(element as HTMLElement).click()
    return (await window.probe.seen(words)) - began
  }, LAST)
}

function scroll(page: Page): Promise<number[]> {
  return page.evaluate(({ frames, by }) => window.probe.scroll('.scroll', frames, by), SCROLLED)
}

async function type(page: Page, field: ReturnType<Page['getByRole']>): Promise<readonly number[]> {
  await field.focus()
  await page.evaluate(() => void window.probe.typed.splice(0))
  await page.keyboard.type(TYPED, { delay: 25 })
  await page.evaluate(() => new Promise<void>((resolve) => window.probe.painted(resolve)))
  return page.evaluate(() => window.probe.typed)
}

function commits(page: Page): Promise<{ readonly commits: number; readonly frames: number }> {
  return page.evaluate(() => ({ commits: window.probe.commits, frames: window.probe.frames }))
}

// ---- what is there

async function write(url: string): Promise<void> {
  await Promise.all(
    Array.from({ length: THREADS }, (_, n) =>
      ask(
        url,
        { roomId: 'default', threadId: `live-${n}` },
        {
          messages: [{ id: `q${n}`, role: 'user', content: `Go on ${n}` }],
          script: { tokens: 100_000, intervalMs: TOKEN_MS },
        },
      ),
    ),
  )
}

function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN
}

if (import.meta.main) await runAlone(measurePage)
