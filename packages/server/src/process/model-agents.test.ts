/** Model agents of a config module, from the module to the log, with a model provider in a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Envelope, type LogPage, paths, type Run } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../testing/spawn-endpoint.ts'
import { ConfigError, readConfig } from './config.ts'
import { loadConfigModule } from './config-module.ts'
import { createModelAgents } from './model-agents.ts'
import { systemClock } from './system-clock.ts'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-model-agents-'))
const INDEX = new URL('../index.ts', import.meta.url).href
let endpoint: Endpoint
let files = 0
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(async () => {
  await endpoint.close()
  rmSync(home, { recursive: true, force: true })
})

function moduleSaying(source: string): string {
  const file = join(home, `config-${++files}.mjs`)
  writeFileSync(
    file,
    `import { defineConfig, defineTool, modelAgent } from ${JSON.stringify(INDEX)}
     import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
     const tool = (name, more = {}) => defineTool({ name, description: name, effect: 'read', input: z.object({ n: z.number() }), execute: ({ n }) => ({ n, from: name }), ...more })
     export default defineConfig(${source})`,
  )
  return file
}

async function agentsOf(source: string, env: Record<string, string> = {}, mcpServers: readonly string[] = []) {
  const module = moduleSaying(source)
  const config = readConfig({ HOLDFAST_CONFIG: module, ...env })
  const loaded = await loadConfigModule(module, home)
  return createModelAgents({ config, loaded, mcp: { tools: async () => [] }, mcpServers, clock: systemClock })
}

const AT = (more = '') => `baseUrl: 'http://127.0.0.1:9/v1', model: 'm'${more}`

describe('a config module', () => {
  it('makes agents that may start each other', async () => {
    const agents = await agentsOf(`{ tools: [tool('send')], agents: [
      modelAgent({ id: 'a', ${AT()}, tools: ['send'], subAgents: ['b'] }),
      modelAgent({ id: 'b', title: 'B', ${AT()}, subAgents: ['a'] }) ] }`)
    expect(agents).toMatchObject([
      { id: 'a', title: 'a', afterCrash: 'resume' },
      { id: 'b', title: 'B' },
    ])
  })

  it('leaves out what the variables say', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_MODEL: 'm' }
    expect(await agentsOf(`{ agents: [modelAgent({ id: 'model' })] }`, env)).toMatchObject([
      { id: 'model', title: 'm' },
    ])
  })

  it.each([
    [
      `{ agents: [modelAgent({ id: 'a', ${AT()}, tools: ['sned'] })] }`,
      'the agent "a" is given the tool "sned", which is not',
    ],
    [
      `{ agents: [modelAgent({ id: 'a', ${AT()}, tools: ['files/*'] })] }`,
      'the MCP server "files", which is not configured',
    ],
    [
      `{ agents: [modelAgent({ id: 'a', ${AT()}, subAgents: ['b'] })] }`,
      'the agent "a" has the sub-agent "b", which is no',
    ],
    [`{ agents: [modelAgent({ id: 'a', model: 'm' })] }`, 'the agent "a" has no baseUrl. Set it, or OPENAI_BASE_URL.'],
    [
      `{ agents: [modelAgent({ id: 'a', baseUrl: 'http://127.0.0.1:9' })] }`,
      'the agent "a" has no model. Set it, or OPENAI_MODEL.',
    ],
    [`{ agents: [modelAgent({ id: 'a b' })] }`, 'The model agent "a b" has an id that is not 1–128'],
    [`{ agents: [modelAgent({ id: 'a', toools: [] })] }`, 'The model agent "a" has an unknown setting: toools.'],
    [
      `{ agents: [modelAgent({ id: 'a', baseUrl: 'nowhere' })] }`,
      'has a wrong baseUrl: it is not an http or https URL.',
    ],
    [`{ tools: [tool('x', { effect: undefined })] }`, 'The tool "x" has no effect'],
  ])('%s is refused in one sentence', async (source, sentence) => {
    const error = await agentsOf(source).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toContain(sentence)
    expect((error as ConfigError).message).toMatch(/^HOLDFAST_CONFIG is [^\n]*\.$/)
  })
})

describe('a server', { timeout: 60_000 }, () => {
  let server: ServerProcess
  const key = (threadId: string) => ({ roomId: 'default', threadId })
  const get = async <Answer>(path: string) => (await (await fetch(server.url + path)).json()) as Answer
  const start = (threadId: string, body: object) =>
    fetch(server.url + paths.runs(key(threadId)), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [], ...body }),
    })
  const ended = (threadId: string, runId: string) =>
    vi.waitFor(
      async () => {
        const run = await get<Run>(paths.run(key(threadId), runId))
        expect(run).toHaveProperty('outcome')
        return run
      },
      { timeout: 20_000 },
    )
  const results = async (threadId: string) =>
    (await get<LogPage>(`${paths.log(key(threadId))}?after=0`)).envelopes.flatMap(({ event }: Envelope) =>
      event.type === 'TOOL_CALL_RESULT' ? [event] : [],
    )
  const question = [{ id: 'q', role: 'user', content: 'Go.' }]

  beforeAll(async () => {
    const module = moduleSaying(`{
      tools: [tool('send', { effect: 'effect', approval: 'always' }), tool('look')],
      agents: [
        modelAgent({ id: 'model', tools: ['look'] }),
        modelAgent({ id: 'asks', model: 'calls-1x2-send', tools: ['send', 'look'], instructions: 'Be brief.' }),
      ],
    }`)
    server = await startServerProcess({
      HOLDFAST_DATA: join(home, 'data'),
      HOLDFAST_CONFIG: module,
      OPENAI_BASE_URL: endpoint.url,
      OPENAI_MODEL: 'calls-3x2-look',
    })
  })
  afterAll(() => server.stop())

  it('S000-C10 calls a configured tool twice in each of three steps; the configured `model` replaces the other', async () => {
    expect((await start('tools', { runId: 'r', agentId: 'model', messages: question })).status).toBe(202)
    expect(await ended('tools', 'r')).toMatchObject({ status: 'succeeded', usage: [{ inputTokens: 28 }] })
    const said = (await results('tools')).map(({ content }) => content)
    expect(said.toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((n) => JSON.stringify({ n, from: 'look' })))
    const asked = (await endpoint.requests()).filter(({ model }) => model === 'calls-3x2-look')
    expect(asked).toHaveLength(4)
    expect(asked[0]?.tools?.map((tool) => tool.function.name)).toEqual(['look'])
  })

  it('asks a person before it sends, and sends what they approve', async () => {
    await start('asks', { runId: 'r1', agentId: 'asks', messages: question })
    const run = await ended('asks', 'r1')
    expect(run).toMatchObject({ status: 'interrupted' })
    expect(await results('asks')).toEqual([])
    const { interrupts } = (run as unknown as { outcome: { interrupts: { id: string; metadata: object }[] } }).outcome
    expect(interrupts).toMatchObject([
      {
        reason: 'tool_approval',
        metadata: { toolName: 'send', arguments: { n: 0 }, argumentsHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      { reason: 'tool_approval', metadata: { arguments: { n: 1 } } },
    ])
    const [first, second] = interrupts.map(({ id }) => id)
    const answer = (runId: string, one: object, other: object) =>
      start('asks', {
        runId,
        resume: [
          { interruptId: first, status: 'resolved', payload: one },
          { interruptId: second, status: 'resolved', payload: other },
        ],
      })
    expect((await answer('bad', { approved: 'yes' }, { approved: true })).status).toBe(422)
    expect((await answer('bad', { approved: true, arguments: { n: 'x' } }, { approved: true })).status).toBe(422)
    const changed = await answer('bad', { approved: true, argumentsHash: 'x' }, { approved: true })
    expect([changed.status, ((await changed.json()) as { code: string }).code]).toEqual([409, 'arguments_changed'])
    const answered = await answer(
      'r2',
      { approved: true, arguments: { n: 7 } },
      { approved: false, note: 'Not to him.' },
    )
    expect(answered.status).toBe(202)
    expect(await ended('asks', 'r2')).toMatchObject({ status: 'succeeded' })
    expect((await results('asks')).map(({ content }) => content).toSorted()).toEqual([
      'A person denied this call. It was not made. They say: Not to him.',
      '{"n":7,"from":"send"}',
    ])
    const asked = (await endpoint.requests()).findLast(({ model }) => model === 'calls-1x2-send')
    expect(asked?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool'])
    expect(JSON.stringify(asked?.messages.at(3))).toContain('A person changed the arguments')
    expect((await answer('r3', { approved: true }, { approved: true })).status).toBe(409)
  })
})
