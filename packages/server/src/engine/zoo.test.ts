/**
 * Every hostile agent ends its own run with its own code in a real store, and everything that was stored is a legal run
 * to the stock AG-UI client.
 */
import { rmSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { type Envelope, envelopeJson, isEnded, type Run, splitFrames } from '@holdfast/core'
import { complaintOf, createManualClock, hostileEvent, type ManualClock } from '@holdfast/core/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import { createDemoAgent } from '../agents/demo/demo-agent.ts'
import type { Agent } from '../agents/port.ts'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Publish, RunWork, Store } from '../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../store/principal.ts'
import { createSharedClock, openInThread, temporaryDirectory } from '../store/sqlite/testing/harness.ts'
import { type HostileAgent, hostileAgents } from '../testing/hostile-agents.ts'
import { createEngine } from './engine.ts'

const LIMITS = {
  maxEvents: 4_000,
  maxBytes: 2 << 20,
  maxEventBytes: 1 << 20,
  maxDepth: 64,
  maxCoalescedBytes: 64 * 1024,
  maxStateBytes: 4 << 20,
  maxSubagents: 1_000,
  maxSubagentDepth: 8,
}
/** On the manual clock. */
const LONGEST_MS = 10_000
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Opened {
  readonly store: Store
  /** The clock has advanced. */
  moved(): void
}
type Open = (publish: Publish, clock: ManualClock) => Promise<Opened>

const STORES: readonly (readonly [string, Open])[] = [
  ['memory', async (publish, clock) => ({ store: createMemoryStore({ clock, publish }), moved() {} })],
  [
    'sqlite',
    async (publish, clock) => {
      const directory = temporaryDirectory()
      closing.push(async () => rmSync(directory, { recursive: true }))
      const shared = createSharedClock(clock.now())
      const store = await openInThread({ directory, publish, clock: shared })
      return { store, moved: () => void shared.fill(clock.now()) }
    },
  ],
]

/** Counts the requests that the store has not answered yet. */
function counted(work: RunWork) {
  let open = 0
  const calls = Object.entries(work).map(([name, call]) => [
    name,
    async (...args: readonly never[]) => {
      open++
      try {
        return await call(...args)
      } finally {
        open--
      }
    },
  ])
  return { work: Object.fromEntries(calls) as RunWork, open: () => open }
}

async function serverOf(open: Open, agentsOf: (clock: ManualClock) => readonly Agent[]) {
  const clock = createManualClock()
  const bus = createInProcessBus({
    onListenerError: (error) => {
      throw error
    },
  })
  const { store, moved } = await open(bus.publish, clock)
  const { work, open: unanswered } = counted(store.work)
  const engine = createEngine({
    store: { ...store, work },
    bus,
    catalogue: createCatalogue([createDemoAgent({ clock }), ...agentsOf(clock)], 'demo'),
    clock,
    workerId: 'w',
    exclusive: true,
    limits: LIMITS,
    times: { maxSilenceMs: 300, maxRunMs: 1_000 },
    drainMs: 0,
    flushMs: 1,
  })
  closing.unshift(async () => {
    await engine.close()
    await store.close()
  })
  await store.rooms.create(me, { roomId: 'default', title: 'Default', agentId: 'demo' })
  await engine.start()

  /** Time passes only while the store owes no answer, so a slow machine delays nothing. */
  async function pass(ms: number): Promise<void> {
    for (let turns = 0; turns < 4 || unanswered() > 0; turns++) await turn()
    clock.advance(ms)
    moved()
  }

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
      for (let ms = 0; ms < LONGEST_MS; ms++) {
        const answer = await store.runs.get(me, keyOf(threadId), 'run')
        if (answer.type === 'run' && isEnded(answer.run)) return answer.run
        await pass(1)
      }
      throw new Error(`${threadId} has not ended`)
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
  it('each hostile agent ends its run with its own code, its neighbour keeps streaming, and the stock client accepts every run', async () => {
    let zoo: readonly HostileAgent[] = []
    const server = await serverOf(open, (clock) => {
      zoo = hostileAgents(clock)
      return zoo.map(({ agent }) => agent)
    })
    await server.ask('neighbour', 'demo', { tokens: 100, intervalMs: 5 })
    for (const { agent } of zoo) await server.ask(agent.id, agent.id)

    const fates: Record<string, string> = {}
    for (const { agent } of zoo) {
      const run = await server.ended(agent.id)
      fates[agent.id] = 'outcome' in run && run.outcome.type === 'failed' ? run.outcome.code : run.status
      const log = await server.log(agent.id)
      expect(await complaintOf(eventsOf(log)), agent.id).toBeUndefined()
      expect(log.at(-1)?.event, agent.id).toMatchObject({ type: 'run.ended' })
      expect(JSON.stringify(log), agent.id).not.toMatch(/forged|sk-1234/)
    }
    expect(fates).toEqual(Object.fromEntries(zoo.map(({ agent, fate }) => [agent.id, fate])))

    expect(await server.ended('neighbour')).toMatchObject({ status: 'succeeded' })
    const said = eventsOf(await server.log('neighbour')).flatMap((event) => ('delta' in event ? [event.delta] : []))
    expect(said.join('')).toBe(Array.from({ length: 100 }, (_, n) => `t${n} `).join(''))
  }, 90_000)

  it('whatever events an agent sends, in whatever order, the stored run is legal', async () => {
    let events: readonly unknown[] = []
    const babbler: Agent = {
      id: 'babbler',
      title: 'Babbler',
      async *run() {
        yield* events as never[]
      },
    }
    const server = await serverOf(open, () => [babbler])
    let asked = 0
    await fc.assert(
      fc.asyncProperty(fc.array(hostileEvent(), { maxLength: 12 }), async (said) => {
        events = said
        const threadId = `t${++asked}`
        await server.ask(threadId, 'babbler')
        await server.ended(threadId)
        expect(await complaintOf(eventsOf(await server.log(threadId)))).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
