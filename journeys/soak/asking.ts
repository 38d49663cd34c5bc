/** What the loops ask of a server over HTTP, and how they wait. A server that is not there has no answer: `undefined`. */
import { type Envelope, isEnded, type LogPage, paths, type Run, type ThreadKey } from '@holdfast/core'
import type { HoldfastServer } from '../server.ts'

export interface Answered {
  readonly status: number
  readonly body: unknown
}

export async function post(url: string, path: string, body: unknown): Promise<Answered | undefined> {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: await response.json() }
  } catch {
    // Killed before, or in the middle of, its answer.
    return undefined
  }
}

export async function get<T>(server: HoldfastServer, path: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

export async function readLog(server: HoldfastServer, key: ThreadKey): Promise<Envelope[]> {
  const log: Envelope[] = []
  for (let after = 0; ; ) {
    const page = await get<LogPage>(server, `${paths.log(key)}?after=${after}&limit=1000`)
    log.push(...page.envelopes)
    after = page.next
    if (page.upToDate) return log
  }
}

/** The run, once it has ended. */
export async function endOf(server: HoldfastServer, key: ThreadKey, runId: string): Promise<Run> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const run = await get<Run>(server, paths.run(key, runId))
    if (isEnded(run)) return run
    if (performance.now() > deadline) throw new Error(`${key.threadId}: the run is still ${run.status} after 60 s`)
    await wait(20)
  }
}

/** I1: how often the run ended, by both records in the log. @throws Error unless each occurs once */
export function expectOneEnd(key: ThreadKey, log: readonly Envelope[]): void {
  const types = log.map(({ event }) => event.type)
  const count = (...wanted: string[]) => types.filter((type) => wanted.includes(type)).length
  const ends = [count('RUN_STARTED'), count('RUN_FINISHED', 'RUN_ERROR'), count('run.ended')]
  if (ends.some((n) => n !== 1)) throw new Error(`${key.threadId}: started, terminal, ended ${ends.join(', ')} times`)
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
