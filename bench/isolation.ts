/**
 * What it costs that the code of HOLDFAST_CONFIG runs in a process of its own: the processor time of all processes, for the
 * same agents at 30,000 events a second, apart and in the server's process. `node bench/isolation.ts` prints the table.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection, median } from './report.ts'
import { startServer } from './server-process.ts'

const AGENTS = fileURLToPath(new URL('./isolation-agents.ts', import.meta.url))
const RUNS = 100
/** Of each run, every 20 ms: 30,000 a second in all. */
const EVENTS = 6
const FOR_MS = 6_000
const WARM_MS = 1_500
const ROUNDS = 3

/** Milliseconds of processor time for a thousand events. */
async function measure(isolate: 'on' | 'off'): Promise<number> {
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS, HOLDFAST_ISOLATE: isolate })
  let asked = 0
  async function talk(forMs: number): Promise<number> {
    const keys = Array.from({ length: RUNS }, () => ({ roomId: 'default', threadId: `t${++asked}` }))
    await Promise.all(
      keys.map((key) =>
        server.post(paths.runs(key), {
          runId: 'run',
          agentId: 'paced',
          messages: [{ id: 'q', role: 'user', content: 'Well?' }],
          forwardedProps: { forMs, events: EVENTS },
        }),
      ),
    )
    let said = 0
    for (const key of keys) {
      for (;;) {
        const { status } = (await (await fetch(server.url + paths.run(key, 'run'))).json()) as { status: string }
        if (status === 'succeeded') break
        if (status !== 'queued' && status !== 'running') throw new Error(`A run ended ${status}.`)
        await wait(100)
      }
      const { thread } = (await (await fetch(server.url + paths.thread(key))).json()) as { thread: { lastSeq: number } }
      said += thread.lastSeq
    }
    return said
  }
  try {
    await talk(WARM_MS)
    const before = server.cpuMs()
    const events = await talk(FOR_MS)
    return ((server.cpuMs() - before) / events) * 1_000
  } finally {
    await server.close()
  }
}

export async function measureIsolation(): Promise<BenchSection> {
  const found = { on: [] as number[], off: [] as number[] }
  for (let round = 1; round <= ROUNDS; round++)
    for (const isolate of ['off', 'on'] as const) {
      console.error(
        `agents ${isolate === 'on' ? 'in a process of their own' : 'in the server'}, round ${round} of ${ROUNDS}`,
      )
      found[isolate].push(await measure(isolate))
    }
  const inside = median(found.off)
  const apart = median(found.on)
  return {
    title: 'Configured agents in a process of their own',
    rows: [
      { name: '1,000 events of 30,000 a second, agents in the server', value: inside, unit: 'ms CPU' },
      {
        name: 'agents in a process of their own',
        value: apart,
        unit: 'ms CPU',
        ratio: apart / inside,
        of: 'in the server',
      },
    ],
    aims: [atMost('CPU of all processes with isolated agents, against agents in the server', apart / inside, 1.5)],
  }
}

if (import.meta.main) await runAlone(measureIsolation)
