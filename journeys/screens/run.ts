/**
 * `npm run screens`: takes a picture of every state of the page, in both themes, wide and narrow, from a real server, and
 * puts them on one sheet, test-results/screens/index.html. They are to be looked at; nothing is compared.
 *
 * `npm run screens -- queue` takes the pictures with that word in their name.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium as launcher, type Page } from 'playwright'
import { chromium } from '../../scripts/chromium.ts'
import { createHoldfastServer } from '../server.ts'
import { ACTING } from './acting-screens.ts'
import { BROKEN } from './broken-screens.ts'
import { COMPOSER } from './composer-screens.ts'
import { CONVERSATION } from './conversation-screens.ts'
import { furnish, furnishCrowd, furnishMany } from './furnish.ts'
import { EMPTY, OVER } from './over-screens.ts'
import { NOTHING_YET, RETURNING } from './returning-screens.ts'
import { fileOf, sheetOf, THEMES } from './sheet.ts'
import { CROWDED, SIDE } from './side-screens.ts'
import { createStage, type Screen, SIZES, type Size, type Stage } from './stage.ts'

const TO = fileURLToPath(new URL('../../test-results/screens/', import.meta.url))
const CONFIG = fileURLToPath(new URL('./holdfast.config.ts', import.meta.url))
const QUIET = { HOLDFAST_LOG: 'silent', OPENAI_BASE_URL: '', OPENAI_MODEL: '', OPENAI_API_KEY: '', AGUI_URL: '' }

interface Suite {
  readonly env: Readonly<Record<string, string>>
  readonly screens: readonly Screen[]
  furnish(stage: Stage): Promise<void>
}

/** Each runs on a server of its own, in this order. */
const SUITES: readonly Suite[] = [
  { env: QUIET, screens: [...EMPTY, ...NOTHING_YET], furnish: async () => {} },
  {
    env: { ...QUIET, HOLDFAST_CONFIG: CONFIG, SCREENS_AT_ONCE: '3' },
    screens: CROWDED,
    furnish: furnishCrowd,
  },
  {
    env: { ...QUIET, HOLDFAST_CONFIG: CONFIG },
    screens: [...CONVERSATION, ...ACTING, ...COMPOSER, ...SIDE, ...OVER, ...RETURNING, ...BROKEN],
    async furnish(stage) {
      await furnish(stage)
      if (wanted.length === 0 || wanted.some((word) => 'more threads five thousand'.includes(word)))
        await furnishMany(stage)
    },
  },
]

const wanted = process.argv.slice(2)
const isWanted = ({ name }: Screen) => wanted.length === 0 || wanted.some((word) => name.includes(word))
const sizesOf = ({ sizes }: Screen) => sizes ?? (['wide', 'narrow'] as const)
const troubles: string[] = []

rmSync(TO, { recursive: true, force: true })
mkdirSync(TO, { recursive: true })
const began = performance.now()
const browser = await launcher.launch(chromium)
try {
  // Both sizes at once. Each has its own servers, so that neither changes the other's pictures.
  await Promise.all([takeAll(browser, 'wide'), takeAll(browser, 'narrow')])
} finally {
  await browser.close()
}
const screens = SUITES.flatMap((suite) => suite.screens.filter(isWanted))
writeFileSync(`${TO}index.html`, sheetOf(screens.map((screen) => ({ name: screen.name, sizes: sizesOf(screen) }))))
const pictures = screens.reduce((sum, screen) => sum + sizesOf(screen).length * THEMES.length, 0)
say(
  `${screens.length} states, ${pictures} pictures in ${Math.round((performance.now() - began) / 1_000)} s: ${TO}index.html`,
)
for (const trouble of troubles) say(trouble)
process.exitCode = troubles.length > 0 ? 1 : 0

async function takeAll(from: Browser, size: Size): Promise<void> {
  for (const suite of SUITES) {
    const of = suite.screens.filter((screen) => isWanted(screen) && sizesOf(screen).includes(size))
    if (of.length === 0) continue
    const server = await createHoldfastServer(suite.env)
    const context = await from.newContext({ ...SIZES[size], reducedMotion: 'reduce' })
    context.setDefaultTimeout(30_000)
    try {
      await server.start()
      const stage = createStage(await context.newPage(), server, size)
      await suite.furnish(stage)
      for (const screen of of) await take(stage, screen)
    } finally {
      await context.close()
      await server.dispose()
    }
  }
}

/** A state that cannot be reached does not prevent the other pictures. */
async function take(stage: Stage, screen: Screen): Promise<void> {
  try {
    await screen.show(stage)
    for (const theme of THEMES) await picture(stage.page, theme, TO + fileOf(screen.name, stage.size, theme))
  } catch (cause) {
    troubles.push(`“${screen.name}”, ${stage.size}: ${cause instanceof Error ? cause.message : String(cause)}`)
    await stage.page.screenshot({ path: TO + fileOf(screen.name, stage.size, 'light') })
  }
  await screen.after?.(stage)
  await stage.page.goto('about:blank')
  await stage.putAway()
}

async function picture(page: Page, colorScheme: 'light' | 'dark', path: string): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.screenshot({ path, animations: 'disabled' })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
