/**
 * What agents that act cost: 1,000 tool steps, and 20 sub-agents of 500 steps, each beside plain text of equally many
 * events. The server's processor time for a stored record, and the time to open such a thread. Then how soon a run that was
 * killed asks its model again. `node bench/acting.ts` prints the table.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createFold, paths, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import type { WORKLOADS } from './acting-agents.ts'
import { runAlone } from './alone.ts'
import { atMost, type BenchRow, type BenchSection, median, onlyHere } from './report.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const AGENTS = fileURLToPath(new URL('./acting-agents.ts', import.meta.url))
const ROUNDS = 3
const OPENINGS = 15
const KILLS = 5

type Way = keyof typeof WORKLOADS

const NAMES: Readonly<Record<Way, string>> = {
  texts: '1,334 short texts',
  tools: '1,000 tool steps',
  one: '10,000 texts of one agent',
  children: '20 sub-agents of 500 steps',
}
/** Each way beside plain text of as many events. */
const BESIDE = [
  ['tools', 'texts'],
  ['children', 'one'],
] as const
const WAYS = Object.keys(NAMES) as Way[]

async function start({ post }: ServerProcess, key: ThreadKey, agentId: string): Promise<void> {
  const messages = [{ id: 'q', role: 'user', content: 'Well?' }]
  const answer = await post(paths.runs(key), { runId: 'run', agentId, messages })
  if (answer.status !== 202) throw new Error(await answer.text())
}

async function ended(url: string, key: ThreadKey): Promise<void> {
  for (;;) {
    const { status } = (await (await fetch(url + paths.run(key, 'run'))).json()) as { status: string }
    if (status === 'succeeded') return
    if (status !== 'queued' && status !== 'running') throw new Error(`A run ended ${status}.`)
    await wait(20)
  }
}

async function open(url: string, key: ThreadKey): Promise<ThreadSnapshot> {
  const snapshot = (await (await fetch(url + paths.thread(key))).json()) as ThreadSnapshot
  createFold(key, { ...snapshot, key, deleted: false }).view()
  return snapshot
}

/** Microseconds of processor time for a stored record. */
async function cost(server: ServerProcess, key: ThreadKey, way: Way): Promise<number> {
  const before = server.cpuMs()
  await start(server, key, way)
  await ended(server.url, key)
  const spent = server.cpuMs() - before
  return (spent * 1_000) / (await open(server.url, key)).seq
}

async function timeToOpen(url: string, key: ThreadKey): Promise<number> {
  const began = performance.now()
  await open(url, key)
  return performance.now() - began
}

interface Costs {
  readonly records: Readonly<Record<Way, number>>
  readonly openings: Readonly<Record<Way, number>>
}

async function measureWays(): Promise<Costs> {
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS })
  const records: Record<Way, number[]> = { texts: [], tools: [], one: [], children: [] }
  const openings: Record<Way, number[]> = { texts: [], tools: [], one: [], children: [] }
  const keyOf = (way: Way, round: number) => ({ roomId: 'default', threadId: `${way}-${round}` })
  try {
    for (let round = 0; round <= ROUNDS; round++)
      for (const way of WAYS) {
        const found = await cost(server, keyOf(way, round), way)
        if (round > 0) records[way].push(found)
      }
    for (let round = -3; round < OPENINGS; round++)
      for (const way of WAYS) {
        const found = await timeToOpen(server.url, keyOf(way, ROUNDS))
        if (round >= 0) openings[way].push(found)
      }
  } finally {
    await server.close()
  }
  const middle = (found: Readonly<Record<Way, number[]>>) =>
    Object.fromEntries(WAYS.map((way) => [way, median(found[way])])) as Record<Way, number>
  return { records: middle(records), openings: middle(openings) }
}

/** Milliseconds from the moment that a restarted server is ready until it asks the model again. */
async function measureGoingOn(): Promise<number> {
  let told: () => void = () => {}
  /** An answer that begins and never ends. */
  const model = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: 'assistant', content: 'One ' } }] })}\n\n`,
    )
    told()
  }).listen(0, '127.0.0.1')
  const asked = () =>
    new Promise<void>((resolve) => {
      told = resolve
    })
  await once(model, 'listening')
  const { port } = model.address() as AddressInfo
  const env = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'none', OPENAI_MODEL: 'bench' }
  const found: number[] = []
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const server = await startServer(env)
      try {
        const first = asked()
        await start(server, { roomId: 'default', threadId: 'killed' }, 'model')
        await first
        const again = asked().then(() => performance.now())
        await server.restart()
        const ready = performance.now()
        found.push(Math.max(0, (await again) - ready))
      } finally {
        await server.close()
      }
    }
  } finally {
    model.closeAllConnections()
    model.close()
  }
  return median(found)
}

export async function measureActing(): Promise<BenchSection> {
  const { records, openings } = await measureWays()
  const goingOn = await measureGoingOn()
  const rows: BenchRow[] = []
  for (const [acting, plain] of BESIDE) {
    for (const [found, what, unit] of [
      [records, 'a record', 'µs CPU'],
      [openings, 'opening it', 'ms'],
    ] as const) {
      const of = `${NAMES[plain]}: ${what}`
      rows.push({ name: of, value: found[plain], unit })
      rows.push({
        name: `${NAMES[acting]}: ${what}`,
        value: found[acting],
        unit,
        ratio: found[acting] / found[plain],
        of: 'plain',
      })
    }
  }
  rows.push({ name: 'from ready after a SIGKILL to the next request to the model', value: goingOn, unit: 'ms' })
  const worst = (found: Readonly<Record<Way, number>>) =>
    Math.max(...BESIDE.map(([acting, plain]) => found[acting] / found[plain]))
  return {
    title: 'Agents that act, beside plain text',
    rows,
    aims: [
      atMost('CPU a record, the worse row against plain text', worst(records), 1.5),
      onlyHere(atMost('opening such a thread, the worse row against plain text', worst(openings), 2)),
      onlyHere(atMost('asking the model again after a SIGKILL, against 1 s', goingOn / 1_000, 1)),
    ],
  }
}

if (import.meta.main) await runAlone(measureActing)
