/**
 * Configured code fails without a catch in the server's own process: the server logs the origin, loses nothing
 * acknowledged, and settles the runs that were live at the next start.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
async function serve(data: string, act = '') {
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
     export default { agents: [agent] }`,
  )
  const server = await startServerProcess({ HOLDFAST_DATA: data, HOLDFAST_CONFIG: config })
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

describe('an uncaught error of configured code', { timeout: 60_000 }, () => {
  it.each([
    ['an exception in a timer', `setTimeout(() => { throw new Error('from a timer') })`],
    [
      'an emitter without a listener',
      `setTimeout(() => new EventEmitter().emit('error', new Error('from an emitter')))`,
    ],
    ['a thrown value that cannot be read', 'setTimeout(() => { throw Object.create(null) })'],
    [
      'an error that throws when it is read',
      `setTimeout(() => { throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('no') } }) })`,
    ],
  ])('%s ends the process with 1 and a line, and loses nothing', async (what, act) => {
    const data = join(home, `data-${++datas}`)
    const server = await serve(data, `${act}; await new Promise(() => {})`)
    await server.start('beside', 'demo', { tokens: 100_000, intervalMs: 2 })
    const followed = server.follow('beside')
    await server.start('own', 'own')
    expect(await server.exit).toBe(1)
    expect(server.err()).toContain('Stopping now: uncaught error.')
    if (!what.includes('read')) expect(server.err()).toMatch(/"from":"[^"]*config-\d+\.mjs:\d+/)

    const seen = await followed
    const again = await serve(data)
    const after = await again.log('beside')
    expect(seen.length).toBeGreaterThan(3)
    expect(after.slice(0, seen.length)).toEqual(seen)
    for (const thread of ['beside', 'own']) {
      expect(await again.run(thread)).toMatchObject({ status: 'failed', outcome: { code: 'worker_lost' } })
    }
    await again.start('next', 'own')
    await vi.waitFor(async () => expect(await again.run('next')).toMatchObject({ status: 'succeeded' }))
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

  it('a loop that blocks the process loses nothing: streams, leases and runs continue after it', async () => {
    const go = join(home, `go-${++datas}`)
    const server = await serve(
      join(home, `data-${datas}`),
      `writeFileSync(${JSON.stringify(`${go}-blocked`)}, ''); while (!existsSync(${JSON.stringify(go)})) {}`,
    )
    await server.start('beside', 'demo', { tokens: 300, intervalMs: 5 })
    const followed = server.follow('beside')
    await server.start('own', 'own')
    await vi.waitFor(() => expect(existsSync(`${go}-blocked`)).toBe(true), { timeout: 10_000 })
    // No one is answered meanwhile; requests wait.
    const asked = server.run('own')
    writeFileSync(go, '')
    expect(await asked).toMatchObject({ runId: 'own' })
    for (const thread of ['own', 'beside']) {
      await vi.waitFor(async () => expect(await server.run(thread)).toMatchObject({ status: 'succeeded' }), {
        timeout: 20_000,
      })
    }
    const log = await server.log('beside')
    expect(await server.stop()).toBe(0)
    expect(await followed).toEqual(log)
  })
})
