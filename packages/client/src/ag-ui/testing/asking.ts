/** What tests of a page without a server ask of it, and wait for. */
import type { Message } from '@ag-ui/core'
import type { ThreadKey } from '@holdfast/core'
import { expect, vi } from 'vitest'
import { problemOf, TransportError } from '../../transport/error.ts'
import type { RunTransport } from '../../transport/port.ts'
import type { Profile } from './profile.ts'

export const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
export const OTHER: ThreadKey = { roomId: 'default', threadId: 'T2' }
export const until = vi.waitFor

let ids = 0
export const words = (content: string): Message => ({ id: `m${++ids}`, role: 'user', content })

export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  return error instanceof TransportError ? problemOf(error)?.code : undefined
}

export async function startIn(profile: Profile, page: RunTransport, key: ThreadKey, runId: string) {
  const before = profile.calls.length
  await page.ask('start', [key, { runId, messages: [words(`Hello ${runId}`)] }])
  await until(() => expect(profile.calls.length).toBe(before + 1))
  const call = profile.calls[before]
  if (!call) throw new Error('The agent was not asked.')
  return call
}

export const textsOf = async (page: RunTransport, key: ThreadKey) =>
  (await page.ask('snapshot', [key])).messages.map(({ content }) => content)
export const runsOf = async (page: RunTransport, key: ThreadKey) => (await page.ask('snapshot', [key])).runs
export const ended = (page: RunTransport, key: ThreadKey, status: string) =>
  until(async () => expect((await runsOf(page, key)).at(-1)?.status).toBe(status))
