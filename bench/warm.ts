/**
 * Going back and forth among threads that stream: what it asks of a real server process, by way of the client as a page
 * has it. `node bench/warm.ts` prints the table.
 */
import {
  createHttpTransport,
  createOneConnection,
  createRunRegistry,
  type Environment,
  type RunRegistry,
} from '@holdfast/client'
import { paths, type ThreadKey } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection } from './report.ts'
import { startServer } from './server-process.ts'

const THREADS = 50
const SWITCHES = 100

const quiet = { subscribe: () => () => {} }
const clock = {
  now: Date.now,
  schedule(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** A page without a window. */
function environmentOfNode(): Environment {
  const kept = new Map<string, string>()
  return {
    clock,
    frames: { next: (run) => clock.schedule(16, run) },
    visibility: { hidden: false, ...quiet },
    connectivity: { online: true, ...quiet },
    keep: {
      read: (name) => kept.get(name),
      write: (name, text) => void kept.set(name, text),
      remove: (name) => void kept.delete(name),
      names: () => [...kept.keys()],
    },
    random: Math.random,
    mintId: () => crypto.randomUUID(),
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Looks at the thread, as a page does, and resolves to the leaving once it is live. */
async function visit(registry: RunRegistry, key: ThreadKey): Promise<() => void> {
  const thread = registry.observe(key)
  const leave = thread.subscribe(() => {})
  await until(() => thread.snapshot().connection.type === 'live')
  return leave
}

export async function measureWarm(): Promise<BenchSection> {
  const server = await startServer()
  const asked: string[] = []
  const source = createHttpTransport({
    baseUrl: server.url,
    clock,
    fetch: (input, init) => {
      asked.push(new URL(String(input)).pathname)
      return fetch(input, init)
    },
  })
  const registry = createRunRegistry({
    transport: createOneConnection({ source, clock }),
    environment: environmentOfNode(),
  })
  const leaveOverview = registry.overview.subscribe(() => {})
  const keys = Array.from({ length: THREADS }, (_, n) => ({ roomId: 'default', threadId: `warm-${n}` }))
  const script = { tokens: 100_000, intervalMs: 100 }
  for (const key of keys) {
    const messages = [{ id: 'q', role: 'user', content: 'Hello' }]
    await server.post(paths.runs(key), { runId: 'run', messages, agentId: 'demo', forwardedProps: { script } })
  }
  let leave = () => {}
  const go = async (key: ThreadKey | undefined) => {
    if (!key) return
    const before = leave
    leave = await visit(registry, key)
    before()
  }
  for (const key of keys) await go(key)
  // Every thread that had a connection of its own has joined the shared one.
  await until(() => registry.diagnostics.connections === THREADS)
  await new Promise((resolve) => setTimeout(resolve, 3_000))

  asked.length = 0
  for (let turn = 0; turn < SWITCHES; turn += 1) await go(keys[(turn * 7) % THREADS])
  const openings = asked.filter((path) => path === paths.feed() || path.endsWith('/log')).length
  const snapshots =
    asked.filter((path) => path.includes('/threads/')).length - asked.filter((path) => path.endsWith('/log')).length

  leave()
  leaveOverview()
  registry.close()
  await server.close()
  return {
    title: `${THREADS} warm threads that all stream, ${SWITCHES} switches among them`,
    rows: [
      { name: 'reopenings of the connection, logs opened', value: openings, unit: 'requests' },
      { name: 'threads asked for', value: snapshots, unit: 'requests' },
    ],
    aims: [atMost('reopenings and logs opened by a switch within the warm set', openings / SWITCHES, 0)],
  }
}

if (import.meta.main) await runAlone(measureWarm)
