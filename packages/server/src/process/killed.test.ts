/**
 * G13 a real server that is killed in the middle of a tool loop, with a model provider in a process of its own. Tools count
 * their calls in a file, so that no process can forget one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Interrupt } from '@ag-ui/core'
import { type Envelope, type LogPage, paths, type Run, type ThreadSnapshot } from '@holdfast/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../testing/spawn-endpoint.ts'
import { type ServerProcess, startServerProcess } from './testing/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'holdfast-killed-'))
const INDEX = new URL('../index.ts', import.meta.url).href
const calls = join(home, 'calls')
let endpoint: Endpoint
let server: ServerProcess
beforeAll(async () => {
  endpoint = await spawnEndpoint()
})
afterAll(async () => {
  server?.kill()
  await endpoint.close()
  rmSync(home, { recursive: true, force: true })
})

/** Each call writes its id when it begins. */
const MODULE = `
  import { appendFileSync } from 'node:fs'
  import { defineConfig, defineTool, modelAgent } from ${JSON.stringify(INDEX)}
  import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
  const counting = (name, effect) => defineTool({
    name, description: name, effect, input: z.object({ n: z.number() }),
    async execute({ n }, { key, toolCallId }) {
      appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ name, toolCallId, key }) + '\\n')
      await new Promise((resolve) => setTimeout(resolve, 30))
      return { n }
    },
  })
  export default defineConfig({
    tools: [counting('read', 'read'), counting('act', 'effect')],
    agents: [
      modelAgent({ id: 'reads', model: 'calls-5x2-read', tools: ['read'] }),
      modelAgent({ id: 'acts', model: 'calls-5x2-act', tools: ['act'] }),
    ],
  })`

const made = (): { readonly name: string; readonly toolCallId: string; readonly key: string }[] =>
  existsSync(calls)
    ? readFileSync(calls, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as never)
    : []

/** What the agents of the threads call. */
const TOOLS: Readonly<Record<string, string>> = { reads: 'read', acts: 'act' }

const keyOf = (threadId: string) => ({ roomId: 'default', threadId })
const get = async <Answer>(path: string) => (await (await fetch(server.url + path)).json()) as Answer
const post = (threadId: string, body: object) =>
  fetch(server.url + paths.runs(keyOf(threadId)), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [], ...body }),
  })
async function logOf(threadId: string): Promise<readonly Envelope[]> {
  const all: Envelope[] = []
  for (;;) {
    const page = await get<LogPage>(`${paths.log(keyOf(threadId))}?after=${all.length}`)
    all.push(...page.envelopes)
    if (page.upToDate) return all
  }
}
const resultsIn = (log: readonly Envelope[]) =>
  log.flatMap(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? [event.toolCallId] : []))

it('G13 makes no complete call again, and none with an effect without an answer', { timeout: 120_000 }, async () => {
  const config = join(home, 'config.mjs')
  writeFileSync(config, MODULE)
  const start = () =>
    startServerProcess({
      HOLDFAST_DATA: join(home, 'data'),
      HOLDFAST_CONFIG: config,
      OPENAI_BASE_URL: endpoint.url,
      OPENAI_MODEL: 'text',
    })
  server = await start()
  for (const agentId of ['reads', 'acts'])
    await post(agentId, { runId: 'r', agentId, messages: [{ id: 'q', role: 'user', content: 'Go.' }] })

  /** How often the calls were made that had a result when the server was killed. */
  const complete = new Map<string, number>()
  const times = (threadId: string, id: string) =>
    made().filter(({ name, toolCallId }) => name === TOOLS[threadId] && toolCallId === id).length
  for (let kills = 0; kills < 2; kills++) {
    const before = made().length
    await vi.waitFor(() => expect(made().length).toBeGreaterThan(before + 1), { timeout: 20_000, interval: 5 })
    // Any moment will do: of a call, between calls, of the model's answer.
    await wait(Math.random() * 60)
    server.kill()
    await server.exit
    server = await start()
    for (const threadId of ['reads', 'acts'])
      for (const id of resultsIn(await logOf(threadId))) {
        const name = `${threadId} ${id}`
        if (!complete.has(name)) complete.set(name, times(threadId, id))
      }

    if ((await get<Run>(paths.run(keyOf('acts'), 'r'))).status === 'interrupted') break
  }

  const again = new Map<string, number>()
  for (const threadId of ['reads', 'acts']) {
    for (let runId = 'r', n = 0; ; n++) {
      const run = await vi.waitFor(
        async () => {
          const found = await get<Run>(paths.run(keyOf(threadId), runId))
          expect(found).toHaveProperty('outcome')
          return found
        },
        { timeout: 30_000 },
      )
      if (run.status !== 'interrupted') {
        expect(run).toMatchObject({ status: 'succeeded' })
        break
      }
      const { interrupts } = run.outcome as { interrupts: readonly Interrupt[] }
      expect(threadId).toBe('acts')
      const resume = interrupts.map(({ id, reason, toolCallId = '' }, at) => {
        expect(reason).toBe('tool_outcome_unknown')
        if (at === 0) again.set(toolCallId, (again.get(toolCallId) ?? 0) + 1)
        return { interruptId: id, status: 'resolved', payload: { outcome: at === 0 ? 'again' : 'happened' } }
      })
      runId = `r${n}`
      expect((await post(threadId, { runId, resume })).status).toBe(202)
    }
    const log = await logOf(threadId)
    const results = resultsIn(log)
    expect(results).toHaveLength(10)
    expect(new Set(results).size).toBe(10)
    for (const id of results) {
      const before = complete.get(`${threadId} ${id}`)
      if (before !== undefined) expect(times(threadId, id), `${id} was complete`).toBe(before)
      if (threadId === 'acts') expect(times(threadId, id)).toBeLessThanOrEqual(1 + (again.get(id) ?? 0))
    }
    const { messages } = await get<ThreadSnapshot>(paths.thread(keyOf(threadId)))
    const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)
    expect(said).toEqual(['Step 0.', 'Step 1.', 'Step 2.', 'Step 3.', 'Step 4.', '10 results.'])
  }
  const keys = new Set(made().map(({ name, toolCallId, key }) => `${name} ${toolCallId} ${key}`))
  expect(keys.size).toBe(20)
})
