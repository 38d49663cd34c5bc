/** What an MCP server does wrong fails one call with a sentence, and nothing else. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { hostile, type McpWorld, mcpWorld } from './testing/world.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-hostile-mcp-'))
const worlds: McpWorld[] = []
let files = 0
afterAll(async () => {
  await Promise.all(worlds.map(({ source }) => source.close()))
  rmSync(home, { recursive: true, force: true })
})

function world(...given: Parameters<typeof mcpWorld>): McpWorld {
  const made = mcpWorld(...given)
  worlds.push(made)
  return made
}

const freshFile = () => join(home, `pids-${++files}`)
const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}

describe('a server over stdio', () => {
  const shared = world({ h: { ...hostile(), timeoutMs: 20_000 } })

  it('that floods stdout is read slowly, and is started again if it answers nothing else', async () => {
    // 50,000 messages take 45 s at the pace that is allowed, so neither call nor ping are answered in time.
    const { call, states } = world({ h: { ...hostile(), timeoutMs: 500 } })
    await expect(call('h/stdout')).rejects.toThrow('The MCP server “h” did not answer in time.')
    await vi.waitFor(() => expect(states).toContain('h: it no longer answers'), { timeout: 15_000 })
    expect(await call('h/ok')).toContain('call-1')
  })

  it.each([
    ['floods stderr', 'stderr', 'after the flood'],
    ['sends lines that are not JSON-RPC', 'not_json', 'after the noise'],
    ['answers twice', 'twice', 'one'],
    ['sends progress without end, and after its answer', 'progress', 'done'],
  ])('that %s gets its answer through', async (_, name, said) => {
    expect(await shared.call(`h/${name}`)).toBe(said)
    expect(await shared.call('h/ok')).toContain('call-1')
  })

  it.each([
    ['answers with 50 MB', 'huge'],
    ['answers with 12 MB and names the call last', 'huge_id_last'],
  ])('that %s fails that call only, and stays connected', async (_, name) => {
    await shared.source.tools()
    const before = shared.states.length
    const [failed, fine] = await Promise.allSettled([shared.call(`h/${name}`), shared.call('h/ok')])
    expect(failed).toMatchObject({
      reason: { message: expect.stringMatching(/“h” failed: The answer of 1?[250]\.?\d* MB is longer/) },
    })
    expect(fine.status).toBe('fulfilled')
    expect(shared.states.length).toBe(before)
  })

  it('that sends a message too long to be read, for no call, is connected again', async () => {
    await expect(shared.call('h/huge_no_id')).rejects.toThrow(/was lost during the call: it sent a message of 12 MB/)
    expect(await shared.call('h/ok')).toContain('call-1')
  })

  it('that dies in a call fails it with a sentence, and is connected again for the next call', async () => {
    for (let n = 0; n < 3; n++) {
      await expect(shared.call('h/die')).rejects.toThrow(
        'The MCP server “h” was lost during the call: it exited with code 3. Whether the call had an effect is unknown.',
      )
      expect(await shared.call('h/ok')).toContain('call-1')
    }
  })

  it('S003-C6 that dies and is started again ends no call of another server', async () => {
    const file = freshFile()
    const { call } = world({ h: hostile(), steady: { ...hostile('well', file), timeoutMs: 600_000 } })
    let isOver = false
    call('steady/hang').then(
      () => (isOver = true),
      () => (isOver = true),
    )
    await expect(call('h/die')).rejects.toThrow('was lost during the call')
    expect(await call('h/ok')).toContain('call-1')
    expect(await call('steady/ok')).toContain('call-1')
    expect(isOver).toBe(false)
    // It was started once.
    expect(linesOf(file)).toHaveLength(1)
  })

  it('gets the same key with every attempt, and is told when nobody waits for its answer any more', async () => {
    const file = freshFile()
    const { call } = world({ h: { ...hostile('well', file), timeoutMs: 200 } })
    expect(JSON.parse((await call('h/ok')) as string)).toMatchObject({
      'holdfast/toolCallId': 'call-1',
      'holdfast/idempotencyKey': 'key-1',
    })
    await expect(call('h/hang')).rejects.toThrow('did not answer in time. The call was cancelled')
    await vi.waitFor(() => expect(linesOf(file)).toContain('cancelled'))
    // It answers the ping, so it is not started again.
    expect(await call('h/ok')).toContain('call-1')
    expect(linesOf(file)).toHaveLength(2)
  })

  it('that changes its list of tools while runs are live has the new one at once', async () => {
    expect((await shared.source.tools()).map(({ name }) => name)).not.toContain('h/extra')
    await shared.call('h/change')
    await vi.waitFor(async () => expect((await shared.source.tools()).map(({ name }) => name)).toContain('h/extra'))
  })

  it('whose schemas cannot be used keeps its other tools', async () => {
    const { source, states } = world({ h: hostile('odd') })
    expect((await source.tools()).map(({ name }) => name)).toEqual(['h/ok'])
    expect(source.states()).toEqual({
      h: {
        type: 'ready',
        tools: 1,
        leftOut: [
          'one is not an object',
          'one is not an object',
          'one has no usable name',
          'one has no usable name',
          'text has a schema that is not an object',
          'list has a schema of something other than an object',
          'ok is there twice',
          'deep has a schema that is too large',
        ],
      },
    })
    expect(states).toEqual(['h: starting', 'h: ready'])
  })

  it.each([
    ['dies', 'it exited with code 9'],
    // It is asked a second time, for the newest revision, and does not know the question.
    ['refuses', 'it did not start in time'],
    ['silent', 'it did not start in time'],
  ])('that %s at its start is tried again, and the others do not notice', async (start, reason) => {
    const { source, states, call } = world({ bad: { ...hostile(start), startTimeoutMs: 800 }, good: hostile() })
    await vi.waitFor(() => expect(states.filter((each) => each === `bad: ${reason}`).length).toBeGreaterThan(1), {
      timeout: 20_000,
    })
    expect(await call('good/ok')).toContain('call-1')
    expect((await source.tools()).every(({ name }) => name.startsWith('good/'))).toBe(true)
  })

  it('keeps its secrets out of errors, states and the log', async () => {
    const secret = 'the-secret-of-the-test'
    const { call, states, words } = world({
      h: { ...hostile(), env: { SECRET_OF_THE_TEST: secret } },
      gone: { command: secret, env: { A: secret } },
    })
    await call('h/stderr')
    await vi.waitFor(() => expect(words.length).toBeGreaterThan(50))
    // Of 50,000 lines.
    expect(words.length).toBeLessThan(250)
    expect(words.join()).toContain('[redacted]')
    expect([...words, ...states].join()).not.toContain(secret)
  })

  it('that ignores every request to end is gone after the close, with what it has started', async () => {
    const file = freshFile()
    const { source } = world({ h: hostile('stubborn', file) })
    await source.tools()
    const pids = linesOf(file)
    expect(pids).toHaveLength(2)
    expect(pids.every(isAlive)).toBe(true)
    await source.close()
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]))
    expect(source.states()).toEqual({ h: { type: 'closed' } })
  })
})

describe('a server over HTTP', () => {
  async function serve(
    act: (request: IncomingMessage, response: ServerResponse, body: { id?: number; method?: string }) => void,
  ) {
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        const body = text === '' ? {} : JSON.parse(text)
        const json = (result: object) =>
          response
            .setHeader('content-type', 'application/json')
            .end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result }))
        if (request.method !== 'POST') return response.writeHead(405).end()
        if (body.method === 'initialize')
          return json({
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 'h', version: '1' },
          })
        if (body.method === 'tools/list') return json({ tools: [{ name: 'act', inputSchema: { type: 'object' } }] })
        if (body.method === 'tools/call') return act(request, response, body)
        if (body.id === undefined) return response.writeHead(202).end()
        return response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ jsonrpc: '2.0', id: body.id, error: { code: -32_601, message: 'Method not found' } }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const made = world({
      h: { url: `http://127.0.0.1:${port}/`, headers: { 'x-token': 'the-secret-of-the-test' }, timeoutMs: 20_000 },
    })
    return { ...made, end: () => server.close().closeAllConnections() }
  }

  it.each<[string, Parameters<typeof serve>[0], RegExp]>([
    ['answers 500', (_, response) => response.writeHead(500).end('the-secret-of-the-test'), /“h” failed: /],
    [
      'answers with a page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<html>'),
      /“h” failed: /,
    ],
    [
      'answers with half of its JSON',
      (_, response) => response.setHeader('content-type', 'application/json').end('{"json'),
      /“h” failed: /,
    ],
    [
      'answers with no result of a tool',
      (_, response, { id }) =>
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: 'x' } })),
      /“h” (answered with something|failed)/,
    ],
    [
      'answers with 12 MB',
      (_, response, { id }) =>
        response
          .setHeader('content-type', 'application/json')
          .end(
            JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'x'.repeat(12 << 20) }] } }),
          ),
      /more than the 10 MB/,
    ],
    [
      'streams 12 MB in one message',
      (_, response) => response.setHeader('content-type', 'text/event-stream').end(`data: ${'x'.repeat(12 << 20)}\n\n`),
      /“h” broke off/,
    ],
    [
      'ends its stream without the answer',
      (_, response) => response.setHeader('content-type', 'text/event-stream').end(': hello\n\n'),
      /“h” broke off before its answer/,
    ],
    [
      'closes the connection',
      (request) => request.socket.destroy(),
      /“h” was lost during the call: it cannot be reached/,
    ],
  ])('that %s fails that call only, without a secret', async (_, act, why) => {
    let first = true
    const { call, states, words, end } = await serve((request, response, body) => {
      if (first) {
        first = false
        act(request, response, body)
      } else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result: { content: [{ type: 'text', text: 'fine' }] } }))
    })
    const failure = await call('h/act').catch((error: Error) => error.message)
    expect(failure).toMatch(why)
    expect(await call('h/act')).toBe('fine')
    expect([failure, ...states, ...words].join()).not.toContain('the-secret-of-the-test')
    end()
  })
})
