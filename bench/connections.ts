/**
 * A thousand readers of a run that sends 20 events per second: the server's processor time and heap per connection,
 * Holdfast beside a bare node:http loop, in alternating rounds. The readers are a separate process. `node
 * bench/connections.ts` prints the table.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { runAlone } from './alone.ts'
import { deliver, type Measured, type Speak } from './append-load.ts'
import { createHoldfast, createLimit, type Way } from './append-ways.ts'
import type { StreamsOrder, StreamsReport } from './idle-streams.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'

const CONNECTIONS = 1_000
const PER_SECOND = 20
const SECONDS = 3
const ROUNDS = 3
const STREAMS = fileURLToPath(new URL('./idle-streams.ts', import.meta.url))

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const WAYS: Readonly<Record<'bare' | 'holdfast', () => Promise<Way>>> = {
  bare: () => createLimit(1),
  holdfast: () => createHoldfast(1),
}

let said = 0

async function say(way: Way): Promise<void> {
  const event = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer', delta: `t${++said} `, timestamp: Date.now() }
  await way.emit(0, [JSON.stringify(event)])
}

/** On schedule, however long the writes take. */
const speak =
  (way: Way, seconds: number): Speak =>
  async () => {
    const begun = performance.now()
    const events = seconds * PER_SECOND
    for (let n = 1; n <= events; n++) {
      await say(way)
      await wait(Math.max(0, begun + (n * 1_000) / PER_SECOND - performance.now()))
    }
    return events
  }

function used(): number {
  gc()
  gc()
  return process.memoryUsage().heapUsed
}

/** Bytes of heap per connection, once each has received something. */
async function heapEach(way: Way): Promise<number> {
  const before = used()
  const readers = fork(STREAMS, { stdio: 'inherit' })
  await once(readers, 'spawn')
  const open = once(readers, 'message') as Promise<[StreamsReport]>
  readers.send({ url: way.urlOf(0), streams: CONNECTIONS } satisfies StreamsOrder)
  let report: StreamsReport | undefined
  while (report === undefined) {
    await say(way)
    report = await Promise.race([open.then(([told]) => told), wait(50, undefined)])
  }
  if (report.open < CONNECTIONS) throw new Error(`Of ${CONNECTIONS} streams ${report.open} were let in.`)
  await wait(500)
  const each = (used() - before) / CONNECTIONS
  readers.kill('SIGKILL')
  return each
}

export async function measureConnections(): Promise<BenchSection> {
  const load = { bare: [] as Measured[], holdfast: [] as Measured[] }
  const heap = { bare: [] as number[], holdfast: [] as number[] }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of ['bare', 'holdfast'] as const) {
      console.error(`${CONNECTIONS} connections: ${name}, round ${round} of ${ROUNDS}`)
      const way = await WAYS[name]()
      const readers = { runs: 1, readersOf: CONNECTIONS }
      load[name].push(await deliver(way, readers, { warmUp: speak(way, 1), speak: speak(way, SECONDS) }))
      await wait(200)
      heap[name].push(await heapEach(way))
      await way.close()
    }
  }
  const middle = (name: keyof typeof load, of: keyof Measured) => median(load[name].map((measured) => measured[of]))
  const cpu = middle('holdfast', 'cpuEach') / middle('bare', 'cpuEach')
  const kilobytes = (name: keyof typeof heap) => median(heap[name]) / 1_024
  const each = kilobytes('holdfast') / kilobytes('bare')
  return {
    title: `${CONNECTIONS.toLocaleString('en')} connections, ${PER_SECOND} events a second each`,
    rows: [
      { name: 'bare node:http, CPU', value: middle('bare', 'cpuEach'), unit: 'µs a delivery' },
      { name: 'Holdfast, CPU', value: middle('holdfast', 'cpuEach'), unit: 'µs a delivery', ratio: cpu, of: 'bare' },
      { name: 'bare, p99', value: middle('bare', 'p99Ms'), unit: 'ms' },
      { name: 'Holdfast, p99', value: middle('holdfast', 'p99Ms'), unit: 'ms' },
      { name: 'bare, heap', value: kilobytes('bare'), unit: 'KiB a connection' },
      { name: 'Holdfast, heap', value: kilobytes('holdfast'), unit: 'KiB a connection', ratio: each, of: 'bare' },
    ],
    aims: [onlyHere(atMost('CPU of 1,000 connections, against bare node:http', cpu, 1.1))],
  }
}

if (import.meta.main) await runAlone(measureConnections)
