/** The load on a way (`append-ways.ts`), and what it costs: the same for each of them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { END, type ReadOrder, type ReadReport } from './append-readers.ts'
import type { Way } from './append-ways.ts'

/** Events of one write, for a run that sends as much as it can. */
export const BATCH = 32
/** Writes before it waits for its events to be acknowledged. */
const UNDER_WAY = 4
const READERS = fileURLToPath(new URL('./append-readers.ts', import.meta.url))

export interface Measured {
  readonly perSecond: number
  /** µs of the server process, all its threads. */
  readonly cpuEach: number
  readonly p99Ms: number
}

/** In the recorder's form of a delta: the text comes last. */
function event(n: number, text = `t${n} `): string {
  return JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer', timestamp: Date.now(), delta: text })
}

/** Sends events, and returns how many. */
export type Speak = () => Promise<number>

/**
 * Connects `readersOf` readers to each run, lets the run send, ends the streams and waits until everything has arrived.
 */
export async function deliver(
  way: Way,
  { runs, readersOf }: { readonly runs: number; readonly readersOf: number },
  { warmUp, speak }: { readonly warmUp: Speak; readonly speak: Speak },
): Promise<Measured> {
  const readers = fork(READERS, { stdio: 'inherit' })
  const urls = Array.from({ length: runs * readersOf }, (_, n) => way.urlOf(n % runs))
  const heard = async () => ((await once(readers, 'message')) as [ReadReport])[0]
  await once(readers, 'spawn')
  const connected = heard()
  readers.send({ type: 'connect', urls } satisfies ReadOrder)
  await connected

  await warmUp()
  readers.send({ type: 'begin' } satisfies ReadOrder)
  const done = heard()
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  const events = await speak()
  await Promise.all(Array.from({ length: runs }, (_, run) => way.emit(run, [event(0, END)])))
  const report = await done
  const ms = performance.now() - before
  const { user, system } = process.cpuUsage(cpuBefore)
  readers.kill()

  const deliveries = (events + runs) * readersOf
  return {
    perSecond: (deliveries / ms) * 1_000,
    cpuEach: (user + system) / deliveries,
    p99Ms: report.type === 'done' ? report.p99Ms : Number.NaN,
  }
}

/** Every run sends as fast as allowed, `perRun` events each. It continues while earlier events are in flight. */
export async function flood(way: Way, perRun: number): Promise<number> {
  const { runs } = way
  const one = async (run: number) => {
    const under = new Set<Promise<unknown>>()
    for (let n = 0; n < perRun; n += BATCH) {
      const said = way.emit(
        run,
        Array.from({ length: BATCH }, (_, k) => event(n + k)),
      )
      under.add(said)
      void said.finally(() => under.delete(said))
      if (under.size >= UNDER_WAY) await Promise.race(under)
    }
    await Promise.all(under)
  }
  await Promise.all(Array.from({ length: runs }, (_, run) => one(run)))
  return runs * perRun
}

/** All runs together send `perSecond` events per second, for `seconds`. */
export async function steady(way: Way, perSecond: number, seconds: number): Promise<number> {
  const { runs } = way
  const tickMs = 10
  const perTick = Math.round((perSecond * tickMs) / 1_000 / runs)
  const begun = performance.now()
  const { promise: allHeard, resolve, reject } = Promise.withResolvers<void>()
  let events = 0
  // Events in flight are counted, not kept, so that the load's own objects are not measured.
  let underWay = 1
  const heard = () => {
    underWay--
    if (underWay === 0) resolve()
  }
  for (let tick = 0; tick < (seconds * 1_000) / tickMs; tick++) {
    for (let run = 0; run < runs; run++) {
      const said: string[] = []
      for (let k = 0; k < perTick; k++) said.push(event(tick * perTick + k))
      underWay++
      way.emit(run, said).then(heard, reject)
    }
    events += runs * perTick
    const left = begun + (tick + 1) * tickMs - performance.now()
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
  }
  heard()
  await allHeard
  return events
}
