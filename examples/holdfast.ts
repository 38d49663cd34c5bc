/**
 * A Holdfast server for an example: a process of its own, on a free port and on data that goes away with the example.
 * Everything the examples do with it they do over HTTP, as any program would.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Envelope, paths, type Run, readEnvelope, type StartBody, type ThreadKey } from '@holdfast/core'
import { EventSourceParserStream } from 'eventsource-parser/stream'

const SERVE = fileURLToPath(new URL('../apps/chat/serve.ts', import.meta.url))

export interface Holdfast {
  /** Another one after each start. */
  readonly url: string
  start(): Promise<void>
  /** SIGKILL: no time for last words. */
  kill(): Promise<void>
  /** Starts a run, safely retried: the runId is what makes it the same. */
  ask(key: ThreadKey, body: StartBody): Promise<Run>
  /** The thread's log after a cursor, and whatever comes; leaving the loop closes the connection and nothing else. */
  log(key: ThreadKey, after: number): AsyncGenerator<Envelope>
  /** Waits until the run has ended, however often the server was away meanwhile. */
  ended(key: ThreadKey, runId: string): Promise<Run>
  runs(key: ThreadKey): Promise<readonly Run[]>
  close(): Promise<void>
}

export async function startHoldfast(env: Readonly<Record<string, string>> = {}): Promise<Holdfast> {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
  let url = ''
  let end = async (_signal: NodeJS.Signals) => {}

  async function start(): Promise<void> {
    const child = spawn(process.execPath, [SERVE], {
      env: { ...process.env, PORT: '0', HOLDFAST_DATA: data, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    end = async (signal) => {
      child.kill(signal)
      await exited
    }
    url = await addressOf(createInterface({ input: child.stdout }), exited)
  }

  async function call<T>(path: string, body?: unknown): Promise<T> {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(
      url + path,
      body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
    )
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async function* log(key: ThreadKey, after: number): AsyncGenerator<Envelope> {
    const response = await fetch(`${url}${paths.log(key)}?after=${after}&live=sse`)
    if (!response.ok || !response.body) throw new Error(`The log answered ${response.status}.`)
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
    for await (const { data: json } of messages) {
      const envelope = readEnvelope(JSON.parse(json))
      if (envelope) yield envelope
    }
  }

  await start()
  return {
    get url() {
      return url
    },
    start,
    kill: () => end('SIGKILL'),
    ask: async (key, body) => (await call<{ run: Run }>(paths.runs(key), body)).run,
    log,
    async ended(key, runId) {
      for (let after = 0; ; ) {
        for await (const { seq, runId: of, event } of log(key, after)) {
          if (of === runId && event.type === 'run.ended') return call<Run>(paths.run(key, runId))
          after = seq
        }
      }
    },
    runs: async (key) => (await call<{ items: readonly Run[] }>(paths.runs(key))).items,
    async close() {
      await end('SIGTERM')
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** Text that the agents said, in the order of the log. */
export function textOf(envelopes: readonly Envelope[]): string {
  return envelopes.map(({ event }) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
}

/** Everything of the thread up to the end of that run. */
export async function logUntilEnd(holdfast: Holdfast, key: ThreadKey, runId: string, after = 0): Promise<Envelope[]> {
  const read: Envelope[] = []
  for (;;) {
    // A stream may end before the log does: a server that stops, or is killed, ends it. Continue after the last record
    // that was read.
    for await (const envelope of holdfast.log(key, read.at(-1)?.seq ?? after)) {
      read.push(envelope)
      if (envelope.runId === runId && envelope.event.type === 'run.ended') return read
    }
  }
}

async function addressOf(lines: AsyncIterable<string>, exited: Promise<unknown[]>): Promise<string> {
  const first = (async () => {
    for await (const line of lines) return line
    return ''
  })()
  const line = await Promise.race([first, exited.then(([code]) => `exited with ${code}`)])
  const address = /http:\/\/\S+$/.exec(String(line))?.[0]
  if (!address) throw new Error(`The server did not start: ${line}`)
  return address
}
