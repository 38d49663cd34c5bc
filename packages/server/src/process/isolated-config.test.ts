/** A config module in a process of its own: what its agents and tools say and hear there is what they would in the server. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Event, RunAgentInput } from '@ag-ui/core'
import { paths, type Run } from '@holdfast/core'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { AgentFailure } from '../agents/failure.ts'
import type { Agent, AgentContext } from '../agents/port.ts'
import type { Tool, ToolContext } from '../agents/tools/port.ts'
import { hostileAgents } from '../testing/hostile-agents.ts'
import { ConfigError } from './config.ts'
import { type OpenModule, openConfigModule } from './isolated-config.ts'
import { systemClock } from './system-clock.ts'
import { startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-isolated-'))
const opened: OpenModule[] = []
let files = 0
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function open(source: string, maxHeapMiB?: number) {
  const path = `./module-${++files}.mjs`
  writeFileSync(join(home, path), source)
  const warn = vi.fn()
  const uncaught = vi.fn()
  const heap = maxHeapMiB === undefined ? {} : { maxHeapMiB }
  const options = { path, isolate: true, directory: home, clock: systemClock, warn, uncaught, ...heap }
  const module = await openConfigModule(options)
  opened.push(module)
  const { agents = [], tools = [] } = module.config as { agents?: readonly Agent[]; tools?: readonly Tool[] }
  const agent = (id = 'own') => agents.find((each) => each.id === id) as Agent
  return { ...module, path, warn, uncaught, agent, tool: tools[0] as Tool }
}

const agentOf = (body: string, more = '') =>
  `export default { agents: [{ id: 'own', title: 'Own', ${more} async *run(input, context) { ${body} } }] }`

const INPUT = { threadId: 't', runId: 'r', messages: [], tools: [], context: [], state: {} } as unknown as RunAgentInput
const say = (delta: string) => `yield { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: ${delta} };`

function contextOf(more: Partial<AgentContext> = {}): AgentContext {
  return {
    signal: new AbortController().signal,
    tenantId: 'tenant',
    roomId: 'room',
    attention: () => 'none',
    usage: () => {},
    written: async () => {},
    childSignal: () => new AbortController().signal,
    ...more,
  }
}

async function deltasOf(run: AsyncIterable<Event>): Promise<unknown[]> {
  const deltas: unknown[] = []
  for await (const event of run) deltas.push((event as { delta?: unknown }).delta)
  return deltas
}

describe('an agent', () => {
  it('gets its input and its context, and its events arrive in order', async () => {
    const { agent } = await open(
      agentOf(`${say('JSON.stringify([input.runId, context.tenantId, context.roomId, context.attention(), context.resumed, context.answers])')}
               for (let n = 0; n < 1000; n++) ${say('String(n)')}`),
    )
    const resumed = { events: [], times: 2 }
    const [first, ...rest] = await deltasOf(agent().run(INPUT, contextOf({ resumed, attention: () => 'focused' })))
    expect(JSON.parse(first as string)).toEqual(['r', 'tenant', 'room', 'focused', resumed, null])
    expect(rest).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)))
  })

  it('hears of a cancel, and what it throws then is thrown', async () => {
    const { agent } = await open(
      agentOf(
        `${say('"one"')} await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))`,
      ),
    )
    const stop = new AbortController()
    const said: unknown[] = []
    const listening = (async () => {
      for await (const event of agent().run(INPUT, contextOf({ signal: stop.signal }))) {
        said.push(event)
        stop.abort(new DOMException('The run was cancelled.', 'AbortError'))
      }
    })()
    await expect(listening).rejects.toMatchObject({ name: 'AbortError', message: 'The run was cancelled.' })
    expect(said).toHaveLength(1)
  })

  it('fails with its own code and sentence, or with an error that keeps its origin', async () => {
    const failure = fileURLToPath(new URL('../agents/failure.ts', import.meta.url))
    const failing = await open(`import { AgentFailure } from ${JSON.stringify(failure)}
      ${agentOf(`throw new AgentFailure('model_auth', 'The key was refused.')`)}`)
    const thrown = await deltasOf(failing.agent().run(INPUT, contextOf())).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(AgentFailure)
    expect(thrown).toMatchObject({ code: 'model_auth', message: 'The key was refused.' })
    const { agent, path } = await open(agentOf(`null.x`))
    const error = await deltasOf(agent().run(INPUT, contextOf())).catch((each: unknown) => each)
    expect(error).not.toBeInstanceOf(AgentFailure)
    expect((error as Error).stack).toContain(path.slice(2))
  })

  it('waits until its words are durable, and no earlier event is missing then', async () => {
    const { agent } = await open(
      agentOf(`for (let n = 0; n < 200; n++) ${say('String(n)')} await context.written(); ${say('"durable"')}
               await context.written().catch((error) => { throw new Error('not ' + error.name) })`),
    )
    let taken = 0
    const durable: number[] = []
    const written = vi.fn(async () => {
      durable.push(taken)
      if (durable.length > 1) throw new DOMException('It is over.', 'AbortError')
    })
    const all = (async () => {
      for await (const _ of agent().run(INPUT, contextOf({ written }))) taken++
    })()
    await expect(all).rejects.toThrow('not AbortError')
    expect(durable).toEqual([200, 201])
  })

  it('reports usage, and hears which of its sub-agents is to stop', async () => {
    const { agent } = await open(
      agentOf(`context.usage({ inputTokens: 7 })
               const child = context.childSignal('child'), other = context.childSignal('other')
               await new Promise((resolve) => child.addEventListener('abort', resolve))
               ${say('JSON.stringify([child.aborted, other.aborted, context.childSignal("child") === child])')}`),
    )
    const usage = vi.fn()
    const child = new AbortController()
    const childSignal = (id: string) => (id === 'child' ? child.signal : new AbortController().signal)
    const said = deltasOf(agent().run(INPUT, contextOf({ usage, childSignal })))
    await vi.waitFor(() => expect(usage).toHaveBeenCalledWith({ inputTokens: 7 }), 10_000)
    child.abort()
    expect(JSON.parse((await said)[0] as string)).toEqual([true, false, true])
  })

  it('that never waits is not far ahead of the server, and gives way to others', async () => {
    const count = join(home, 'count')
    const { agent } = await open(
      `import { writeFileSync } from 'node:fs'
       let n = 0
       export default { agents: [
         { id: 'flood', title: 'F', async *run() { for (;;) { n++; ${say('"x"')} } } },
         { id: 'own', title: 'O', async *run() { writeFileSync(${JSON.stringify(count)}, String(n)); ${say('"here"')} } },
       ] }`,
    )
    const flood = agent('flood').run(INPUT, contextOf())[Symbol.asyncIterator]()
    await flood.next()
    expect(await deltasOf(agent('own').run(INPUT, contextOf()))).toEqual(['here'])
    // Eight batches of 128.
    expect(Number(readFileSync(count, 'utf8'))).toBeLessThanOrEqual(9 * 128)
    for (let n = 0; n < 5_000; n++) expect((await flood.next()).done).toBe(false)
    await flood.return?.()
  })

  it('checks a start and an answer, and names a conversation', async () => {
    const { agent } = await open(
      agentOf(
        '',
        `check: (given) => ({ type: 'invalid', message: 'Not ' + given }), checkAnswer: async () => ({ type: 'ok' }),
         entitle: async (messages) => 'About ' + messages.length,`,
      ),
    )
    expect(await agent().check?.(5)).toEqual({ type: 'invalid', message: 'Not 5' })
    expect(await agent().checkAnswer?.({ id: 'i', reason: 'x' } as never, {})).toEqual({ type: 'ok' })
    expect(await agent().entitle?.([], new AbortController().signal)).toBe('About 0')
  })
})

describe('a tool', () => {
  const defineTool = fileURLToPath(new URL('../agents/tools/define-tool.ts', import.meta.url))
  const toolOf = (body: string, more = '') => `
    import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
    import { defineTool } from ${JSON.stringify(defineTool)}
    export default { tools: [defineTool({ name: 'send', description: 'Sends.', effect: 'effect', ${more}
      input: z.object({ at: z.string().transform((text) => new Date(text)).optional(), n: z.number().default(1) }),
      async execute(input, context) { ${body} } })] }`

  const context = (more: Partial<ToolContext> = {}): ToolContext => ({
    signal: new AbortController().signal,
    tenantId: 'tenant',
    roomId: 'room',
    threadId: 't',
    runId: 'r',
    toolCallId: 'call',
    key: 'key',
    progress: () => {},
    ...more,
  })

  it('is described, parses by its schema, and gets what the schema made of its input', async () => {
    const { tool } = await open(
      toolOf(
        `return { year: input.at.getUTCFullYear(), n: input.n, call: context.toolCallId, key: context.key, where: context.tenantId }`,
        `approval: (input) => input.n > 1, timeoutMs: 5_000,`,
      ),
    )
    expect(tool).toMatchObject({ name: 'send', effect: 'effect', timeoutMs: 5_000, inputSchema: { type: 'object' } })
    expect(await tool.parse({ n: 'x' })).toMatchObject({ type: 'wrong', message: expect.stringContaining('at n') })
    const parsed = await tool.parse({ at: '2026-05-01' })
    if (parsed.type !== 'ok') throw new Error('It was refused.')
    expect(await tool.needsApproval(parsed.input, context())).toBe(false)
    expect(await tool.needsApproval({ n: 2 }, context())).toBe(true)
    expect(await tool.execute(parsed.input, context())).toEqual({
      year: 2026,
      n: 1,
      call: 'call',
      key: 'key',
      where: 'tenant',
    })
  })

  it('reports progress, asks the person, and hears of a stop', async () => {
    const { tool } = await open(
      toolOf(`context.progress('half'); const answer = await context.ask({ message: 'Sure?', schema: {} })
              if (answer.type === 'answered') return answer.content
              return new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)))`),
    )
    const progress = vi.fn()
    const answered = async () => ({ type: 'answered', content: { yes: true } }) as const
    expect(await tool.execute({}, context({ progress, ask: answered }))).toEqual({ yes: true })
    expect(progress).toHaveBeenCalledWith('half')
    const stop = new AbortController()
    const ask = async () => {
      setTimeout(() => stop.abort(new Error('stopped')))
      return { type: 'declined' } as const
    }
    await expect(tool.execute({}, context({ signal: stop.signal, ask }))).rejects.toThrow('stopped')
  })

  it.each([
    ['throws', `throw new Error('No post today.')`, 'No post today.'],
    ['returns a circle', 'const a = []; a.push(a); return a', /circular/],
    ['returns what no JSON holds', 'return 1n', /BigInt/],
    ['returns 50 MB', `return 'x'.repeat(50 << 20)`, 'The answer is too long.'],
    ['returns a trap', `return new Proxy({}, { get() { throw new Error('It is a trap.') } })`, 'It is a trap.'],
    [
      'ends its process',
      'process.exit(5)',
      'The code of this tool was ended: its process ended with exit code 5. Whether the call had an effect is unknown.',
    ],
  ])('that %s fails its call', async (_, body, why) => {
    const { tool } = await open(toolOf(body))
    await expect(tool.execute({}, context())).rejects.toThrow(why)
  })
})

describe('the process', () => {
  it('is started again after its end, and a run that starts meanwhile waits for it', async () => {
    const gone = join(home, `gone-${++files}`)
    const { agent, warn } = await open(
      `import { existsSync, writeFileSync } from 'node:fs'
       ${agentOf(`if (!existsSync(${JSON.stringify(gone)})) { writeFileSync(${JSON.stringify(gone)}, ''); ${say('"last words"')} await context.written(); process.exit(3) } ${say('"back"')}`)}`,
    )
    const said: unknown[] = []
    const lost = (async () => {
      for await (const event of agent().run(INPUT, contextOf())) said.push(event)
    })()
    await expect(lost).rejects.toThrow(
      'The code of this agent was ended: its process ended with exit code 3. What it said is kept. Try again.',
    )
    expect(said).toHaveLength(1)
    expect(existsSync(gone)).toBe(true)
    expect(await deltasOf(agent().run(INPUT, contextOf()))).toEqual(['back'])
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining('its process ended with exit code 3'),
      'The code of HOLDFAST_CONFIG runs again.',
    ])
  })

  it('that fills its memory ends alone', async () => {
    const { agent } = await open(agentOf('const a = []; for (;;) a.push({ n: a.length })'), 64)
    await expect(deltasOf(agent().run(INPUT, contextOf()))).rejects.toThrow(
      'The code of this agent was ended: its memory was full. What it said is kept. Try again.',
    )
  })

  it.each([
    ['process.exit(4)', 'it could not be loaded: its process ended with exit code 4.'],
    [
      `setTimeout(() => { throw new Error('x') }); await new Promise(() => setInterval(() => {}, 1000))`,
      'it could not be loaded: an error was thrown in it that nothing caught.',
    ],
    ['export default 5', 'its default export is not an object made by defineConfig.'],
  ])('refuses to load a module with %s, in one sentence', async (source, why) => {
    const error = await open(source).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toBe(`HOLDFAST_CONFIG is ./module-${files}.mjs, but ${why}`)
  })

  it('passes on all other settings as they are', async () => {
    const { config } = await open(
      `export default { defaultAgent: 'demo', limits: { drainMs: 5, maxBlockedMs: 400 }, mcpServers: { a: { command: 'x', env: { A: 'b' } } } }`,
    )
    expect(config).toEqual({
      defaultAgent: 'demo',
      limits: { drainMs: 5, maxBlockedMs: 400 },
      mcpServers: { a: { command: 'x', env: { A: 'b' } } },
    })
  })
})

it('every hostile agent ends its run as it would in the server’s own process (G10)', async () => {
  const config = fileURLToPath(new URL('../testing/hostile-config.ts', import.meta.url))
  const server = await startServerProcess({
    HOLDFAST_DATA: join(home, 'zoo'),
    HOLDFAST_CONFIG: config,
    HOLDFAST_LOG: 'silent',
  })
  try {
    const zoo = hostileAgents(systemClock)
    const keyOf = (agent: Agent) => ({ roomId: 'default', threadId: agent.id })
    for (const { agent } of zoo)
      await fetch(server.url + paths.runs(keyOf(agent)), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          runId: 'r',
          agentId: agent.id,
          messages: [{ id: 'q', role: 'user', content: 'Well?' }],
        }),
      })
    const fates: Record<string, string> = {}
    for (const { agent, fate } of zoo)
      await vi.waitFor(
        async () => {
          const run = (await (await fetch(server.url + paths.run(keyOf(agent), 'r'))).json()) as Run
          if (!('outcome' in run)) throw new Error(`${agent.id} has not ended.`)
          const end = run.outcome.type === 'failed' ? run.outcome.code : run.outcome.type
          // On a busy machine its time may be over first: silence counts from two seconds.
          fates[agent.id] = end === 'timeout' ? fate : end
        },
        { timeout: 50_000, interval: 200 },
      )
    expect(fates).toEqual(Object.fromEntries(zoo.map(({ agent, fate }) => [agent.id, fate])))
  } finally {
    server.kill()
  }
})
