/**
 * Each agent of the zoo ends its own run, with its own code, in a real store; and everything that was stored is a legal
 * run to the stock AG-UI client.
 */
import { rmSync } from 'node:fs'
import { type Envelope, envelopeJson, isEnded, type Run, splitFrames } from '@holdfast/core'
import { complaintOf, hostileEvent } from '@holdfast/core/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import { createDemoAgent } from '../agents/demo/demo-agent.ts'
import type { Agent } from '../agents/port.ts'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { systemClock } from '../process/system-clock.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Publish, Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { openInThread, temporaryDirectory } from '../store/sqlite/testing/harness.ts'
import { hostileAgents } from '../testing/hostile-agents.ts'
import { createEngine } from './engine.ts'

const LIMITS = {
  maxEvents: 20_000,
  maxBytes: 2 << 20,
  maxEventBytes: 1 << 20,
  maxDepth: 64,
  maxCoalescedBytes: 64 * 1024,
  maxStateBytes: 4 << 20,
}
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const STORES: readonly (readonly [string, (publish: Publish) => Promise<Store>])[] = [
  ['memory', async (publish) => createMemoryStore({ clock: systemClock, publish })],
  [
    'sqlite',
    async (publish) => {
      const directory = temporaryDirectory()
      closing.push(async () => rmSync(directory, { recursive: true }))
      return openInThread({ directory, publish })
    },
  ],
]

async function houseOf(open: (publish: Publish) => Promise<Store>, agents: readonly Agent[]) {
  const bus = createInProcessBus({
    onListenerError: (error) => {
      throw error
    },
  })
  const store = await open(bus.publish)
  const engine = createEngine({
    store,
    bus,
    catalogue: createCatalogue([createDemoAgent({ clock: systemClock }), ...agents], 'demo'),
    clock: systemClock,
    workerId: 'w',
    exclusive: true,
    limits: LIMITS,
    times: { maxSilenceMs: 1_500, maxRunMs: 6_000 },
    drainMs: 0,
    flushMs: 1,
  })
  closing.unshift(async () => {
    await engine.close()
    await store.close()
  })
  await store.rooms.create(me, { roomId: 'default', title: 'Default', agentId: 'demo' })
  await engine.start()

  const keyOf = (threadId: string) => ({ roomId: 'default', threadId })
  return {
    async ask(threadId: string, agentId: string, script?: object) {
      const messages = [{ id: 'q', role: 'user', content: 'Well?' } as const]
      const request = { runId: 'run', messages, agentId, onBusy: 'reject', tools: [], context: [] } as const
      const answer = await store.runs.start(me, keyOf(threadId), {
        ...request,
        ...(script && { forwardedProps: { script } }),
      })
      expect(answer.type).toBe('accepted')
    },
    async ended(threadId: string): Promise<Run> {
      return vi.waitFor(
        async () => {
          const answer = await store.runs.get(me, keyOf(threadId), 'run')
          if (answer.type !== 'run' || !isEnded(answer.run)) throw new Error(`${threadId} has not ended`)
          return answer.run
        },
        { timeout: 30_000, interval: 20 },
      )
    },
    async log(threadId: string): Promise<Envelope[]> {
      const log: Envelope[] = []
      for (;;) {
        const range = { after: log.length, maxBytes: 1 << 20, maxRecords: 10_000 }
        const chunk = await store.log.read(me, keyOf(threadId), range)
        if (chunk.type !== 'chunk') throw new Error(chunk.type)
        for (const frame of splitFrames(new TextDecoder().decode(chunk.frames))) {
          log.push(JSON.parse(envelopeJson(frame)) as Envelope)
        }
        if (chunk.lastSeq === chunk.head) return log
      }
    },
  }
}

const eventsOf = (log: readonly Envelope[]) => log.flatMap(({ kind, event }) => (kind === 'agui' ? [event] : []))

describe.each(STORES)('in a %s store', (_, open) => {
  it('each of the zoo ends its run with its own code, the neighbour talks on, and the stock client takes every run', async () => {
    const zoo = hostileAgents(systemClock)
    const house = await houseOf(
      open,
      zoo.map(({ agent }) => agent),
    )
    await house.ask('neighbour', 'demo', { tokens: 100, intervalMs: 5 })
    for (const { agent } of zoo) await house.ask(agent.id, agent.id)

    const fates: Record<string, string> = {}
    for (const { agent } of zoo) {
      const run = await house.ended(agent.id)
      fates[agent.id] = 'outcome' in run && run.outcome.type === 'failed' ? run.outcome.code : run.status
      const log = await house.log(agent.id)
      expect(await complaintOf(eventsOf(log)), agent.id).toBeUndefined()
      expect(log.at(-1)?.event, agent.id).toMatchObject({ type: 'run.ended' })
      expect(JSON.stringify(log), agent.id).not.toMatch(/forged|sk-1234/)
    }
    expect(fates).toEqual(Object.fromEntries(zoo.map(({ agent, fate }) => [agent.id, fate])))

    expect(await house.ended('neighbour')).toMatchObject({ status: 'succeeded' })
    const said = eventsOf(await house.log('neighbour')).flatMap((event) => ('delta' in event ? [event.delta] : []))
    expect(said.join('')).toBe(Array.from({ length: 100 }, (_, n) => `t${n} `).join(''))
  }, 90_000)

  it('whatever events an agent says, in whatever order, what was stored is a legal run', async () => {
    let events: readonly unknown[] = []
    const babbler: Agent = {
      id: 'babbler',
      title: 'Babbler',
      async *run() {
        yield* events as never[]
      },
    }
    const house = await houseOf(open, [babbler])
    let asked = 0
    await fc.assert(
      fc.asyncProperty(fc.array(hostileEvent(), { maxLength: 12 }), async (said) => {
        events = said
        const threadId = `t${++asked}`
        await house.ask(threadId, 'babbler')
        await house.ended(threadId)
        expect(await complaintOf(eventsOf(await house.log(threadId)))).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
