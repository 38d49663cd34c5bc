/**
 * Coming back to a run of 10,000 events: milliseconds until the first and until the last of them are here, from the
 * process that carried it out and from another one after a SIGKILL, beside a bare node:http loop that has them in memory.
 * Each process is asked a few times first; the ways take turns. `node bench/resume.ts` prints the table.
 */
import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { paths } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { atMost, type BenchSection, median, onlyHere } from './report.ts'
import { type ServerProcess, startProcess, startServer } from './server-process.ts'
import type { TalkProps } from './talk-agents.ts'

const EVENTS = 10_000
const WARM_UP = 5
const ROUNDS = 21
const END = Buffer.from('"run.ended"')
const KEY = { roomId: 'default', threadId: 'resume' }
const AGENTS = fileURLToPath(new URL('./talk-agents.ts', import.meta.url))
const LIMIT = fileURLToPath(new URL('./resume-limit.ts', import.meta.url))

interface Read {
  readonly first: number
  readonly last: number
  readonly bytes: number
}

/** One reader, from the start of the log to the end of the run, on a connection of its own. */
function read(url: string): Promise<Read> {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    let first = 0
    let bytes = 0
    let tail = Buffer.alloc(0)
    const request = get(url, { agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => {
        if (bytes === 0) first = performance.now() - began
        bytes += chunk.length
        const end = Buffer.concat([tail, chunk.subarray(-1_000)])
        tail = end.subarray(-END.length)
        if (!end.includes(END)) return
        resolve({ first, last: performance.now() - began, bytes })
        request.destroy()
      })
    })
    request.on('error', reject)
  })
}

interface Middle {
  readonly first: number
  readonly last: number
}

async function compare<Name extends string>(urls: Readonly<Record<Name, string>>): Promise<Record<Name, Middle>> {
  const entries = Object.entries(urls) as [Name, string][]
  const found = new Map<Name, Read[]>(entries.map(([name]) => [name, []]))
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [name, url] of entries) {
      const one = await read(url)
      if (one.bytes < EVENTS * 100) throw new Error(`${name} gave ${one.bytes} bytes for ${EVENTS} events.`)
      if (round >= 0) found.get(name)?.push(one)
    }
  }
  const middle = (reads: readonly Read[]) => ({
    first: median(reads.map(({ first }) => first)),
    last: median(reads.map(({ last }) => last)),
  })
  return Object.fromEntries(entries.map(([name]) => [name, middle(found.get(name) ?? [])])) as Record<Name, Middle>
}

async function talk(server: ServerProcess): Promise<void> {
  const messages = [{ id: 'q', role: 'user', content: 'Talk.' }]
  const forwardedProps: TalkProps = { events: EVENTS }
  const answer = await server.post(paths.runs(KEY), { runId: 'run', messages, agentId: 'talk', forwardedProps })
  if (answer.status !== 202) throw new Error(`The run was answered ${answer.status}.`)
  await read(logOf(server))
  const { seq } = (await (await fetch(server.url + paths.thread(KEY))).json()) as { seq?: number }
  if (seq === undefined || seq < EVENTS) throw new Error(`Of ${EVENTS} events ${seq} are in the log: they were joined.`)
}

const logOf = ({ url }: ServerProcess) => `${url}${paths.log(KEY)}?live=sse&after=0`

export async function measureResume(): Promise<BenchSection> {
  const limit = await startProcess([LIMIT], { HOLDFAST_BENCH_EVENTS: String(EVENTS) })
  const server = await startServer({ HOLDFAST_CONFIG: AGENTS })
  try {
    console.error('a run of 10,000 events, read again')
    await talk(server)
    const before = await compare({ bare: limit.url, holdfast: logOf(server) })
    console.error('and after a SIGKILL')
    await server.restart()
    const after = await compare({ bare: limit.url, holdfast: logOf(server) })

    const first = before.holdfast.first / before.bare.first
    const firstAfter = after.holdfast.first / after.bare.first
    const unit = 'ms'
    return {
      title: `Resume: a run of ${EVENTS.toLocaleString('en')} events, read from its beginning`,
      rows: [
        { name: 'bare node:http, from memory: first event', value: before.bare.first, unit },
        { name: 'bare: last event', value: before.bare.last, unit },
        { name: 'Holdfast: first event', value: before.holdfast.first, unit, ratio: first, of: 'bare' },
        {
          name: 'Holdfast: last event',
          value: before.holdfast.last,
          unit,
          ratio: before.holdfast.last / before.bare.last,
          of: 'bare',
        },
        {
          name: 'Holdfast, after SIGKILL and restart: first event',
          value: after.holdfast.first,
          unit,
          ratio: firstAfter,
          of: 'bare',
        },
        {
          name: 'Holdfast, after SIGKILL and restart: last event',
          value: after.holdfast.last,
          unit,
          ratio: after.holdfast.last / after.bare.last,
          of: 'bare',
        },
      ],
      aims: [
        onlyHere(atMost('first event of a resumed run, against bare', first, 2)),
        onlyHere(atMost('the same after a restart, against bare', firstAfter, 2)),
      ],
    }
  } finally {
    limit.child.kill('SIGKILL')
    await server.close()
  }
}

if (import.meta.main) await runAlone(measureResume)
