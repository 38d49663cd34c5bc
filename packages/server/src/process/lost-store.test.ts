/**
 * The store's thread dies in a real server process: the server reports it and exits, and the next one has everything
 * that was seen.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type LogPage, paths } from '@holdfast/core'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { bareEnvironment } from './testing/bare-environment.ts'

const PROGRAM = fileURLToPath(new URL('../../../../apps/chat/serve.ts', import.meta.url))
const KEY = { roomId: 'default', threadId: 't' }
const directory = mkdtempSync(join(tmpdir(), 'holdfast-lost-'))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A server whose threads can be killed: SIGUSR2 terminates every worker started after this module was loaded. */
const KILLER = `
  import { syncBuiltinESMExports } from 'node:module'
  import threads from 'node:worker_threads'
  const { Worker } = threads
  threads.Worker = class extends Worker {
    constructor(...given) {
      super(...given)
      process.on('SIGUSR2', () => this.terminate())
    }
  }
  syncBuiltinESMExports()
  export default {}`

async function serve(config: Record<string, string> = {}) {
  const env = { ...bareEnvironment(), PORT: '0', HOLDFAST_DATA: join(directory, 'data'), ...config }
  const child = spawn(process.execPath, [PROGRAM], { env, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, url: line.split(' ').at(-1) ?? '', errors: () => errors }
}

it('exits with 1 and one sentence, keeps what was seen, and can start again', async () => {
  writeFileSync(join(directory, 'killer.mjs'), KILLER)
  const server = await serve({ HOLDFAST_CONFIG: './killer.mjs', HOLDFAST_ISOLATE: 'off' })
  const body = {
    runId: 'run',
    messages: [{ id: 'q', role: 'user', content: 'Hello' }],
    forwardedProps: { script: { tokens: 10_000, intervalMs: 5 } },
  }
  const headers = { 'content-type': 'application/json' }
  await fetch(server.url + paths.runs(KEY), { method: 'POST', headers, body: JSON.stringify(body) })
  const page = async (url: string) => (await (await fetch(url + paths.log(KEY))).json()) as LogPage
  const seen = await vi.waitFor(async () => {
    const { envelopes } = await page(server.url)
    expect(envelopes.length).toBeGreaterThan(10)
    return envelopes
  })
  server.child.kill('SIGUSR2')
  expect(await once(server.child, 'exit')).toEqual([1, null])
  expect(server.errors()).toContain('the store’s thread died')

  const again = await serve()
  const { envelopes } = await page(again.url)
  expect(envelopes.slice(0, seen.length)).toEqual(seen)
  expect(envelopes.at(-1)?.event).toMatchObject({ type: 'run.ended', outcome: { code: 'worker_lost' } })
}, 40_000)
