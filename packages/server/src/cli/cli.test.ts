/** The real command against real servers and real data. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Envelope, paths, type ThreadInfo } from '@holdfast/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { hostile } from '../agents/mcp/testing/world.ts'
import { bareEnvironment } from '../process/testing/bare-environment.ts'
import { type ServerProcess, startServerProcess } from '../process/testing/server-process.ts'
import { spokenBy } from '../process/testing/spoken.ts'

const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url))
const KEY = { roomId: 'default', threadId: 't1' }
const directory = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
const servers: ServerProcess[] = []

function begin(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...bareEnvironment(), ...env }, cwd: directory })
  return { child, ...spokenBy(child) }
}

async function holdfast(args: readonly string[], env: Record<string, string> = {}) {
  const { exit, out, err } = begin(args, env)
  return { code: await exit, out: out(), err: err() }
}

async function serve(data: string) {
  const server = await startServerProcess({ HOLDFAST_DATA: data, HOLDFAST_LOG: 'warn' })
  servers.push(server)
  const ask = (runId: string, script: object, threadId = KEY.threadId) =>
    fetch(`${server.url}${paths.runs({ ...KEY, threadId })}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        runId,
        messages: [{ id: `${runId}-q`, role: 'user', content: `Zebras?\u001b[31m` }],
        forwardedProps: { script },
      }),
    })
  const status = async (runId: string) =>
    ((await (await fetch(`${server.url}${paths.run(KEY, runId)}`)).json()) as { status: string }).status
  return { ...server, ask, status }
}

afterAll(() => {
  for (const server of servers) server.kill()
  rmSync(directory, { recursive: true, force: true })
})

describe('the command', { timeout: 40_000 }, () => {
  it('prints help, and rejects a command it does not understand in one sentence', async () => {
    const help = await holdfast(['--help'])
    expect(help.code).toBe(0)
    for (const name of ['serve', 'threads', 'tail', 'cancel', 'trace', 'export', 'import', 'doctor']) {
      expect(help.out).toContain(`  ${name} `)
    }
    expect((await holdfast(['export', '--help'])).out).toContain('--redact')
    for (const args of [
      ['explode'],
      ['tail', 'default'],
      ['tail', 'a/b', 't'],
      ['threads', '--url', 'nonsense'],
      ['trace', 'r1', 'room'],
    ]) {
      const wrong = await holdfast(args)
      expect([args, wrong.code, wrong.out]).toEqual([args, 2, ''])
      expect(wrong.err).toMatch(/^holdfast: .+\n/)
    }
  })

  it('says that no server answers, and at which address', async () => {
    const nobody = await holdfast(['threads'], { HOLDFAST_URL: 'http://127.0.0.1:1' })
    expect(nobody).toMatchObject({ code: 3, out: '' })
    expect(nobody.err).toMatch(/^holdfast: No server answers at http:\/\/127\.0\.0\.1:1\. .*\n$/)
    const other = createServer((_, response) => response.writeHead(500).end('<h1>What?</h1>'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const stranger = await holdfast(['threads', '--url', `http://127.0.0.1:${port}`])
    other.close()
    expect(stranger.code).toBe(1)
    expect(stranger.err).toContain('not a Holdfast server')
  })
})

describe('against a running server', { timeout: 40_000 }, () => {
  let server: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    server = await serve(join(directory, 'running'))
    await server.ask('r1', { tokens: 5, intervalMs: 1 })
    await vi.waitFor(async () => expect(await server.status('r1')).toBe('succeeded'))
  })

  it('lists threads for a person and for a program', async () => {
    const list = await holdfast(['threads', '--url', server.url])
    expect(list.code).toBe(0)
    expect(list.out).toMatch(/idle +\d+ {2}t1 {2}Zebras\?\\u001b\[31m\n$/)
    const json = await holdfast(['threads', 'default', '--json'], { HOLDFAST_URL: server.url })
    expect((JSON.parse(json.out) as ThreadInfo).threadId).toBe('t1')
    const missing = await holdfast(['threads', 'nowhere', '--url', server.url])
    expect(missing).toMatchObject({ code: 1, out: '' })
    expect(missing.err).toMatch(/^holdfast: .+\n$/)
  })

  it('prints a log from a position, every record once, and follows it', async () => {
    const there = await holdfast(['tail', 'default', 't1', '--no-follow', '--json', '--url', server.url])
    const envelopes = there.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Envelope)
    expect(envelopes.map(({ seq }) => seq)).toEqual(envelopes.map((_, index) => index + 1))
    const last = envelopes.length

    const following = begin(['tail', 'default', 't1', '--after', `${last}`, '--url', server.url])
    await server.ask('r2', { tokens: 3, hang: true })
    await vi.waitFor(() => expect(following.out()).toMatch(/t2\n/), { timeout: 10_000 })
    expect(following.out()).toMatch(new RegExp(`^ *${last + 1} .*run\\.accepted`))
    const cancelled = await holdfast(['cancel', 'default', 't1', '--reason', 'enough', '--url', server.url])
    expect(cancelled).toMatchObject({ code: 0, out: expect.stringContaining('r2') })
    await vi.waitFor(() => expect(following.out()).toMatch(/run\.ended {2}cancelled/), { timeout: 10_000 })
    following.child.kill('SIGINT')
    expect(await following.exit).toBe(0)
    expect(following.err()).toBe('')
    // Looking never owns: ending it ended nothing.
    expect(await server.status('r2')).toBe('cancelled')
  })

  it('says when a cancel came too late', async () => {
    const late = await holdfast(['cancel', 'default', 't1', 'r1', '--url', server.url])
    expect(late).toMatchObject({ code: 0, out: 'The run has already ended: succeeded.\n' })
    const early = await holdfast(['cancel', 'default', 't1', 'r99', '--json', '--url', server.url])
    expect(early).toMatchObject({ code: 0, out: '{}\n' })
  })

  it('traces a run from its acceptance to its end, with its readers, in any thread', async () => {
    const reading = new AbortController()
    const stream = await fetch(`${server.url}${paths.log({ ...KEY, threadId: 't3' })}?live=sse`, {
      signal: reading.signal,
    })
    await server.ask('r3', { tokens: 4, intervalMs: 1 }, 't3')
    await vi.waitFor(async () => {
      const run = await fetch(`${server.url}${paths.run({ ...KEY, threadId: 't3' }, 'r3')}`)
      expect(await run.json()).toMatchObject({ status: 'succeeded' })
    })
    reading.abort()
    await stream.body?.cancel().catch(() => {})
    const env = { HOLDFAST_URL: server.url, HOLDFAST_DATA: join(directory, 'running') }
    let found: { code: number | null; out: string; err: string } | undefined
    // The event file is written after the commit.
    await vi.waitFor(
      async () => {
        found = await holdfast(['trace', 'r3', '--json'], env)
        expect(found.out).toContain('"atEnd":1')
      },
      { timeout: 20_000 },
    )
    expect(JSON.parse(found?.out ?? '')).toMatchObject({
      ...KEY,
      threadId: 't3',
      runId: 'r3',
      agentId: 'demo',
      status: 'succeeded',
      claims: [{ epoch: 1 }],
      phases: [{ kind: 'text' }],
      ended: { outcome: { type: 'succeeded' } },
      readers: { recorded: true, atStart: 1, atEnd: 1 },
    })
    const shown = await holdfast(['trace', 'r3', 'default', 't3', '--url', server.url])
    expect(shown.code, shown.err).toBe(0)
    expect(shown.out).toMatch(/^Run r3 in default\/t3, agent demo: succeeded\n/)
    for (const name of ['accepted', 'claimed', 'first event', 'text', 'ended', 'largest gap'])
      expect(shown.out).toMatch(new RegExp(`^ .* ${name} `, 'm'))
    expect(shown.out).toMatch(/readers +not recorded\n$/)
    for (const args of [['r99'], ['r3', 'default', 't1'], ['r3', 'default', 'nowhere']]) {
      const missing = await holdfast(['trace', ...args, '--url', server.url])
      expect([args, missing.code, missing.out]).toEqual([args, 1, ''])
      expect(missing.err).toMatch(/^holdfast: .+\n$/)
    }
    const held = await holdfast(['trace', 'r3', '--data', join(directory, 'running')])
    expect(held).toMatchObject({ code: 1, err: expect.stringContaining('A server is using the data') })
  })

  it('says that a server holds the data, and that the server is well', async () => {
    const data = join(directory, 'running')
    const held = await holdfast(['export', 'default', '--data', data])
    expect(held).toMatchObject({ code: 1, out: '' })
    expect(held.err).toBe(`holdfast: A server is using the data in ${data}. Stop it and try again.\n`)
    const { port } = new URL(server.url)
    const well = await holdfast(['doctor', '--data', data], { PORT: port })
    expect(well.code, well.out).toBe(0)
    expect(well.out).toContain(`The server answers at ${server.url}.`)
    const lost = await holdfast(['doctor', '--data', data, '--json'], { PORT: '1' })
    expect(lost.code).toBe(1)
    expect(
      lost.out
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { state: string }).state),
    ).toContain('wrong')
  })
})

describe('on data that no server holds', { timeout: 60_000 }, () => {
  const data = join(directory, 'stopped')
  const file = join(directory, 'room.jsonl')
  const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n')
  const withoutTime = (line = '') => ({ ...(JSON.parse(line) as object), exportedAt: '' })

  beforeAll(async () => {
    const server = await serve(data)
    await server.ask('r1', { tokens: 200, intervalMs: 0 })
    await server.ask('s1', { tokens: 20, intervalMs: 1 }, 't2')
    await vi.waitFor(async () => expect(await server.status('r1')).toBe('succeeded'))
    expect(await server.stop()).toBe(0)
    expect((await holdfast(['export', 'default', file, '--data', data])).code).toBe(0)
  }, 40_000)

  afterEach(() => expect(existsSync(`${file}.partial`)).toBe(false))

  it('imports an exported room so that a server serves it and a new export is the same', async () => {
    const fresh = join(directory, 'fresh')
    const first = await serve(fresh)
    await first.stop()
    const taken = await holdfast(['import', file, '--data', fresh])
    expect(taken, taken.err).toMatchObject({ code: 0, out: '' })
    const second = await serve(fresh)
    expect(await second.status('r1')).toBe('succeeded')
    const log = await (await fetch(`${second.url}${paths.log(KEY)}?limit=1000`)).text()
    expect(log).toContain('t199 ')
    await second.stop()
    const again = await holdfast(['export', 'default'], { HOLDFAST_DATA: fresh })
    expect(again.code).toBe(0)
    const [header, ...rest] = again.out.trimEnd().split('\n')
    expect(rest).toEqual(lines(file).slice(1))
    expect(withoutTime(header)).toEqual(withoutTime(lines(file)[0]))
    const twice = await holdfast(['import', file, '--data', fresh])
    expect(twice).toMatchObject({ code: 1 })
    expect(twice.err).toMatch(/^holdfast: This room already exists in .* and has threads\. .*\n$/)
  })

  it('ends silently when the reader of an export closes the pipe early', async () => {
    const { child, exit, err } = begin(['export', 'default', '--data', data])
    child.stdout.destroy()
    expect([await exit, err()]).toEqual([0, ''])
  })

  it('masks text with --redact, and overwrites a file only with --force', async () => {
    expect(await holdfast(['export', 'default', file, '--data', data])).toMatchObject({ code: 1 })
    const hidden = await holdfast(['export', 'default', '--redact', '--data', data])
    expect(hidden.code).toBe(0)
    expect(hidden.out).not.toMatch(/Zebra|t199/)
    expect(hidden.out.trimEnd().split('\n')).toHaveLength(lines(file).length)
    const nowhere = await holdfast(['export', 'nowhere', '--data', data])
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('Rooms: default') })
    expect((await holdfast(['export', 'default', join(directory, 'no', 'such', 'place'), '--data', data])).code).toBe(1)
  })

  it('refuses a damaged file, names the line, and imports nothing', async () => {
    const torn = join(directory, 'torn.jsonl')
    const all = lines(file)
    writeFileSync(torn, `${all.slice(0, 10).join('\n')}\n${(all[10] ?? '').slice(0, 30)}`)
    const empty = join(directory, 'untouched')
    const refused = await holdfast(['import', torn, '--data', empty])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toMatch(/^holdfast: .*torn\.jsonl: Line 11: .* Nothing was imported\.\n$/)
    expect(await holdfast(['export', 'default', '--data', empty])).toMatchObject({
      err: expect.stringContaining('none'),
    })
    for (const path of [directory, join(directory, 'not-there')]) {
      expect((await holdfast(['import', path, '--data', empty])).code).toBe(1)
    }
  })

  it('traces a run of a stopped server, with the readers that were recorded', async () => {
    const traced = await holdfast(['trace', 'r1', '--data', data, '--json'])
    expect(traced.code, traced.err).toBe(0)
    expect(JSON.parse(traced.out)).toMatchObject({
      ...KEY,
      runId: 'r1',
      status: 'succeeded',
      readers: { recorded: true, atStart: 0, atEnd: 0 },
    })
    for (const args of [['r99'], ['r1', 'default', 't2'], ['r1', 'nowhere', 't1']]) {
      const missing = await holdfast(['trace', ...args, '--data', data])
      expect([args, missing.code, missing.out]).toEqual([args, 1, ''])
      expect(missing.err).toContain('There is no run')
    }
    expect(await holdfast(['trace', 'r1', '--data', join(directory, 'no-data')])).toMatchObject({ code: 1 })
  })

  it('starts each MCP server once, and says which of them can be used', async () => {
    const file = join(directory, 'mcp.json')
    writeFileSync(file, JSON.stringify({ mcpServers: { good: hostile(), bad: { command: 'no-such-program' } } }))
    const both = await holdfast(['doctor', '--data', data], { PORT: '0', HOLDFAST_MCP: file })
    expect(both.code, both.out + both.err).toBe(0)
    expect(both.out).toMatch(/ok {7}mcp {7}The MCP server “good” has \d+ tool\(s\)/)
    expect(both.out).toMatch(/warning {2}mcp {7}The MCP server “bad” cannot be used: it could not be started/)
    writeFileSync(file, '{}')
    const broken = await holdfast(['doctor', '--data', data], { PORT: '0', HOLDFAST_MCP: file })
    expect(broken).toMatchObject({ code: 1, out: expect.stringMatching(/WRONG {4}mcp {7}HOLDFAST_MCP is .*, but /) })
  })

  it('reports whether the data is sound, and what is wrong with it', async () => {
    const sound = await holdfast(['doctor', '--data', data], { PORT: '0' })
    expect(sound.code, sound.out + sound.err).toBe(0)
    expect(sound.out).toMatch(/2 thread\(s\) with \d+ record\(s\) are sound/)
    const broken = join(directory, 'broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'holdfast.db'), 'no database at all'.repeat(500))
    const ill = await holdfast(['doctor', '--data', broken], { PORT: 'x' })
    expect(ill.code).toBe(1)
    expect(ill.out).toMatch(/WRONG {4}settings {2}PORT/)
    expect(ill.out).toMatch(/WRONG {4}store/)
    expect(ill.err).toBe('holdfast: 2 problems found.\n')
  })
})
