/**
 * A thread of 5,000 messages that the device has, beside the same thread without the device cache: the real page on a real server,
 * in Chromium. `node bench/cache.ts` prints the table.
 *
 * The page is open and the thread is not. The time runs from the click on its entry to the painted last message. The way to
 * the server takes as long as on a good mobile network; without that, a snapshot over loopback costs nothing that a person
 * ever sees, and most of the time is the rendering. Both ways are measured without it too.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { type BrowserContext, chromium as launcher, type Page } from 'playwright'
import { build } from 'vite'
import { chromium } from '../scripts/chromium.ts'
import { runAlone } from './alone.ts'
import { furnish, LAST, LONG, MESSAGES, OTHER } from './long-thread.ts'
import { installProbe } from './page-probe.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { startProcess } from './server-process.ts'

const APP = fileURLToPath(new URL('../apps/chat', import.meta.url))
const SERVER = fileURLToPath(new URL('./page-server.ts', import.meta.url))
const ROUNDS = 5
const SETTLED_MS = 1_500
/** "Fast 4G" of Chrome's developer tools: 165 ms, 8.1 Mbit/s down, 1.35 Mbit/s up. */
const MOBILE = { offline: false, latency: 165, downloadThroughput: 1_012_500, uploadThroughput: 168_750 }

export async function measureCache(): Promise<BenchSection> {
  const place = await mkdtemp(join(tmpdir(), 'holdfast-cache-'))
  const webRoot = join(place, 'page')
  let child: ChildProcess | undefined
  const browser = await launcher.launch(chromium)
  try {
    await build({ root: APP, configFile: join(APP, 'vite.config.ts'), logLevel: 'error', build: { outDir: webRoot } })
    const env = { PORT: '0', HOLDFAST_DATA: join(place, 'data'), HOLDFAST_LOG: 'error', OPENAI_BASE_URL: '' }
    const server = await startProcess([SERVER, webRoot], env)
    child = server.child
    await furnish(server.url)
    const context = () => browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' })
    return sectionOf({
      kept: await opened(await context(), server.url, { kept: true, mobile: true }),
      asked: await opened(await context(), server.url, { kept: false, mobile: true }),
      keptHere: await opened(await context(), server.url, { kept: true, mobile: false }),
      askedHere: await opened(await context(), server.url, { kept: false, mobile: false }),
    })
  } finally {
    await browser.close()
    if (child) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await rm(place, { recursive: true, force: true })
  }
}

interface Found {
  readonly kept: number
  readonly asked: number
  readonly keptHere: number
  readonly askedHere: number
}

function sectionOf({ kept, asked, keptHere, askedHere }: Found): BenchSection {
  return {
    title: `The device cache: a thread of ${MESSAGES.toLocaleString('en')} messages, from the click to its last message painted`,
    rows: [
      { name: 'mobile network, not on the device', value: asked, unit: 'ms' },
      { name: 'mobile network, on the device', value: kept, unit: 'ms', ratio: kept / asked, of: 'not on the device' },
      { name: 'loopback, not on the device', value: askedHere, unit: 'ms' },
      {
        name: 'loopback, on the device',
        value: keptHere,
        unit: 'ms',
        ratio: keptHere / askedHere,
        of: 'not on the device',
      },
    ],
    aims: [onlyHere(atMost('opening a thread that the device has, against asking for it', kept / asked, 0.5))],
  }
}

/** Each round is a page of its own, so that only the device can have the thread. */
async function opened(
  context: BrowserContext,
  url: string,
  { kept, mobile }: { readonly kept: boolean; readonly mobile: boolean },
): Promise<number> {
  await context.addInitScript(installProbe)
  // Without a database there is no device cache: that is the fallback, and the comparison.
  if (!kept) await context.addInitScript(() => void Reflect.deleteProperty(window, 'indexedDB'))
  if (kept) {
    const page = await context.newPage()
    await page.goto(url + paths.page(LONG))
    await page.evaluate((words) => window.probe.seen(words), LAST)
    await page.waitForFunction(hasRow)
    await page.close()
  }
  const spent: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await context.newPage()
    await page.goto(url + paths.page(OTHER))
    await page.getByRole('log').getByText('t0').waitFor()
    // The page itself is loaded: only the thread is on its way.
    await page.waitForTimeout(SETTLED_MS)
    if (mobile) await (await context.newCDPSession(page)).send('Network.emulateNetworkConditions', MOBILE)
    spent.push(await switchTo(page))
    await page.close()
  }
  await context.close()
  return median(spent)
}

/** Milliseconds from the click on its entry to its last message. */
function switchTo(page: Page): Promise<number> {
  const link = page.getByRole('navigation', { name: 'Threads' }).getByRole('link', { name: 'Long' })
  return link.evaluate(async (element, words) => {
    const began = performance.now()
    ;(element as HTMLElement).click()
    return (await window.probe.seen(words)) - began
  }, LAST)
}

function hasRow(): Promise<boolean> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('holdfast')
    opening.onsuccess = () => {
      const db = opening.result
      const asked = db.objectStoreNames.contains('threads')
        ? db.transaction('threads').objectStore('threads').get(['local', 'default', 'long'])
        : undefined
      if (!asked) {
        db.close()
        resolve(false)
        return
      }
      asked.onsuccess = () => {
        db.close()
        resolve(asked.result !== undefined)
      }
    }
  })
}

if (import.meta.main) await runAlone(measureCache)
