/**
 * What a streamed answer costs the browser: ours beside the plain limit, react-markdown on the whole text and streamdown,
 * in one Chromium, production React, in rounds that take turns. `node bench/render.ts` prints the table.
 *
 * A commit is 4 characters, synchronous; react-markdown's are measured at every tenth length, for its cost depends on the
 * length alone. Script time is Chromium's own figure (CDP ScriptDuration) for the same text at 48 characters a frame.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CDPSession, chromium as launcher, type Page } from 'playwright'
import { build, preview } from 'vite'
import { chromium } from '../scripts/chromium.ts'
import { runAlone } from './alone.ts'
import type { Renderer } from './render-page.tsx'
import { SECTIONS } from './render-text.ts'
import { atMost, type BenchRow, type BenchSection, median } from './report.ts'

const TOKEN = 4
const FRAME = 48
const ROUNDS = 2

const NAMES: Readonly<Record<Renderer, string>> = {
  plain: 'plain text (L)',
  ours: 'Holdfast: only the open tail',
  streamdown: 'streamdown',
  'react-markdown': 'react-markdown, whole text',
}
const RENDERERS = Object.keys(NAMES) as Renderer[]

export async function measureRender(): Promise<BenchSection> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-render-'))
  try {
    return await withPage(outDir, measure)
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}

async function withPage(outDir: string, work: (page: Page) => Promise<BenchSection>): Promise<BenchSection> {
  const shared = { root: import.meta.dirname, configFile: false, logLevel: 'error' } as const
  await build({
    ...shared,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      rolldownOptions: { input: join(import.meta.dirname, 'render.html') },
    },
  })
  const server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
  const browser = await launcher.launch(chromium)
  try {
    const page = await browser.newPage()
    await page.goto(new URL('render.html', server.resolvedUrls?.local[0]).href)
    return await work(page)
  } finally {
    await browser.close()
    await server.close()
  }
}

async function measure(page: Page): Promise<BenchSection> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const commits = new Map(RENDERERS.map((renderer) => [renderer, [] as number[]]))
  const script = new Map(RENDERERS.map((renderer) => [renderer, [] as number[]]))
  const early: number[] = []
  const late: number[] = []
  const commitsOf = (renderer: Renderer) =>
    page.evaluate(([name, size]) => window.bench.commits(name, size), [
      renderer,
      renderer === 'react-markdown' ? TOKEN * 10 : TOKEN,
    ] as const)
  for (const renderer of RENDERERS) await commitsOf(renderer)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const renderer of RENDERERS) {
      const spent = await commitsOf(renderer)
      const inFrames = await scriptMsOf(cdp, () =>
        page.evaluate(([name, size]) => window.bench.frames(name, size), [renderer, FRAME] as const),
      )
      commits.get(renderer)?.push(mean(spent))
      script.get(renderer)?.push(inFrames)
      if (renderer !== 'ours') continue
      const section = spent.length / SECTIONS
      early.push(middle(spent.slice(section, 2 * section)))
      late.push(middle(spent.slice(-section)))
    }
  }
  const commitMs = (renderer: Renderer) => median(commits.get(renderer) ?? [])
  const scriptMs = (renderer: Renderer) => median(script.get(renderer) ?? [])
  const row = (renderer: Renderer, what: string, of: (renderer: Renderer) => number): BenchRow => ({
    name: `${NAMES[renderer]}, ${what}`,
    value: of(renderer),
    unit: 'ms',
    ratio: of(renderer) / of('react-markdown'),
    of: 'react-markdown',
  })
  return {
    title: 'Rendering a 20 kB answer (Chromium, React 19)',
    rows: [
      ...RENDERERS.map((renderer) => row(renderer, 'a commit of one token', commitMs)),
      ...RENDERERS.map((renderer) => row(renderer, 'script at one commit a frame', scriptMs)),
      { name: 'Holdfast, a commit at 2 kB', value: median(early), unit: 'ms' },
      {
        name: 'Holdfast, a commit at 20 kB',
        value: median(late),
        unit: 'ms',
        ratio: median(late) / median(early),
        of: 'at 2 kB',
      },
    ],
    aims: [
      atMost('script, of react-markdown on the whole text', scriptMs('ours') / scriptMs('react-markdown'), 0.2),
      atMost('script, of streamdown', scriptMs('ours') / scriptMs('streamdown'), 0.75),
      atMost('a commit at 20 kB, of one at 2 kB', median(late) / median(early), 1.5),
    ],
  }
}

async function scriptMsOf(cdp: CDPSession, work: () => Promise<unknown>): Promise<number> {
  const before = await scriptSeconds(cdp)
  await work()
  return ((await scriptSeconds(cdp)) - before) * 1000
}

async function scriptSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0
}

/** The mean of the middle half: the browser's clock is too coarse for a median, and a pause of the machine no figure. */
function middle(values: readonly number[]): number {
  const quarter = Math.floor(values.length / 4)
  return mean(values.toSorted((a, b) => a - b).slice(quarter, -quarter))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

if (import.meta.main) await runAlone(measureRender)
