/** MCP servers of a real server process: their start, what an operator sees of them, and that none is left behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LogPage, paths, type Run } from '@holdfast/core'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { everything, hostile } from '../agents/mcp/testing/world.ts'
import { spawnEndpoint } from '../testing/spawn-endpoint.ts'
import { ConfigError } from './config.ts'
import { readMcpServers, startMcp } from './mcp.ts'
import { systemClock } from './system-clock.ts'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-with-mcp-'))
const servers: ServerProcess[] = []
let datas = 0

afterEach(() => {
  for (const server of servers.splice(0)) server.kill()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function fileOf(mcpServers: object): string {
  const file = join(home, `mcp-${++datas}.json`)
  writeFileSync(file, JSON.stringify({ mcpServers }))
  return file
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}

const fromEnvironment = (name: string) => `$\{${name}}`

async function serve(mcpServers: object, env: Record<string, string> = {}) {
  const data = join(home, `data-${++datas}`)
  const server = await startServerProcess({ HOLDFAST_DATA: data, HOLDFAST_MCP: fileOf(mcpServers), ...env })
  servers.push(server)
  return { ...server, data }
}

it('shows the state of each server in the log, the events and the metrics, and never a secret', async () => {
  const secret = 'the-secret-of-the-test'
  const { url, err, data, stop } = await serve(
    {
      good: { ...hostile(), env: { A: secret } },
      bad: { command: 'no-such-program', env: { A: fromEnvironment('OWN_TOKEN') } },
    },
    { OWN_TOKEN: secret },
  )
  await vi.waitFor(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toContain('holdfast_mcp_server_connected{server="good"} 1')
    expect(text).toContain('holdfast_mcp_server_connected{server="bad"} 0')
    expect(text).toMatch(/holdfast_mcp_server_losses_total\{server="bad"\} [1-9]/)
  }, 20_000)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(await stop()).toBe(0)
  const events = readFileSync(join(data, 'events.jsonl'), 'utf8')
  expect(events).toMatch(/"type":"mcp_server_ready",[^\n]*"server":"good","tools":\d+/)
  // However often it was tried.
  expect(events.match(/"type":"mcp_server_lost",[^\n]*"server":"bad","reason":"it could not be started/g)).toHaveLength(
    1,
  )
  expect(err()).toContain('An MCP server is connected.')
  expect(err()).toContain('An MCP server is not connected; it is tried again.')
  expect(events + err()).not.toContain(secret)
})

it('a question that a tool asks ends the run, and the run that answers it makes the call again with the answer', async () => {
  const endpoint = await spawnEndpoint()
  try {
    const { url } = await serve(
      { every: everything },
      { OPENAI_BASE_URL: endpoint.url, OPENAI_MODEL: 'calls-1x1-every__trigger-elicitation-request' },
    )
    const key = { roomId: 'default', threadId: 't' }
    const start = async (body: object) => {
      const response = await fetch(url + paths.runs(key), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [], agentId: 'model', ...body }),
      })
      expect(response.status).toBe(202)
    }
    const outcomeOf = (runId: string) =>
      vi.waitFor(async () => {
        const run = (await (await fetch(url + paths.run(key, runId))).json()) as Run
        if (!('outcome' in run)) throw new Error('It has not ended.')
        return run.outcome
      }, 40_000)
    await start({ runId: 'r1', messages: [{ id: 'q', role: 'user', content: 'Go.' }] })
    const asked = await outcomeOf('r1')
    expect(asked).toMatchObject({
      type: 'interrupted',
      interrupts: [{ reason: 'tool_question', responseSchema: { type: 'object', required: ['name'] } }],
    })
    const interruptId = asked.type === 'interrupted' ? asked.interrupts[0]?.id : undefined
    await start({ runId: 'r2', resume: [{ interruptId, status: 'resolved', payload: { name: 'Ada' } }] })
    expect(await outcomeOf('r2')).toMatchObject({ type: 'succeeded' })
    const { envelopes } = (await (await fetch(`${url}${paths.log(key)}?after=0`)).json()) as LogPage
    const results = envelopes.flatMap(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? [event.content] : []))
    expect(results).toEqual([expect.stringContaining('Ada')])
  } finally {
    await endpoint.close()
  }
})

it.each(['SIGTERM', 'SIGKILL'])('leaves no process behind after a %s', async (signal) => {
  const file = join(home, `pids-${++datas}`)
  const { stop, kill, exit } = await serve({ h: hostile('well', file) })
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000 })
  const pid = readFileSync(file, 'utf8').trim()
  expect(isAlive(pid)).toBe(true)
  if (signal === 'SIGTERM') expect(await stop()).toBe(0)
  else kill()
  await exit
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000 })
})

it('a file that cannot be used refuses to start, with one sentence', async () => {
  const broken = join(home, 'broken.json')
  writeFileSync(broken, '{"mcpServers": {"a": {"url": "x"}}}')
  await expect(startServerProcess({ HOLDFAST_DATA: join(home, 'none'), HOLDFAST_MCP: broken })).rejects.toThrow(
    `holdfast: HOLDFAST_MCP is ${broken}, but the server "a" has a url that is not an http or https address.`,
  )
  const missing = () => readMcpServers('./nowhere.json', home, {})
  expect(missing).toThrow(ConfigError)
  expect(missing).toThrow(`HOLDFAST_MCP is ./nowhere.json, but no such file can be read in ${home}.`)
})

it('the servers of the file and of the config module are merged; of two with one name the file’s is used', async () => {
  const warn = vi.fn()
  const source = startMcp({
    config: { mcpFile: fileOf({ a: { command: 'no-such-program' }, b: { command: 'no-such-program' } }) },
    loaded: { mcpServers: { b: hostile(), c: hostile() } },
    env: {},
    directory: home,
    clock: systemClock,
    words: () => {},
    warn,
  })
  await source.tools()
  const states = Object.entries(source.states()).map(([name, { type }]) => [name, type === 'ready'])
  expect(Object.fromEntries(states)).toEqual({ a: false, b: false, c: true })
  expect(warn.mock.calls.flat()).toEqual([expect.stringContaining('“b” is in HOLDFAST_MCP and in HOLDFAST_CONFIG')])
  await source.close()
})
