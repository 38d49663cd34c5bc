/** MCP servers as they are published, over stdio and streamable HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ToolContext } from '../tools/port.ts'
import { EVERYTHING, everything, filesystem, type McpWorld, mcpWorld } from './testing/world.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-mcp-'))
const worlds: McpWorld[] = []
const programs: ChildProcess[] = []
afterAll(async () => {
  await Promise.all(worlds.map(({ source }) => source.close()))
  for (const program of programs) program.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

function world(...given: Parameters<typeof mcpWorld>): McpWorld {
  const made = mcpWorld(...given)
  worlds.push(made)
  return made
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Resolves when the server listens. */
async function serveEverything(port: number): Promise<ChildProcess> {
  const program = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  programs.push(program)
  await new Promise<void>((resolve, reject) => {
    program.once('exit', () => reject(new Error('The server ended before it listened.')))
    for (const stream of [program.stdout, program.stderr])
      stream?.on('data', (text) => String(text).includes('listening') && resolve())
  })
  return program
}

describe('the filesystem server', () => {
  it('reads and writes files, and its tools say what a second call would do', async () => {
    const { tool, call } = world({ files: filesystem(home) })
    writeFileSync(join(home, 'a.txt'), 'What is in the file')
    expect(await call('files/read_text_file', { path: join(home, 'a.txt') })).toEqual({
      content: 'What is in the file',
    })
    await call('files/write_file', { path: join(home, 'b.txt'), content: 'new' })
    expect(readFileSync(join(home, 'b.txt'), 'utf8')).toBe('new')
    const effects = ['read_text_file', 'write_file', 'move_file'].map(
      async (name) => (await tool(`files/${name}`)).effect,
    )
    expect(await Promise.all(effects)).toEqual(['read', 'idempotent', 'effect'])
  })

  it('refuses a path outside its directory, and the refusal is the failure of the call', async () => {
    const { call } = world({ files: filesystem(home) })
    await expect(call('files/read_text_file', { path: '/etc/passwd' })).rejects.toThrow(/access denied/i)
  })
})

describe.each(['stdio', 'streamable HTTP'])('the everything server over %s', (transport) => {
  let served: McpWorld
  beforeAll(async () => {
    if (transport === 'stdio') {
      served = world({ every: everything })
      return
    }
    const port = await freePort()
    await serveEverything(port)
    served = world({
      every: { url: `http://127.0.0.1:${port}/mcp`, headers: { authorization: 'Bearer secret-of-the-test' } },
    })
  })

  it('answers text, JSON once, and says what it leaves out', async () => {
    const { call } = served
    expect(await call('every/echo', { message: 'hi' })).toBe('Echo: hi')
    expect(await call('every/get-structured-content', { location: 'New York' })).toMatchObject({ conditions: 'Cloudy' })
    expect(await call('every/get-tiny-image')).toMatch(/\[An image, image\/png, \d+ kB: left out/)
    expect(await call('every/get-resource-reference', { resourceType: 'Text', resourceId: 1 })).toContain(
      '[The resource demo://',
    )
    await expect((await served.tool('every/echo')).parse({})).resolves.toMatchObject({ type: 'wrong' })
  })

  it('reports progress while it works', async () => {
    const progress = vi.fn()
    await served.call('every/trigger-long-running-operation', { duration: 0.5, steps: 2 }, { progress })
    expect(progress).toHaveBeenCalledWith('1 of 2')
  })

  it.each([
    ['answered', { type: 'answered', content: { name: 'Ada' } }, 'Ada'],
    ['declined', { type: 'declined' }, 'declined'],
    ['cancelled', { type: 'cancelled' }, 'cancelled'],
  ] as const)('asks the person, who has %s', async (_, answer, said) => {
    const ask = vi.fn(async (_question: Parameters<NonNullable<ToolContext['ask']>>[0]) => answer)
    expect(await served.call('every/trigger-elicitation-request', {}, { ask })).toContain(said)
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ schema: { type: 'object', required: ['name'] } })
  })

  it('hears that the question is cancelled where no person can be asked, or several calls could have asked it', async () => {
    expect(await served.call('every/trigger-elicitation-request')).toContain('cancelled')
    const ask = vi.fn()
    const both = [1, 2].map(() => served.call('every/trigger-elicitation-request', {}, { ask }))
    for (const said of await Promise.all(both)) expect(said).toContain('cancelled')
    expect(ask).not.toHaveBeenCalled()
  })

  it('S000-C10 is told when a call is cancelled, and serves the next one', async () => {
    const stop = new AbortController()
    const progress = vi.fn(() => stop.abort(new Error('stopped')))
    const call = served.call(
      'every/trigger-long-running-operation',
      { duration: 60, steps: 600 },
      { signal: stop.signal, progress },
    )
    await expect(call).rejects.toThrow('stopped')
    expect(await served.call('every/echo', { message: 'next' })).toBe('Echo: next')
  })
})

it('a server over HTTP that is gone fails its call at once, and is connected again when it is back', async () => {
  const port = await freePort()
  const program = await serveEverything(port)
  const { call, states } = world({ every: { url: `http://127.0.0.1:${port}/mcp` } })
  const progress = vi.fn(() => program.kill('SIGKILL'))
  const lost = call('every/trigger-long-running-operation', { duration: 60, steps: 600 }, { progress })
  await expect(lost).rejects.toThrow(/^The MCP server “every” (was lost during the call|broke off).*unknown\.$/)
  await vi.waitFor(() => expect(states.at(-1)).toContain('cannot be reached'), { timeout: 10_000 })
  await serveEverything(port)
  await vi.waitFor(async () => expect(await call('every/echo', { message: 'back' })).toBe('Echo: back'), {
    timeout: 20_000,
  })
})
