/**
 * The embedded store that `growth.ts` measures: how it is filled, and the calls that are timed, each by its name in the
 * table. Does not know: which sizes are compared, and what growth is acceptable.
 */
import type { ThreadKey } from '@holdfast/core'
import { LOCAL_PRINCIPAL as ME, type Store } from '@holdfast/server'
import { openSqliteArchive } from '@holdfast/server/sqlite'

/** How the cost of a call may grow: not at all, or as n does, because it reads or answers n things. */
export type Allowed = 'level' | 'linear'

export interface Cost {
  readonly name: string
  readonly allowed: Allowed
  /** Microseconds of processor time of the whole process, the store's worker included. */
  readonly value: number
}

const CALLS = 25
const LONG: ThreadKey = { roomId: 'long', threadId: 'thread' }
const FULL = 'full'
const QUEUED = 'queued'
/** One crowd alone says little: its deletion can be measured once. */
const CROWDS = 3
const PAGE = 50
const BEGINNING = 'AAAAAAAA-0'
const NOBODY_MORE = { perPerson: 0 }

type Claims = Awaited<ReturnType<Store['work']['claim']>>

async function spent(call: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await call()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const least = (values: readonly number[]) => Math.min(...values)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const start = (store: Store, key: ThreadKey, runId: string, onBusy: 'reject' | 'enqueue' = 'reject') =>
  store.runs.start(ME, key, {
    runId,
    messages: [{ id: `${runId}-q`, role: 'user', content: `Question ${runId}, and what about it?` }],
    agentId: 'demo',
    onBusy,
    tools: [],
    context: [],
  })

const claim = (store: Store, limit = 1): Promise<Claims> =>
  store.work.claim({ workerId: 'bench', limit, leaseMs: 600_000 })

async function answer(store: Store, { lease }: Claims[number]): Promise<void> {
  const messageId = `${lease.runId}-a`
  await store.work.append(lease, [
    JSON.stringify({ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }),
    JSON.stringify({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'An answer of some words. '.repeat(4) }),
    JSON.stringify({ type: 'TEXT_MESSAGE_END', messageId }),
  ])
}

function end(store: Store, { lease }: Claims[number]): Promise<unknown> {
  const { threadId, runId } = lease
  const finished = { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } }
  return store.work.end(lease, { events: [JSON.stringify(finished)], outcome: { type: 'succeeded' } })
}

/** One run from its start to its end, and what each step cost. No other run may be waiting. */
async function oneRun(store: Store, key: ThreadKey, runId: string): Promise<Record<'start' | 'claim' | 'end', number>> {
  const started = await spent(() => start(store, key, runId))
  let claims: Claims = []
  const claimed = await spent(async () => {
    claims = await claim(store)
  })
  const [run] = claims
  if (!run) throw new Error('Nothing was claimed.')
  await answer(store, run)
  return { start: started, claim: claimed, end: await spent(() => end(store, run)) }
}

/** The rooms that `grow` and the calls need. */
export async function prepare(store: Store): Promise<void> {
  for (const roomId of [FULL, LONG.roomId, QUEUED])
    await store.rooms.create(ME, { roomId, title: roomId, agentId: 'demo' })
}

/** Brings the store from one size to the next: rooms, threads of a room, and runs of a thread. */
export async function grow(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    await store.rooms.create(ME, { roomId: `room-${n}`, title: `Room ${n}`, agentId: 'demo' })
    await oneRun(store, { roomId: FULL, threadId: `thread-${n}` }, 'run')
    await oneRun(store, LONG, `run-${n}`)
  }
}

async function repeated(call: (nth: number) => unknown, times = CALLS): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) taken.push(await spent(() => call(n)))
  return least(taken)
}

interface PageAnswer {
  readonly type: string
  readonly next?: string
}

/** The cursor in the middle of a list of `size` items, for a call that reads the page behind it. */
async function halfWay(size: number, page: (before?: string) => Promise<PageAnswer>): Promise<string | undefined> {
  let before: string | undefined
  for (let seen = 0; seen + PAGE < size / 2; seen += PAGE) {
    const { next } = await page(before)
    before = next ?? before
  }
  return before
}

const behind = (before: string | undefined) => ({ limit: PAGE, ...(before !== undefined && { before }) })

async function runCosts(store: Store, size: number): Promise<Cost[]> {
  const runs: Awaited<ReturnType<typeof oneRun>>[] = []
  for (let n = 0; n < CALLS; n++) runs.push(await oneRun(store, LONG, `probe-${size}-${n}`))
  const of = (step: 'start' | 'claim' | 'end') => mean(runs.map((run) => run[step]))
  return [
    { name: 'start of a run in a long thread', allowed: 'level', value: of('start') },
    {
      name: 'claim of a run, which copies the thread’s whole history to the agent',
      allowed: 'linear',
      value: of('claim'),
    },
    { name: 'end of a run in a long thread', allowed: 'level', value: of('end') },
  ]
}

async function listCosts(store: Store, size: number, longAgo: number): Promise<Cost[]> {
  const rooms = (before?: string) => store.rooms.list(ME, behind(before))
  const threads = (before?: string) => store.threads.list(ME, FULL, behind(before))
  const runs = (before?: string) => store.runs.list(ME, LONG, behind(before))
  const timeline = (before?: string) => store.runs.timeline(ME, behind(before))
  const middle = {
    rooms: await halfWay(size, rooms),
    threads: await halfWay(size, threads),
    runs: await halfWay(size, runs),
    timeline: await halfWay(2 * size, timeline),
  }
  const { cursor } = await store.inbox.overview(ME)
  const inbox = (from: string) => store.inbox.read(ME, { cursor: from, maxBytes: 256 * 1024, maxRecords: 100 })
  const search = (q: string) => store.threads.list(ME, FULL, { limit: PAGE, q })
  const level: Readonly<Record<string, () => Promise<unknown>>> = {
    'a page of rooms': () => rooms(),
    'a page of rooms, from the middle': () => rooms(middle.rooms),
    'a page of threads': () => threads(),
    'a page of threads, from the middle': () => threads(middle.threads),
    'a page of a thread’s runs': () => runs(),
    'a page of a thread’s runs, from the middle': () => runs(middle.runs),
    'a page of all runs': () => timeline(),
    'a page of all runs, from the middle': () => timeline(middle.timeline),
    'a page of all runs accepted before a time': () => store.runs.timeline(ME, { limit: PAGE, until: longAgo }),
    'a search that finds nothing': () => search('nowhere'),
    'a page of 1,000 records': () => store.log.read(ME, LONG, { after: 0, maxBytes: 1e6, maxRecords: 1_000 }),
    'a page of one run’s events, late in a long thread': async () => {
      const found = await store.runs.get(ME, LONG, `probe-${size}-0`)
      if (found.type !== 'run') throw new Error('The run is missing.')
      await store.log.read(ME, LONG, { after: found.span.firstSeq - 1, maxBytes: 1e6, maxRecords: 10 })
    },
    'the inbox caught up with a few runs': () => inbox(cursor),
    'the inbox, a page from the beginning': () => inbox(BEGINNING),
    counts: () => store.counts(),
  }
  const whole: Readonly<Record<string, () => Promise<unknown>>> = {
    'a search that finds every thread': () => search('question'),
    'the overview, which lists every room': () => store.inbox.overview(ME),
    'a snapshot of the long thread': () => store.threads.snapshot(ME, LONG),
  }
  const costs: Cost[] = []
  for (const [name, call] of Object.entries(level)) costs.push({ name, allowed: 'level', value: await repeated(call) })
  for (const [name, call] of Object.entries(whole)) costs.push({ name, allowed: 'linear', value: await repeated(call) })
  return costs
}

async function briefThreadCost(store: Store, size: number): Promise<Cost> {
  const value = await repeated(async (nth) => {
    const key = { roomId: FULL, threadId: `short-lived-${size}-${nth}` }
    await store.threads.create(ME, key, 'Short')
    await store.threads.delete(ME, key, false)
  })
  return { name: 'making and deleting a thread', allowed: 'level', value }
}

/** A room of n threads that each have one run waiting: claims beside them, then its deletion. Nothing of it is left. */
async function crowdCosts(store: Store, size: number): Promise<Cost[]> {
  const idle: number[] = []
  const next: number[] = []
  const deletion: number[] = []
  for (let round = 0; round < CROWDS; round++) {
    const roomId = `crowd-${size}-${round}`
    await store.rooms.create(ME, { roomId, title: 'Crowd', agentId: 'demo' })
    for (let n = 0; n < Math.max(size, CALLS); n++) await start(store, { roomId, threadId: `thread-${n}` }, 'run')
    const beyond = { workerId: 'bench', limit: 1, leaseMs: 600_000, caps: NOBODY_MORE }
    idle.push(await repeated(() => store.work.claim(beyond)))
    const claimed: Claims[number][] = []
    next.push(
      await repeated(async () => {
        claimed.push(...(await claim(store)))
      }, CALLS / 2),
    )
    for (let more = await claim(store, 64); more.length > 0; more = await claim(store, 64)) claimed.push(...more)
    for (const run of claimed) await end(store, run)
    deletion.push(await spent(() => store.rooms.delete(ME, roomId, false)))
  }
  return [
    { name: 'deleting a room of n threads', allowed: 'linear', value: least(deletion) },
    { name: 'claim of the next run, which compares all n that wait', allowed: 'linear', value: least(next) },
    { name: 'claim that finds all n waiting runs over a limit', allowed: 'linear', value: least(idle) },
  ]
}

/** `queued` runs wait behind a live one in one thread. All of them have ended afterwards. */
export async function queueCosts(store: Store, queued: number): Promise<Cost[]> {
  const key = { roomId: QUEUED, threadId: `queue-${queued}` }
  await start(store, key, 'first')
  const [live] = await claim(store)
  if (!live) throw new Error('Nothing was claimed.')
  const ids = Array.from({ length: queued }, (_, n) => `run-${n}`)
  for (const runId of ids) await start(store, key, runId, 'enqueue')
  const last = ids.at(-1) ?? ''
  const costs: Cost[] = [
    {
      name: 'the queue of a thread, with every place',
      allowed: 'linear',
      value: await repeated(() => store.runs.queue(ME, key)),
    },
    {
      name: 'the place of the last run of a queue',
      allowed: 'level',
      value: await repeated(() => store.runs.get(ME, key, last)),
    },
    {
      name: 'a new order of a queue',
      allowed: 'linear',
      value: await repeated((nth) => store.runs.changeQueue(ME, key, { order: [ids[nth % ids.length] ?? last] })),
    },
  ]
  await store.threads.delete(ME, key, true)
  await end(store, live)
  return costs
}

/** The calls on a store of this size. `longAgo`: a time before which the smallest store had all its runs. */
export async function costsOf(store: Store, size: number, longAgo: number): Promise<Cost[]> {
  return [
    ...(await runCosts(store, size)),
    ...(await listCosts(store, size, longAgo)),
    await briefThreadCost(store, size),
    ...(await crowdCosts(store, size)),
  ]
}

/** What works on a data directory that no server holds. */
export async function offlineCosts(directory: string, reopen: () => Promise<Store>): Promise<[Store, Cost[]]> {
  const archive = openSqliteArchive(directory)
  let check = 0
  let written = 0
  try {
    check = await repeated(() => archive.check(() => {}), 3)
    written = await repeated(() => {
      for (const _ of archive.export(
        { tenantId: ME.tenantId, roomId: FULL },
        { exportedAt: '2026-01-01T00:00:00.000Z', redact: false },
      ) ?? []);
    }, 3)
  } finally {
    archive.close()
  }
  let store: Store | undefined
  const opening = await spent(async () => {
    store = await reopen()
  })
  if (!store) throw new Error('The store did not open.')
  const costs: Cost[] = [
    { name: 'doctor, which reads every record', allowed: 'linear', value: check },
    { name: 'export of a room of n threads', allowed: 'linear', value: written },
    { name: 'opening the store', allowed: 'level', value: opening },
  ]
  return [store, costs]
}
