/**
 * The client of `growth-loop.ts`, in a process of its own: the registry over the one connection, as in a page. It asks
 * one thread after another, a few at a time, observes each until its run has ended, and reports the heap in use by
 * itself and the server after a fifth of the events (or as many as fill all caches), and after all of them.
 *
 * `node growth-client.ts <url> <events>` prints one line of JSON.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createHttpTransport, createOneConnection, createRunRegistry, type Environment } from '@holdfast/client'
import { paths, type ThreadKey, type ThreadSnapshot } from '@holdfast/core'
import { heapInUse } from '../../scripts/heap-in-use.ts'
import type { GrowthReport, Kept } from './growth-loop.ts'

/** Events per run, and concurrent runs. Far more threads are used than a device keeps. */
const RUN_EVENTS = 1_000
const AT_ONCE = 10
/** More threads than a device keeps: until then the caches are still being filled. */
const FILLING_RUNS = 100
/** Longer than the client keeps an unobserved thread. */
const CALM_MS = 6_000

const [url = '', wanted = ''] = process.argv.slice(2)
const events = Number(wanted)
const runs = Math.ceil(events / RUN_EVENTS)
const never = () => () => {}
const kept = new Map<string, string>()

const environment: Environment = {
  clock: {
    now: () => Date.now(),
    schedule(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  },
  frames: {
    next(run) {
      const timer = setTimeout(run, 16)
      return () => clearTimeout(timer)
    },
  },
  visibility: { hidden: false, subscribe: never },
  connectivity: { online: true, subscribe: never },
  keep: {
    read: (name) => kept.get(name),
    write: (name, text) => void kept.set(name, text),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  },
  random: Math.random,
  mintId: randomUUID,
}
const { clock } = environment
const source = createHttpTransport({ clock, baseUrl: url })
const registry = createRunRegistry({ transport: createOneConnection({ source, clock }), environment })

let seen = 0

/** Asks, looks until the run has ended, and looks away. @throws Error unless every event came, and the whole text */
async function ask(key: ThreadKey): Promise<void> {
  const thread = registry.observe(key)
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = () => {
    const { content } = thread.snapshot()
    if (content.type === 'ready' && content.view.runs.at(-1)?.status === 'succeeded') resolve()
  }
  const stop = thread.subscribe(check)
  const { accepted } = registry.start(key, { text: 'Go on', agentId: 'talk', forwardedProps: { events: RUN_EVENTS } })
  await accepted
  check()
  await promise
  const { content } = thread.snapshot()
  if (content.type !== 'ready') throw new Error(`${key.threadId} is ${content.type}`)
  const text = Array.from({ length: RUN_EVENTS / 2 }, (_, n) => `${2 * n} `).join('')
  if (content.view.messages.at(-1)?.content !== text) throw new Error(`${key.threadId} does not hold what was said.`)
  seen += content.view.seq
  stop()
}

async function heapsOfServer(): Promise<Omit<Kept, 'client'>> {
  const key = { roomId: 'default', threadId: `heap-${randomUUID()}` }
  const runId = randomUUID()
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const messages = [{ id: runId, role: 'user', content: 'How much?' }]
  await fetch(url + paths.runs(key), { ...post, body: JSON.stringify({ runId, messages, agentId: 'heap' }) })
  for (;;) {
    const snapshot = (await (await fetch(url + paths.thread(key))).json()) as ThreadSnapshot
    if (snapshot.runs[0]?.status === 'succeeded') return JSON.parse(String(snapshot.messages.at(-1)?.content))
    await wait(50)
  }
}

async function measure(): Promise<Kept> {
  await wait(CALM_MS)
  return { client: await heapInUse(), ...(await heapsOfServer()) }
}

async function go(): Promise<GrowthReport> {
  let next = 0
  const until = (limit: number) =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < limit) await ask({ roomId: 'default', threadId: `growth-${next++}` })
      }),
    )
  const first = Math.max(FILLING_RUNS, Math.ceil(runs / 5))
  await until(first)
  const early = await measure()
  await until(first + Math.ceil((runs * 4) / 5))
  const late = await measure()
  return { events: seen, early, late }
}

process.stdout.write(`${JSON.stringify(await go())}\n`)
process.exit(0)
