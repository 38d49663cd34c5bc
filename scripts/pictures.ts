/**
 * `npm run pictures`: takes the README's pictures of the real page in both themes, with a real server on temporary
 * data, rooms with finished, live and failed threads, and Chromium. Writes
 * docs/pictures/{conversation,tray,timeline}-{light,dark}.png.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { chromium as launcher, type Page } from 'playwright'
import { chromium } from './chromium.ts'

const TO = 'docs/pictures'
const SIZE = { width: 1440, height: 900 }
const MOST_BYTES = 250_000
/** Between two questions, so that the timeline has something to draw. */
const APART_MS = 8_000
const THEMES = ['light', 'dark'] as const

/** `long`: is live while the pictures are taken; otherwise the demo agent's own answer, or one that fails. */
interface Asked {
  readonly roomId: string
  readonly threadId: string
  readonly question: string
  readonly as: 'answer' | 'long' | 'fails'
}

const ROOMS = [
  { roomId: 'thesis', title: 'Thesis' },
  { roomId: 'garden', title: 'Kitchen garden' },
  { roomId: 'porto', title: 'Move to Porto' },
]
const BEFORE: readonly Asked[] = [
  { roomId: 'garden', threadId: 'tomatoes', question: 'What grows well beside tomatoes?', as: 'answer' },
  { roomId: 'thesis', threadId: 'lease', question: 'How does a lease survive a crash?', as: 'answer' },
  { roomId: 'default', threadId: 'pumps', question: 'Compare three heat pumps', as: 'answer' },
  { roomId: 'porto', threadId: 'van', question: 'Find a van for the last weekend of May', as: 'fails' },
  { roomId: 'garden', threadId: 'pruning', question: 'What needs pruning in March?', as: 'answer' },
]
const MEANWHILE: readonly Asked[] = [
  { roomId: 'thesis', threadId: 'chapter', question: 'Outline the argument of chapter four', as: 'long' },
  { roomId: 'porto', threadId: 'plan', question: 'Plan the move, week by week', as: 'long' },
  { roomId: 'default', threadId: 'bread', question: 'Which bread keeps longest, and why?', as: 'long' },
]
const HERO: Asked = {
  roomId: 'default',
  threadId: 'tab',
  question: 'What happens if I close the tab now?',
  as: 'answer',
}

const data = mkdtempSync(join(tmpdir(), 'holdfast-pictures-'))
const server = spawn(process.execPath, ['apps/chat/serve.ts'], {
  env: { ...process.env, PORT: '0', HOLDFAST_DATA: data, HOLDFAST_LOG: 'error', OPENAI_MODEL: '', AGUI_URL: '' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
const url = line.split(' ').at(-1) ?? ''
const browser = await launcher.launch(chromium)
try {
  console.log(`asking ${BEFORE.length + MEANWHILE.length} questions, ${APART_MS / 1_000} s apart …`)
  for (const room of ROOMS) await post('/v1/rooms', room)
  for (const asked of BEFORE) {
    await ask(asked)
    await wait(APART_MS)
  }
  for (const asked of BEFORE) await over(asked)
  for (const asked of MEANWHILE) {
    await ask(asked)
    await wait(APART_MS)
  }

  mkdirSync(TO, { recursive: true })
  const pages = await Promise.all(THEMES.map(opened))
  await at(pages, `/rooms/${HERO.roomId}/threads/${HERO.threadId}`)
  await ask(HERO)
  await Promise.all(pages.map((page) => page.getByText('The last line is').first().waitFor()))
  await take(pages, 'conversation')

  await Promise.all(pages.map((page) => page.keyboard.press('ControlOrMeta+.')))
  await Promise.all(pages.map((page) => page.getByRole('dialog', { name: 'Runs' }).waitFor()))
  await take(pages, 'tray')

  await over(HERO)
  await at(pages, '/timeline')
  await Promise.all(pages.map((page) => page.getByRole('region', { name: 'Timeline' }).waitFor()))
  await Promise.all(
    pages.map((page) =>
      page
        .getByRole('region', { name: 'Timeline' })
        .getByRole('button', { name: new RegExp(`^${BEFORE[1]?.question.slice(0, 20)}`) })
        .first()
        .click(),
    ),
  )
  await Promise.all(pages.map((page) => page.getByRole('region', { name: 'Run log' }).getByText('Ended').waitFor()))
  await take(pages, 'timeline')
} finally {
  await browser.close()
  server.kill('SIGKILL')
  await once(server, 'exit')
  rmSync(data, { recursive: true, force: true })
}

async function opened(colorScheme: (typeof THEMES)[number]): Promise<Page> {
  return await browser.newPage({ colorScheme, viewport: SIZE, reducedMotion: 'reduce' })
}

async function at(pages: readonly Page[], path: string): Promise<void> {
  for (const page of pages) await page.goto(url + path)
}

async function take(pages: readonly Page[], name: string): Promise<void> {
  for (const [index, page] of pages.entries()) {
    const path = `${TO}/${name}-${THEMES[index]}.png`
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
    const { size } = statSync(path)
    if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MOST_BYTES}.`)
    console.log(`${path}: ${Math.round(size / 1_000)} kB`)
  }
}

async function post(path: string, body: unknown): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

async function ask({ roomId, threadId, question, as }: Asked): Promise<void> {
  const script = as === 'long' ? { tokens: 100_000, intervalMs: 60 } : { tokens: 60, intervalMs: 60, failAfter: 50 }
  await post(`/v1/rooms/${roomId}/threads/${threadId}/runs`, {
    runId: `${threadId}-run`,
    messages: [{ id: `${threadId}-q`, role: 'user', content: question }],
    agentId: 'demo',
    ...(as !== 'answer' && { forwardedProps: { script } }),
  })
}

async function over({ roomId, threadId }: Asked): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/v1/rooms/${roomId}/threads/${threadId}/runs/${threadId}-run`)
    const { status } = (await response.json()) as { status: string }
    if (status === 'succeeded' || status === 'failed') return
    await wait(200)
  }
}
