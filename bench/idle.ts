/**
 * The cost of idle readers (G10): resident memory of a server process per idle stream, beside a bare node:http server.
 * Uses 10,000 streams, or as many as this machine lets a process open files. `node bench/idle.ts` prints the table.
 */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { runAlone } from './alone.ts'
import type { StreamsOrder, StreamsReport } from './idle-streams.ts'
import { atMost, type BenchSection } from './report.ts'
import { memoryOf, startProcess, startServer } from './server-process.ts'

const WANTED = 10_000
/** Files that each process has open besides its streams. */
const SPARE_FILES = 100
const READERS = fileURLToPath(new URL('./idle-streams.ts', import.meta.url))
const LIMIT = fileURLToPath(new URL('./idle-limit.ts', import.meta.url))
const KEY = { roomId: 'default', threadId: 'idle' }

interface Idle {
  readonly streams: number
  readonly bytesEach: number
}

/** Node raises its own limit as far as the system allows. */
function mostStreams(): number {
  const files = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return files === 'unlimited' ? WANTED : Math.min(WANTED, Number(files) - SPARE_FILES)
}

async function idle(url: string, memory: () => number, streams: number): Promise<Idle> {
  const once100 = await openStreams({ url, streams: 100 })
  await wait(1_000)
  const before = memory()
  const readers = await openStreams({ url, streams })
  await wait(3_000)
  const grown = memory() - before
  readers.close()
  once100.close()
  return { streams: readers.open, bytesEach: grown / readers.open }
}

async function openStreams(order: StreamsOrder): Promise<StreamsReport & { close(): void }> {
  const child = fork(READERS, { stdio: 'inherit' })
  await once(child, 'spawn')
  child.send(order)
  const [report] = (await once(child, 'message')) as [StreamsReport]
  if (report.failed > 0) console.error(`${report.failed} of ${order.streams} streams were not let in`)
  return { ...report, close: () => child.kill('SIGKILL') }
}

export async function measureIdle(): Promise<BenchSection> {
  const streams = mostStreams()
  console.error(`${streams} idle streams: bare node:http`)
  const limit = await startProcess([LIMIT], {})
  const bare = await idle(limit.url, () => memoryOf(limit.child), streams)
  limit.child.kill('SIGKILL')

  console.error(`${streams} idle streams: Holdfast`)
  const server = await startServer()
  const script = { tokens: 1, intervalMs: 0 }
  const messages = [{ id: 'q', role: 'user', content: 'Hello' }]
  await server.post(paths.runs(KEY), { runId: 'run', messages, forwardedProps: { script } })
  await wait(500)
  const held = await idle(`${server.url}${paths.log(KEY)}?live=sse`, server.memory, streams)
  await server.close()

  const ratio = held.bytesEach / bare.bytesEach
  return {
    title: `${held.streams.toLocaleString('en')} streams that nothing happens on`,
    rows: [
      { name: 'bare node:http', value: bare.bytesEach / 1_024, unit: 'KiB resident each' },
      { name: 'Holdfast', value: held.bytesEach / 1_024, unit: 'KiB resident each', ratio, of: 'bare' },
    ],
    aims: [atMost('memory of an idle stream, against bare node:http', ratio, 2.5)],
  }
}

if (import.meta.main) await runAlone(measureIdle)
