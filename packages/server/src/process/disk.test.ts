/**
 * A real server process on a real disk that is full, fails, or loses power (G1, G11). Where no disk can be mounted,
 * this file says so and is skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Envelope, type LogPage, type Problem, paths, type Run, type ThreadKey } from '@holdfast/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { copyImage, mountImage, mountTmpfs, type SmallDisk, whyNoDisks } from '../testing/small-disk.ts'
import { bareEnvironment } from './testing/bare-environment.ts'

const PROGRAM = fileURLToPath(new URL('../../../../apps/chat/serve.ts', import.meta.url))
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function keep(disk: SmallDisk): SmallDisk {
  undo.push(() => disk.unmount())
  return disk
}

async function serve(data: string) {
  const env = { ...bareEnvironment(), PORT: '0', HOLDFAST_DATA: data }
  const child: ChildProcess = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await exited
  }
  undo.push(() => end('SIGKILL'))
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  if (!child.stdout) throw new Error('no output')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const url = line.split(' ').at(-1) ?? ''
  const get = async <T>(path: string) => {
    const response = await fetch(url + path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    child,
    end,
    get,
    errors: () => errors,
    async start(key: ThreadKey, script: object, content = 'Hello'): Promise<{ status: number; body: Problem }> {
      const messages = [{ id: 'q', role: 'user', content }]
      const body = JSON.stringify({ runId: 'run', messages, forwardedProps: { script } })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(url + paths.runs(key), { method: 'POST', headers, body })
      return { status: response.status, body: (await response.json()) as Problem }
    },
    run: (key: ThreadKey) => get<Run>(paths.run(key, 'run')),
    async ended(key: ThreadKey): Promise<Run> {
      return vi.waitFor(
        async () => {
          const run = await get<Run>(paths.run(key, 'run'))
          if (!('outcome' in run)) throw new Error(run.status)
          return run
        },
        { timeout: 30_000, interval: 50 },
      )
    },
    async log(key: ThreadKey): Promise<Envelope[]> {
      const log: Envelope[] = []
      for (;;) {
        const page = await get<LogPage>(`${paths.log(key)}?after=${log.length}`)
        log.push(...page.envelopes)
        if (page.upToDate) return log
      }
    },
  }
}

const keyOf = (threadId: string): ThreadKey => ({ roomId: 'default', threadId })
const textOf = (log: readonly Envelope[]) =>
  log.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
const tokens = (count: number) => Array.from({ length: count }, (_, n) => `t${n} `).join('')

const missing = whyNoDisks()
if (missing !== undefined) process.stdout.write(`disk.test.ts: nothing is tried, ${missing}.\n`)

describe.runIf(missing === undefined)('on a disk', () => {
  it('that is full, the server acknowledges nothing, reports it, keeps serving reads, and recovers once there is space', async () => {
    const disk = keep(mountTmpfs(8))
    const data = join(disk.path, 'data')
    const server = await serve(data)
    expect((await server.start(keyOf('before'), { tokens: 20, intervalMs: 1 })).status).toBe(202)
    await server.ended(keyOf('before'))
    expect((await server.start(keyOf('during'), { tokens: 300, intervalMs: 10 })).status).toBe(202)
    await vi.waitFor(async () => expect(textOf(await server.log(keyOf('during')))).toContain('t5 '))

    disk.fill()
    const large = 'x'.repeat(200_000)
    const accepted: string[] = []
    let refused = ''
    for (let n = 0; refused === ''; n++) {
      const { status, body } = await server.start(keyOf(`large-${n}`), { tokens: 1 }, large)
      if (status === 202) accepted.push(`large-${n}`)
      else {
        expect(body).toMatchObject({ status: 507, code: 'storage_full', detail: expect.stringContaining('full') })
        refused = `large-${n}`
      }
    }
    expect(textOf(await server.log(keyOf('before')))).toBe(tokens(20))
    expect(await server.get('/v1/rooms/default/threads')).toMatchObject({ items: expect.any(Array) })
    expect(await server.get('/readyz')).toEqual({ status: 'ready' })
    await vi.waitFor(() => expect(server.errors()).toContain('storage_full'))

    disk.free()
    expect((await server.start(keyOf('after'), { tokens: 20, intervalMs: 1 })).status).toBe(202)
    expect(await server.ended(keyOf('after'))).toMatchObject({ status: 'succeeded' })
    // Output of that time was kept in memory, and is complete.
    expect(await server.ended(keyOf('during'))).toMatchObject({ status: 'succeeded' })
    expect(textOf(await server.log(keyOf('during')))).toBe(tokens(300))
    for (const thread of accepted) await server.ended(keyOf(thread))

    await server.end('SIGKILL')
    const again = await serve(data)
    for (const thread of ['before', 'during', 'after', ...accepted]) {
      expect(await again.run(keyOf(thread)), thread).toMatchObject({ status: 'succeeded' })
    }
    await expect(again.run(keyOf(refused))).rejects.toThrow('404')
  }, 90_000)

  it('that fails at fsync, the server acknowledges nothing more, keeps serving reads, and loses nothing it had acknowledged', async () => {
    // The file system is in a file on a disk that is too small for it, so its writes fail like those of a dying disk.
    const below = keep(mountTmpfs(12))
    const image = join(below.path, 'image')
    const disk = mountImage(image, { mebibytes: 48 })
    undo.push(() => disk.unmount())
    const server = await serve(join(disk.path, 'data'))
    expect((await server.start(keyOf('before'), { tokens: 20, intervalMs: 1 })).status).toBe(202)
    await server.ended(keyOf('before'))
    const seen = await server.log(keyOf('before'))

    below.fill()
    let refusal: Problem | undefined
    for (let n = 0; !refusal; n++) {
      const { status, body } = await server.start(keyOf(`large-${n}`), { tokens: 1 }, 'x'.repeat(200_000))
      if (status !== 202) refusal = body
    }
    expect(refusal).toMatchObject({ status: 503, code: 'storage_failed' })
    expect(await server.log(keyOf('before'))).toEqual(seen)
    await server.end('SIGKILL')
  }, 60_000)

  it('that loses power in the middle of runs, everything that anyone had seen is kept', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-power-'))
    undo.push(() => rmSync(directory, { recursive: true, force: true }))
    const image = join(directory, 'image')
    const disk = keep(mountImage(image, { mebibytes: 48 }))
    const server = await serve(join(disk.path, 'data'))
    const keys = ['a', 'b', 'c'].map(keyOf)
    for (const key of keys) await server.start(key, { tokens: 100_000, intervalMs: 2 })
    const cuts = [5, 60, 200]
    for (const [n, cut] of cuts.entries()) {
      const seen = await vi.waitFor(
        async () => {
          const logs = await Promise.all(keys.map(server.log))
          for (const log of logs) expect(log.length).toBeGreaterThan(cut)
          return logs
        },
        { timeout: 20_000, interval: 20 },
      )
      server.child.kill('SIGSTOP')
      const copy = join(directory, `copy-${n}`)
      copyImage(image, copy)
      server.child.kill('SIGCONT')

      const found = keep(mountImage(copy))
      const again = await serve(join(found.path, 'data'))
      for (const [at, key] of keys.entries()) {
        const log = await again.log(key)
        expect(log.slice(0, seen[at]?.length)).toEqual(seen[at])
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
        expect(await again.run(key)).toMatchObject({ status: 'failed', outcome: { code: 'worker_lost' } })
      }
      await again.end('SIGKILL')
    }
  }, 90_000)
})
