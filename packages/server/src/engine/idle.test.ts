/** What a run costs while it only waits for its agent. Many do, for minutes, while the agent thinks or calls a tool. */
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RunAgentInput } from '@ag-ui/core'
import { createManualClock } from '@holdfast/core/testing'
import { expect, it } from 'vitest'
import { createCatalogue } from '../agents/catalogue.ts'
import type { Agent } from '../agents/port.ts'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { createMemoryStore } from '../store/memory/memory-store.ts'
import type { Claim } from '../store/port.ts'
import { LOCAL_PRINCIPAL as owner } from '../store/principal.ts'
import { createEngine } from './engine.ts'

const RUNS = 500
/** The agent's own generator, its signal and what it was given are 2 kB of it (`bench/heap.ts`). */
const MOST_BYTES = 4_096
/** Ideally nothing, but heap measurements vary. */
const LEFT_BYTES = 800

const quiet: Agent = {
  id: 'quiet',
  title: 'quiet',
  // biome-ignore lint/correctness/useYield: it says nothing, that is what it is for.
  async *run(_, { signal }) {
    await once(signal, 'abort')
  },
}

function claimOf(n: number): Claim {
  const lease = { tenantId: 'local', roomId: 'default', threadId: `t-${n}`, runId: `r-${n}`, epoch: 1 }
  const messages = [{ id: 'q', role: 'user' as const, content: 'Well?' }]
  const input: RunAgentInput = { threadId: lease.threadId, runId: lease.runId, messages, tools: [], context: [] }
  const run = { runId: lease.runId, agentId: 'quiet', status: 'running' as const, acceptedAt: '2026-01-01T00:00:00Z' }
  return { lease, run, agentId: 'quiet', owner, input }
}

/** An engine over a store that gives claims and keeps nothing. */
function createIdleEngine() {
  const clock = createManualClock()
  const bus = createInProcessBus({
    onListenerError(error) {
      throw error
    },
  })
  const store = createMemoryStore({ clock, publish: bus.publish })
  let given = 0
  const engine = createEngine({
    store: {
      ...store,
      work: {
        ...store.work,
        claim: async ({ limit }) => {
          const claims = Array.from({ length: Math.min(limit, RUNS - given) }, (_, n) => claimOf(given + n))
          given += claims.length
          return claims
        },
        end: async () => ({ type: 'ended' }),
      },
    },
    bus,
    catalogue: createCatalogue([quiet], 'quiet'),
    clock,
    workerId: 'w',
    exclusive: false,
    drainMs: 0,
  })
  return { clock, engine }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  for (let n = 0; n < 3; n++) {
    collect()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

it(`a run that waits for its agent keeps no more than ${MOST_BYTES} bytes, and releases them at its end`, async () => {
  async function round(): Promise<{ readonly idle: number; readonly ended: number }> {
    const { clock, engine } = createIdleEngine()
    const before = await heap()
    await engine.start()
    while (engine.active < RUNS) await turn()
    const idle = (await heap()) - before
    const closed = engine.close()
    while (engine.active > 0) {
      clock.advance(1)
      await turn()
    }
    await closed
    return { idle: idle / RUNS, ended: ((await heap()) - before) / RUNS }
  }
  await round()
  const { idle, ended } = await round()
  expect(idle).toBeLessThan(MOST_BYTES)
  expect(ended).toBeLessThan(LEFT_BYTES)
})
