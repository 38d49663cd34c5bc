/**
 * The code of HOLDFAST_CONFIG does what no code should: its own runs fail with a sentence, the server logs the origin, all
 * other runs go on, and the code is started again.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Envelope, type LogPage, paths, type Run } from '@holdfast/core'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-configured-'))
const servers: ServerProcess[] = []
let datas = 0

afterEach(() => {
  for (const server of servers.splice(0)) server.kill()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const keyOf = (threadId: string) => ({ roomId: 'default', threadId })

/** An agent that sends two words, then calls `act`. */
async function serve(data: string, act = '', limits: object = {}, env: Record<string, string> = {}) {
  const config = join(home, `config-${++datas}.mjs`)
  writeFileSync(
    config,
    `import { EventEmitter } from 'node:events'
     import { existsSync, writeFileSync } from 'node:fs'
     const agent = {
       id: 'own',
       title: 'Own',
       async *run(input, { signal }) {
         for (const delta of ['one ', 'two ']) yield { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a-' + input.runId, delta }
         await new Promise((resolve) => setTimeout(resolve, 200))
         ${act}
         yield { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a-' + input.runId, delta: 'three' }
       },
     }
     const calm = { ...agent, id: 'calm', async *run(input) { yield { type: 'TEXT_MESSAGE_CHUNK', messageId: 'c', delta: 'calm' } } }
     export default { agents: [agent, calm], limits: ${JSON.stringify(limits)} }`,
  )
  const server = await startServerProcess({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: config, ...env })
  servers.push(server)
  const get = async <Answer>(path: string) => (await (await fetch(server.url + path)).json()) as Answer
  return {
    ...server,
    start: async (threadId: string, agentId: string, script: object = {}) => {
      const response = await fetch(server.url + paths.runs(keyOf(threadId)), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          runId: threadId,
          agentId,
          messages: [{ id: 'q', role: 'user', content: 'Hello' }],
          ...(agentId === 'demo' && { forwardedProps: { script } }),
        }),
      })
      expect(response.status).toBe(202)
    },
    run: (threadId: string) => get<Run>(paths.run(keyOf(threadId), threadId)),
    log: async (threadId: string) => {
      const all: Envelope[] = []
      for (;;) {
        const page = await get<LogPage>(`${paths.log(keyOf(threadId))}?after=${all.length}`)
        all.push(...page.envelopes)
        if (page.upToDate) return all
      }
    },
    follow: async (threadId: string): Promise<Envelope[]> => {
      const seen: Envelope[] = []
      const response = await fetch(`${server.url}${paths.log(keyOf(threadId))}?live=sse`)
      let text = ''
      const decoder = new TextDecoder()
      try {
        for await (const bytes of response.body ?? []) {
          text += decoder.decode(bytes, { stream: true })
          const frames = text.split('\n\n')
          text = frames.pop() ?? ''
          for (const frame of frames) {
            const line = frame.split('\n').find((each) => each.startsWith('data: '))
            if (line) seen.push(JSON.parse(line.slice('data: '.length)) as Envelope)
          }
        }
      } catch {
        // The process has exited.
      }
      return seen
    },
  }
}

const TRY_AGAIN = 'What it said is kept. Try again.'

describe('code of HOLDFAST_CONFIG that fails', { timeout: 60_000 }, () => {
  it.each([
    [
      'throws in a timer',
      `setTimeout(() => { throw new Error('from a timer') })`,
      'an error was thrown in it that nothing caught',
    ],
    ['never pauses', 'for (;;) {}', 'it did nothing but compute for 0.5 seconds'],
  ])('%s ends its own runs with a sentence, and is started again', async (what, act, why) => {
    const server = await serve(join(home, `data-${++datas}`), `${act}; await new Promise(() => {})`, {
      maxBlockedMs: what === 'never pauses' ? 500 : 30_000,
    })
    await server.start('beside', 'demo', { tokens: 100, intervalMs: 10 })
    await server.start('own', 'own')
    await vi.waitFor(async () => expect(await server.run('own')).toMatchObject({ status: 'failed' }), 20_000)
    expect(await server.run('own')).toHaveProperty('outcome', {
      type: 'failed',
      code: 'agent_error',
      message: `The code of this agent was ended: ${why}. ${TRY_AGAIN}`,
    })
    // What it had said before is kept.
    expect(JSON.stringify(await server.log('own'))).toContain('two ')
    expect(server.err()).toContain('The code of HOLDFAST_CONFIG was ended')
    if (what === 'throws in a timer') expect(server.err()).toMatch(/"from":"[^"]*config-\d+\.mjs:\d+/)
    await server.start('next', 'calm')
    for (const thread of ['next', 'beside'])
      await vi.waitFor(async () => expect(await server.run(thread)).toMatchObject({ status: 'succeeded' }), 20_000)
    expect(await server.stop()).toBe(0)
  })

  it('a rejected promise with a huge reason is one short log line, and all runs continue', async () => {
    const server = await serve(
      join(home, `data-${++datas}`),
      `void Promise.reject(new Error('f0'.repeat(4 * 1024 * 1024))); void Promise.reject('eyJ-'.repeat(1024 * 1024))`,
    )
    await server.start('own', 'own')
    await vi.waitFor(async () => expect(await server.run('own')).toMatchObject({ status: 'succeeded' }), {
      timeout: 10_000,
    })
    await vi.waitFor(() => expect(server.err().match(/Unhandled promise rejection/g)).toHaveLength(2), {
      timeout: 10_000,
    })
    expect(server.err()).toMatch(/"from":"[^"]*config-\d+\.mjs:\d+/)
    expect(server.err().length).toBeLessThan(64 * 1024)
    expect(await server.stop()).toBe(0)
  })

  it('a loop that pauses in time ends nothing, and the server answers meanwhile', async () => {
    const go = join(home, `go-${++datas}`)
    const server = await serve(
      join(home, `data-${datas}`),
      `writeFileSync(${JSON.stringify(`${go}-blocked`)}, ''); while (!existsSync(${JSON.stringify(go)})) {}`,
    )
    await server.start('own', 'own')
    await vi.waitFor(() => expect(existsSync(`${go}-blocked`)).toBe(true), { timeout: 10_000 })
    await server.start('beside', 'demo', { tokens: 5, intervalMs: 1 })
    await vi.waitFor(async () => expect(await server.run('beside')).toMatchObject({ status: 'succeeded' }), 10_000)
    expect(await server.run('own')).toMatchObject({ status: 'running' })
    writeFileSync(go, '')
    await vi.waitFor(async () => expect(await server.run('own')).toMatchObject({ status: 'succeeded' }), 20_000)
    expect(await server.stop()).toBe(0)
  })
})

it.each([
  ['SIGTERM', ''],
  ['SIGKILL', ''],
  ['SIGKILL', 'for (;;) {}'],
])('the process of HOLDFAST_CONFIG ends with the server after a %s %s', async (signal, act) => {
  const file = join(home, `pid-${++datas}`)
  const server = await serve(
    join(home, `data-${datas}`),
    `writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1_000); ${act}`,
  )
  await server.start('own', 'own')
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 20_000)
  const pid = Number(readFileSync(file, 'utf8'))
  expect(pid).not.toBe(server.pid)
  if (signal === 'SIGTERM') expect(await server.stop()).toBe(0)
  else server.kill()
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 20_000)
})

describe('code of HOLDFAST_CONFIG with HOLDFAST_ISOLATE=off', { timeout: 60_000 }, () => {
  it('that throws in a timer ends the server with 1 and a line, and loses nothing', async () => {
    const data = join(home, `data-${++datas}`)
    const act = `setTimeout(() => { throw new Error('from a timer') }); await new Promise(() => {})`
    const server = await serve(data, act, {}, { HOLDFAST_ISOLATE: 'off' })
    await server.start('beside', 'demo', { tokens: 100_000, intervalMs: 2 })
    const followed = server.follow('beside')
    await server.start('own', 'own')
    expect(await server.exit).toBe(1)
    expect(server.err()).toContain('Stopping now: uncaught error.')
    const seen = await followed
    const again = await serve(data)
    expect((await again.log('beside')).slice(0, seen.length)).toEqual(seen)
    for (const thread of ['beside', 'own']) {
      expect(await again.run(thread)).toMatchObject({ status: 'failed', outcome: { code: 'worker_lost' } })
    }
  })
})
