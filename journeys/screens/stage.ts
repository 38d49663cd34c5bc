/**
 * One page of one size on one server, and what a picture needs of both.
 *
 * Owns: how a thread is created and removed. Does not know: what is pictured.
 */
import { paths, type StartBody, type ThreadInfo, type ThreadKey } from '@holdfast/core'
import type { Page } from 'playwright'
import type { HoldfastServer } from '../server.ts'
import type { Question } from './plays.ts'

export const SIZES = {
  wide: { viewport: { width: 1440, height: 900 } },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const

export type Size = keyof typeof SIZES

/** A state of the page. */
export interface Screen {
  /** Of its files. */
  readonly name: string
  /** Both, if absent. */
  readonly sizes?: readonly Size[]
  /** Brings the page there. */
  show(stage: Stage): Promise<unknown>
  /** Undoes what loading another page does not. */
  after?(stage: Stage): Promise<unknown>
}

export interface Stage {
  readonly page: Page
  readonly server: HoldfastServer
  readonly size: Size
  /** Loads the page at an address, or that of a thread. */
  open(where: string | ThreadKey): Promise<void>
  /** Starts a thread, or continues one, and returns its key. */
  ask(question: Question, body?: Partial<StartBody>, key?: ThreadKey): Promise<ThreadKey>
  /** The same, and opens it. */
  openAsked(question: Question, body?: Partial<StartBody>): Promise<ThreadKey>
  /** Waits until all its runs have ended. */
  over(key: ThreadKey): Promise<void>
  send(method: 'POST' | 'PATCH' | 'PUT', path: string, body?: unknown): Promise<void>
  /** The list of rooms and threads: a drawer, on a narrow page. */
  openSide(): Promise<void>
  /** Keeps the current threads of the first room. */
  keep(): Promise<void>
  /** Deletes what came into the first room since. */
  putAway(): Promise<void>
}

const ROOM = 'default'

export function createStage(page: Page, server: HoldfastServer, size: Size): Stage {
  let kept = new Set<string>()
  let count = 0

  async function send(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
    const response = await fetch(server.url + path, { method, ...(body !== undefined && json) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  }
  async function threads(): Promise<readonly ThreadInfo[]> {
    const response = await fetch(`${server.url}${paths.threads(ROOM)}?limit=200`)
    return ((await response.json()) as { items: readonly ThreadInfo[] }).items
  }
  const stage: Stage = {
    page,
    server,
    size,
    send,
    async open(where) {
      await page.goto(server.url + (typeof where === 'string' ? where : paths.page(where)))
    },
    async ask(question, body, key = { roomId: ROOM, threadId: `guest-${count}` }) {
      count += 1
      const runId = `run-${count}`
      const messages: StartBody['messages'] = [{ id: `q-${count}`, role: 'user', content: question }]
      await send('POST', paths.runs(key), { runId, messages, ...body } satisfies StartBody)
      return key
    },
    async openAsked(question, body) {
      const key = await stage.ask(question, body)
      await stage.open(key)
      return key
    },
    async over(key) {
      for (;;) {
        const { runs } = await server.snapshot(key)
        if (runs.every((run) => 'outcome' in run)) return
        await page.waitForTimeout(20)
      }
    },
    async openSide() {
      if (size === 'narrow') await page.getByRole('button', { name: 'Rooms and threads' }).click()
    },
    async keep() {
      kept = new Set((await threads()).map(({ threadId }) => threadId))
    },
    async putAway() {
      const guests = (await threads()).filter(({ threadId }) => !kept.has(threadId))
      await Promise.all(guests.map((key) => send('DELETE', `${paths.thread(key)}?force=true`)))
    },
  }
  return stage
}
