/**
 * Real server processes whose data is taken away: by a second server without a lock file, or by removing, moving or
 * replacing the files. Each notices within seconds, answers 503, ends its streams, and exits with 1 and a sentence.
 * What was acknowledged stays one history.
 */
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Envelope, type LogPage, type Problem, paths } from '@holdfast/core'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const KEY = { roomId: 'default', threadId: 't' }
const home = mkdtempSync(join(tmpdir(), 'holdfast-fenced-'))
const servers: ServerProcess[] = []
let datas = 0

afterEach(() => {
  for (const server of servers.splice(0)) server.kill()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const freshData = () => join(home, `data-${++datas}`)

async function serve(data: string) {
  const server = await startServerProcess({ HOLDFAST_DATA: data })
  servers.push(server)
  const start = (runId: string, threadId = KEY.threadId, tokens = 100_000) =>
    fetch(server.url + paths.runs({ ...KEY, threadId }), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        runId,
        messages: [{ id: `${runId}-q`, role: 'user', content: 'Hello' }],
        forwardedProps: { script: { tokens, intervalMs: 5 } },
      }),
    })
  const log = async (threadId = KEY.threadId) => {
    const all: Envelope[] = []
    for (;;) {
      const response = await fetch(`${server.url}${paths.log({ ...KEY, threadId })}?after=${all.length}`)
      const page = (await response.json()) as LogPage
      all.push(...page.envelopes)
      if (page.upToDate) return all
    }
  }
  return { ...server, start, log }
}

/** A server with a live run and a reader: what the reader has seen when its stream ends. */
async function atWork(data: string) {
  const server = await serve(data)
  expect((await server.start('run')).status).toBe(202)
  const stream = await fetch(`${server.url}${paths.log(KEY)}?live=sse`)
  const seen = (async () => {
    const text = await stream.text()
    const frames = text.split('\n').filter((line) => line.startsWith('data: '))
    return frames.map((line) => JSON.parse(line.slice('data: '.length)) as Envelope)
  })()
  await vi.waitFor(async () => expect((await server.log()).length).toBeGreaterThan(10), { timeout: 10_000 })
  return { server, seen }
}

/** Expects 503 as long as it answers, then exit code 1 and a sentence. */
async function expectStopped({ server, seen }: Awaited<ReturnType<typeof atWork>>, why: RegExp): Promise<Envelope[]> {
  await vi.waitFor(async () => expect((await fetch(`${server.url}/readyz`)).status).toBe(503), {
    timeout: 10_000,
    interval: 20,
  })
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'lost' })
  const refused = await server.start('late', 'late')
  expect(refused.status).toBe(503)
  expect((await refused.json()) as Problem).toMatchObject({ code: 'storage_lost' })
  const read = await fetch(server.url + paths.log(KEY))
  expect([read.status, ((await read.json()) as Problem).code]).toEqual([503, 'storage_lost'])
  const envelopes = await seen
  expect(envelopes.map(({ event }) => event.type)).not.toContain('thread.deleted')
  expect(await server.exit).toBe(1)
  expect(server.err()).toMatch(/Stopping: this server has lost its data\./)
  expect(server.err()).toMatch(why)
  return envelopes
}

function expectOneHistory(seen: readonly Envelope[], log: readonly Envelope[]): void {
  expect(seen.length).toBeGreaterThan(10)
  expect(log.slice(0, seen.length)).toEqual(seen)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
  expect(log.at(-1)?.event).toMatchObject({ type: 'run.ended', outcome: { code: 'worker_lost' } })
}

describe('without its lock file', { timeout: 60_000 }, () => {
  it('a server stops when another one starts on its data, and no position has two contents', async () => {
    const data = freshData()
    const first = await atWork(data)
    for (const name of ['lock.db', 'lock.db-journal']) rmSync(join(data, name), { force: true })
    const second = serve(data)
    const seen = await expectStopped(first, /lock\.db was (removed|replaced by another)/)
    expectOneHistory(seen, await (await second).log())
    expect((await (await second).start('next', 'next')).status).toBe(202)
  })

  it('a stalled server keeps the next one out, and a killed one lets it in', async () => {
    const data = freshData()
    const first = await atWork(data)
    process.kill(first.server.pid, 'SIGSTOP')
    rmSync(join(data, 'lock.db'))
    await expect(serve(data)).rejects.toThrow(/holdfast: Another server or program has .*holdfast\.db open/)
    first.server.kill()
    const seen = await first.seen.catch(() => [])
    const second = await serve(data)
    const log = await second.log()
    expect(log.slice(0, seen.length)).toEqual(seen)
    expect(log.at(-1)?.event).toMatchObject({ type: 'run.ended', outcome: { code: 'worker_lost' } })
  })
})

describe('without its data', { timeout: 60_000 }, () => {
  it('a server stops when the directory is removed, and does not create a new one', async () => {
    const data = freshData()
    const first = await atWork(data)
    rmSync(data, { recursive: true })
    await expectStopped(first, /was removed or moved away/)
    expect(existsSync(data)).toBe(false)
  })

  it('a server stops when the directory is moved away, and everything seen is there', async () => {
    const data = freshData()
    const first = await atWork(data)
    const away = freshData()
    renameSync(data, away)
    const seen = await expectStopped(first, /was removed or moved away/)
    expectOneHistory(seen, await (await serve(away)).log())
  })

  it('a server stops when a copy is restored over its files, and the next server finds the copy', async () => {
    const data = freshData()
    const made = await serve(data)
    await made.start('old', 'old', 20)
    await vi.waitFor(async () => expect((await made.log('old')).length).toBeGreaterThan(5))
    expect(await made.stop()).toBe(0)
    const copy = freshData()
    cpSync(data, copy, { recursive: true })
    const first = await atWork(data)
    cpSync(copy, data, { recursive: true })
    await expectStopped(first, /holdfast\.db/)
    const second = await serve(data)
    expect((await second.log('old')).at(-1)?.event).toMatchObject({ type: 'run.ended' })
    expect((await fetch(second.url + paths.log(KEY))).status).toBe(404)
  })
})
