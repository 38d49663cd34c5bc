/**
 * One stream, split at every byte: in two pieces, ended early, with a torn socket. S000-57: an incomplete run never
 * counts as a success, and shows exactly what arrived.
 */
import { EventType, type TokenUsage } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Endpoint, spawnEndpoint } from '../../testing/spawn-endpoint.ts'
import { testContext } from '../testing/agent-context.ts'
import { createModelAgent } from './index.ts'

let endpoint: Endpoint
let length = 0
beforeAll(async () => {
  endpoint = await spawnEndpoint()
  const body = JSON.stringify({ model: 'whole', messages: [] })
  const response = await fetch(`${endpoint.url}/chat/completions`, { method: 'POST', body })
  length = (await response.arrayBuffer()).byteLength
})
afterAll(() => endpoint.close())

const TEXT = 'wörld 🦀!'
const THOUGHT = 'Hm 🤔'

async function ask(model: string) {
  const said = { text: '', thought: '' }
  const spent: TokenUsage[] = []
  const agent = createModelAgent({ baseUrl: endpoint.url, model, clock: createManualClock() })
  const input = { threadId: 't', runId: 'r', messages: [{ id: 'q', role: 'user' as const, content: 'Hi' }], tools: [] }
  const context = testContext({ usage: (entry: TokenUsage) => spent.push(entry) })
  let end: unknown = 'returned'
  try {
    for await (const event of agent.run({ ...input, context: [] }, context)) {
      if (event.type === EventType.TEXT_MESSAGE_CONTENT) said.text += event.delta
      if (event.type === EventType.REASONING_MESSAGE_CONTENT) said.thought += event.delta
    }
  } catch (error) {
    end = error
  }
  return { end, said, spent }
}

/** Every position, a few at once. */
async function everywhere(step: number, look: (at: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let at = next; at <= length; at = next) {
      next += step
      await look(at)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

it('gives the same answer wherever the stream is split', { timeout: 120_000 }, async () => {
  expect(length).toBeGreaterThan(400)
  await everywhere(1, async (at) => {
    const { end, said, spent } = await ask(`split-${at}`)
    expect({ at, end, said }).toEqual({ at, end: 'returned', said: { text: TEXT, thought: THOUGHT } })
    expect(spent).toEqual([
      {
        provider: new URL(endpoint.url).host,
        model: `split-${at}`,
        inputTokens: 7,
        outputTokens: 5,
        totalTokens: 12,
        cachedInputTokens: 3,
        reasoningTokens: 2,
      },
    ])
  })
})

it.each([
  ['cut', 1],
  ['drop', 3],
] as const)('%s: never a success where the stream stops before its finish', { timeout: 120_000 }, async (way, step) => {
  let successes = 0
  let last = ''
  await everywhere(step, async (at) => {
    const { end, said } = await ask(`${way}-${at}`)
    expect(TEXT.startsWith(said.text), `${way} at ${at}: ${said.text}`).toBe(true)
    expect(THOUGHT.startsWith(said.thought)).toBe(true)
    if (end === 'returned') {
      successes++
      last = said.text
      expect({ at, said }).toEqual({ at, said: { text: TEXT, thought: THOUGHT } })
    } else {
      expect(end).toMatchObject({
        code: way === 'cut' ? 'model_bad_response' : expect.stringMatching(/^model_(unreachable|bad_response)$/),
      })
    }
  })
  if (way === 'cut') expect({ some: successes > 0, last }).toEqual({ some: true, last: TEXT })
})
