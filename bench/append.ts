/**
 * From an agent's event to its readers, durably: Holdfast beside a bare node:http loop without storage, in one run, in
 * rounds that take turns; the readers are a process of their own. `node bench/append.ts` prints the table. Aims: the
 * plan's "Server: Reach".
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { runAlone } from './alone.ts'
import { BATCH, deliver, flood, type Measured, steady } from './append-load.ts'
import { createHoldfast, createLimit, createSilence, type Way } from './append-ways.ts'
import { atLeast, atMost, type BenchRow, type BenchSection, median, onlyHere } from './report.ts'

const ROUNDS = 3
/** How long the store gathers what it commits together. */
const WINDOW_MS = 2
const RUNS = 100
const MANY = { runs: RUNS, readersOf: 1 }
const WIDE = { runs: 1, readersOf: 100 }

type Make = () => Promise<Way>

/** Each way in turn, `ROUNDS` times; the medians of each. */
async function compare<Name extends string>(
  what: string,
  ways: Readonly<Record<Name, Make>>,
  measure: (way: Way) => Promise<Measured>,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(ways) as Name[]
  const found = new Map<Name, Measured[]>(names.map((name) => [name, []]))
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of names) {
      console.error(`${what}: ${name}, round ${round} of ${ROUNDS}`)
      const way = await ways[name]()
      found.get(name)?.push(await measure(way))
      await way.close()
    }
  }
  const middle = (name: Name, of: keyof Measured) => median((found.get(name) ?? []).map((measured) => measured[of]))
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        perSecond: middle(name, 'perSecond'),
        cpuEach: middle(name, 'cpuEach'),
        p99Ms: middle(name, 'p99Ms'),
      },
    ]),
  ) as Record<Name, Measured>
}

/** p99 of the main thread's event loop, in ms, while 100 runs say 10,000 events a second. */
async function loopDelay(way: Way): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await deliver(way, MANY, {
    warmUp: () => steady(way, 10_000, 1),
    speak: () => {
      delay.enable()
      return steady(way, 10_000, 3).finally(() => delay.disable())
    },
  })
  await way.close()
  return delay.percentile(99) / 1e6
}

export async function measureAppend(): Promise<BenchSection> {
  const many = await compare(
    '100 runs',
    { limit: () => createLimit(RUNS), holdfast: () => createHoldfast(RUNS) },
    (way) => deliver(way, MANY, { warmUp: () => flood(way, 640), speak: () => flood(way, 1_920) }),
  )
  const wide = await compare(
    '1 run, 100 readers',
    {
      limit: () => createLimit(1),
      batched: () => createLimit(1, { perWrite: BATCH }),
      holdfast: () => createHoldfast(1),
    },
    (way) => deliver(way, WIDE, { warmUp: () => flood(way, 6_400), speak: () => flood(way, 19_200) }),
  )
  const even = await compare(
    '30,000 events a second',
    {
      silence: () => createSilence(RUNS),
      limit: () => createLimit(RUNS),
      unchunked: () => createLimit(RUNS, { chunked: false }),
      holdfast: () => createHoldfast(RUNS),
    },
    // Steady: what is compiled while it runs is compiled before it is measured, and each thread has grown past the length from which
    // its fold is kept near.
    (way) => deliver(way, MANY, { warmUp: () => steady(way, 30_000, 8), speak: () => steady(way, 30_000, 6) }),
  )
  console.error('the event loop’s delay')
  const stills: number[] = []
  const slows: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    stills.push(await loopDelay(await createLimit(RUNS)))
    slows.push(await loopDelay(await createHoldfast(RUNS, { addedSyncMs: 5 })))
  }
  const still = median(stills)
  const slow = median(slows)

  const delivery = many.holdfast.perSecond / many.limit.perSecond
  const width = wide.holdfast.cpuEach / wide.batched.cpuEach
  const net = (way: keyof typeof even) => even[way].cpuEach - even.silence.cpuEach
  const load = net('holdfast') / net('limit')
  const rows: BenchRow[] = [
    { name: '100 runs: bare node:http, no storage', value: many.limit.perSecond, unit: 'deliveries/s' },
    {
      name: '100 runs: Holdfast, durable',
      value: many.holdfast.perSecond,
      unit: 'deliveries/s',
      ratio: delivery,
      of: 'bare',
    },
    { name: '100 runs: bare, CPU', value: many.limit.cpuEach, unit: 'µs a delivery' },
    {
      name: '100 runs: Holdfast, CPU',
      value: many.holdfast.cpuEach,
      unit: 'µs a delivery',
      ratio: many.holdfast.cpuEach / many.limit.cpuEach,
      of: 'bare',
    },
    { name: '1 run, 100 readers: bare, an event a write', value: wide.limit.cpuEach, unit: 'µs a delivery' },
    { name: `1 run, 100 readers: bare, ${BATCH} a write`, value: wide.batched.cpuEach, unit: 'µs a delivery' },
    {
      name: '1 run, 100 readers: Holdfast',
      value: wide.holdfast.cpuEach,
      unit: 'µs a delivery',
      ratio: width,
      of: 'batched',
    },
    { name: 'steady 30k events/s: the load alone, CPU', value: even.silence.cpuEach, unit: 'µs an event' },
    { name: 'steady 30k events/s: bare, net CPU', value: net('limit'), unit: 'µs an event' },
    { name: 'steady 30k events/s: bare, not in chunks, net CPU', value: net('unchunked'), unit: 'µs an event' },
    {
      name: 'steady 30k events/s: Holdfast, net CPU',
      value: net('holdfast'),
      unit: 'µs an event',
      ratio: load,
      of: 'bare',
    },
    { name: 'steady 30k events/s: bare, p99', value: even.limit.p99Ms, unit: 'ms' },
    { name: 'steady 30k events/s: Holdfast, p99', value: even.holdfast.p99Ms, unit: 'ms' },
    { name: 'bare: event loop delay, p99', value: still, unit: 'ms' },
    { name: 'a sync that takes 5 ms more: event loop delay, p99', value: slow, unit: 'ms' },
  ]
  const aims = [
    onlyHere(atLeast('durable delivery, 100 runs, against bare', delivery, 0.7)),
    onlyHere(atMost('one run to 100 readers, CPU a delivery, against batched', width, 1.3)),
    onlyHere(atMost('steady 30k events/s, net CPU, against bare', load, 1.5)),
    onlyHere(
      atMost(
        'p99 of the same beyond the bare loop’s, against the commit window and 10 ms',
        Math.max(0, even.holdfast.p99Ms - even.limit.p99Ms) / (WINDOW_MS + 10),
        1,
      ),
    ),
    onlyHere(
      atMost(
        'event loop delay p99 with a slow sync, against 5 ms, or the bare loop’s where it is more',
        slow / Math.max(5, still),
        1,
      ),
    ),
  ]
  return { title: 'Append and fan-out: from an agent’s event to its readers', rows, aims }
}

if (import.meta.main) await runAlone(measureAppend)
