/**
 * The fold per delta: beside the plain limit and beside two peers, each in the same process, in rounds that take turns, in
 * processor time.
 * `node bench/fold.ts` prints the table. Aims: the plan's "Fold: Reach"; the peers' long rows are measured on fewer
 * deltas than ours, which is in their favour where their cost grows with what has been said.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createFold, emptyView, readEnvelope, type ThreadMessage, type ThreadView } from '@holdfast/core'
import { runAlone } from './alone.ts'
import { createLimit } from './fold-limit.ts'
import { runAgUi, runAi } from './fold-peers.ts'
import {
  bytesOf,
  envelopesOf,
  KEY,
  plainSteps,
  shortTexts,
  statePatches,
  subAgents,
  text,
  toolArguments,
  toolSteps,
  type Workload,
} from './fold-workload.ts'
import { atLeast, atMost, type BenchAim, type BenchRow, type BenchSection, median } from './report.ts'

const BATCH = 32
const ROUNDS = 15

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options: { type: 'minor' | 'major' }) => void

/**
 * Each way pays for its own garbage, not for that of the previous one, and not for moving the events prepared for it,
 * which a young generation does twice before it leaves them alone.
 */
function settle(): void {
  gc({ type: 'minor' })
  gc({ type: 'minor' })
}

/** Listeners store their result here, so that no reducer's work can be optimised away. */
let shown: unknown
const show = (value: unknown): void => {
  shown = value
}

function viewOf({ history, state }: Workload): ThreadView {
  const messages = history.map(
    (message, index): ThreadMessage => ({ ...message, parentId: index === 0 ? null : `old-${index - 1}` }),
  )
  const run = { runId: 'run', agentId: 'bench', status: 'running', acceptedAt: '2026-01-01T00:00:00.000Z' } as const
  return { ...emptyView(KEY), messages, state, runs: [run] }
}

type Way = (workload: Workload) => () => void

/** The preparation of each way is not measured. */
const limit: Way = ({ history, state, events }) => {
  const own = JSON.parse(JSON.stringify(events)) as typeof events
  const apply = createLimit(history, state, show)
  return () => {
    for (const event of own) apply(event)
  }
}

const ours =
  (batch: number): Way =>
  (workload) => {
    const envelopes = envelopesOf(workload)
    const fold = createFold(KEY, viewOf(workload))
    return () => {
      let waiting = 0
      for (const envelope of envelopes) {
        fold.apply(envelope)
        if (++waiting < batch) continue
        waiting = 0
        show(fold.view())
      }
      show(fold.view())
    }
  }

const limitOfBytes: Way = (workload) => {
  const lines = bytesOf(workload)
  const apply = createLimit(workload.history, workload.state, show)
  return () => {
    for (const line of lines) apply(JSON.parse(line).event)
  }
}

const oursOfBytes: Way = (workload) => {
  const lines = bytesOf(workload)
  const fold = createFold(KEY, viewOf(workload))
  return () => {
    let waiting = 0
    for (const line of lines) {
      const envelope = readEnvelope(JSON.parse(line))
      if (envelope !== undefined) fold.apply(envelope)
      if (++waiting < BATCH) continue
      waiting = 0
      show(fold.view())
    }
    show(fold.view())
  }
}

/** Processor time of this process since `began` in µs, so that other load on the machine does not count. */
function cpu(began?: NodeJS.CpuUsage): { readonly at: NodeJS.CpuUsage; readonly took: number } {
  const at = process.cpuUsage()
  return { at, took: began === undefined ? 0 : at.user + at.system - began.user - began.system }
}

/** µs per delta, medians of alternating rounds. */
function compare<Name extends string>(ways: Readonly<Record<Name, readonly [Way, Workload]>>): Record<Name, number> {
  const entries = Object.entries(ways) as [Name, readonly [Way, Workload]][]
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]))
  // Otherwise the next measurement that allocates pays for collecting the peers' garbage.
  gc({ type: 'major' })
  for (let round = -3; round < ROUNDS; round++) {
    for (const [name, [way, workload]] of entries) {
      const go = way(workload)
      settle()
      const began = cpu().at
      go()
      const { took } = cpu(began)
      if (round >= 0) times.get(name)?.push(took / workload.deltas)
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(times.get(name) ?? [])])) as Record<Name, number>
}

async function peer(run: typeof runAgUi, workload: Workload, rounds: number): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const go = run(workload, show)
    const began = cpu().at
    await go()
    times.push(cpu(began).took / workload.deltas)
  }
  return median(times)
}

interface Measured {
  readonly workload: Workload
  readonly L: number
  readonly batched: number
  readonly each: number
  readonly agUi: number
  readonly ai?: number
}

async function measure(workload: Workload, small: Workload, rounds = 3): Promise<Measured> {
  const { L, batched, each } = compare({
    L: [limit, workload],
    batched: [ours(BATCH), workload],
    each: [ours(1), workload],
  })
  const agUi = await peer(runAgUi, small, rounds)
  const ai = small.kind === 'state' ? {} : { ai: await peer(runAi, small, rounds) }
  return { workload, L, batched, each, agUi, ...ai }
}

function rowsOf({ workload: { name }, L, batched, each, agUi, ai }: Measured): BenchRow[] {
  const unit = 'µs'
  return [
    { name: `${name}: L`, value: L, unit },
    { name: `${name}: batched by ${BATCH}`, value: batched, unit, ratio: batched / L, of: 'L' },
    { name: `${name}: a view per event`, value: each, unit, ratio: each / L, of: 'L' },
    { name: `${name}: @ag-ui/client`, value: agUi, unit, ratio: agUi / batched, of: 'batched' },
    ...(ai === undefined ? [] : [{ name: `${name}: ai`, value: ai, unit, ratio: ai / batched, of: 'batched' }]),
  ]
}

/** What a view keeps of sub-agents, in units of its JSON. */
function keptOf(workload: Workload): number {
  const fold = createFold(KEY, viewOf(workload))
  for (const envelope of envelopesOf(workload)) fold.apply(envelope)
  return JSON.stringify(fold.view()).length
}

/** Agents that act, beside an agent that says as much. */
function measureActing(): Pick<BenchSection, 'rows' | 'aims'> {
  const batched = ours(BATCH)
  const [tools, texts] = [toolSteps(1_000), shortTexts(1_333)]
  const [family, alone] = [subAgents(20, 500), plainSteps(20, 500)]
  const acting = compare({ tools: [batched, tools], texts: [batched, texts] })
  const nested = compare({ family: [batched, family], alone: [batched, alone] })
  const [steps, text] = [acting.tools / acting.texts, nested.family / nested.alone]
  const unit = 'µs'
  return {
    rows: [
      { name: texts.name, value: acting.texts, unit },
      { name: tools.name, value: acting.tools, unit, ratio: steps, of: 'short texts' },
      { name: alone.name, value: nested.alone, unit },
      { name: family.name, value: nested.family, unit, ratio: text, of: 'one agent' },
    ],
    aims: [
      atMost('an event of a tool step against one of a short text', steps, 1.5),
      atMost('an event of 20 sub-agents against the same event of one agent', text, 1.5),
      atMost(
        'kept of 20 sub-agents of 1,000 steps against 200',
        keptOf(subAgents(20, 1_000)) / keptOf(subAgents(20, 200)),
        1.1,
      ),
    ],
  }
}

export async function measureFold(): Promise<BenchSection> {
  const empty = await measure(text(10_000), text(10_000))
  const beside200 = await measure(text(10_000, 200), text(300, 200))
  const beside800 = await measure(text(10_000, 800), text(100, 800))
  const tool3k = await measure(toolArguments(3000), toolArguments(3000), 1)
  const tool30k = await measure(toolArguments(30_000), toolArguments(3000), 1)
  const state = await measure(statePatches(10_000), statePatches(500))
  const all = [empty, beside200, beside800, tool3k, tool30k, state]

  const batched = ours(BATCH)
  const beside = compare({ none: [batched, text(10_000)], many: [batched, text(10_000, 800)] })
  const growing = compare({ short: [batched, toolArguments(3000)], long: [batched, toolArguments(30_000)] })
  const bytes = [text(10_000), text(10_000, 200)].map((workload) => ({
    name: workload.name,
    ...compare({ L: [limitOfBytes, workload], batched: [oursOfBytes, workload] }),
  }))

  const acting = measureActing()

  const worst = (ratioOf: (measured: Measured) => number) => Math.max(...all.map(ratioOf))
  const least = (ratioOf: (measured: Measured) => number) => Math.min(...all.map(ratioOf))
  const aims: BenchAim[] = [
    atMost(
      'batched against L, the worst row',
      worst(({ batched, L }) => batched / L),
      1,
    ),
    atMost(
      'a view per event against L, the worst row',
      worst(({ each, L }) => each / L),
      4,
    ),
    atLeast(
      'cheaper than @ag-ui/client, the least row',
      least(({ batched, agUi }) => agUi / batched),
      25,
    ),
    atLeast(
      'cheaper than ai, the least row',
      least(({ batched, ai = Number.POSITIVE_INFINITY }) => ai / batched),
      15,
    ),
    atMost('batched beside 800 messages against beside none', beside.many / beside.none, 1.5),
    atMost('tool arguments, 30k deltas against 3k', growing.long / growing.short, 2),
    atMost('bytes to state against L, the worst row', Math.max(...bytes.map(({ batched, L }) => batched / L)), 2),
    ...acting.aims,
  ]
  const rows = [
    ...all.flatMap(rowsOf),
    ...bytes.flatMap(({ name, L, batched }) => [
      { name: `bytes to state, ${name}: L`, value: L, unit: 'µs' },
      { name: `bytes to state, ${name}: batched`, value: batched, unit: 'µs', ratio: batched / L, of: 'L' },
    ]),
    ...acting.rows,
  ]
  if (shown === undefined) throw new Error('nothing was shown: nothing was measured')
  return { title: 'Fold: µs of processor time per delta', rows, aims }
}

if (import.meta.main) await runAlone(measureFold)
