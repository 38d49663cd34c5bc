/**
 * What a call of the embedded store costs with n, 2n and 4n of what it could grow with: rooms, threads of a room, runs of
 * a thread, waiting runs. In processor time, over one store that grows. `node bench/growth.ts` prints the table.
 *
 * Tests make sure that a cost does not grow: they count statements, rows and bytes (`sqlite/growth.test.ts`). This
 * measures what the growth amounts to.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOCAL_PRINCIPAL as ME } from '@holdfast/server'
import { createSqliteStore } from '@holdfast/server/sqlite'
import { allRegexes, growthOf } from '../scripts/regexes.ts'
import { runAlone } from './alone.ts'
import { type Cost, costsOf, grow, offlineCosts, prepare, queueCosts } from './growth-store.ts'
import { atMost, type BenchRow, type BenchSection } from './report.ts'

const SIZES = [150, 300, 600]
/** A thread's queue holds 100 runs at most. */
const QUEUES = [24, 48, 96]
const NAMES = ['n', '2n', '4n']

export async function measureGrowth(): Promise<BenchSection> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-growth-'))
  const open = () => createSqliteStore({ directory, publish() {} })
  let store = await open()
  try {
    await prepare(store)
    const bySize: Cost[][] = []
    const byQueue: Cost[][] = []
    const cursors: number[] = []
    let longAgo = 0
    let size = 0
    for (const [index, next] of SIZES.entries()) {
      console.error(`growth: ${next}`)
      await grow(store, size, next)
      if (index === 0) {
        longAgo = Date.now()
        // Once before it counts: what runs for the first time is compiled first.
        await costsOf(store, 0, longAgo)
        await queueCosts(store, 5)
      }
      size = next
      const costs = await costsOf(store, size, longAgo)
      byQueue.push(await queueCosts(store, QUEUES[index] ?? 0))
      await store.close()
      const [opened, offline] = await offlineCosts(directory, open)
      store = opened
      bySize.push([...costs, ...offline])
      cursors.push((await store.inbox.overview(ME)).cursor.length)
    }
    const { literals } = allRegexes()
    const grown = literals.filter((regex) => growthOf(regex).length > 0).length
    const all = [bySize, byQueue]
    return {
      title: `Growth: n = ${SIZES[0]} rooms, threads of a room, and runs of a thread; 2n; 4n`,
      rows: [
        ...rowsOf(bySize, NAMES),
        ...rowsOf(
          byQueue,
          QUEUES.map((queued) => `${queued} runs`),
        ),
        ...cursors.map((value, index) => ({ name: `an inbox cursor: ${NAMES[index]}`, value, unit: 'characters' })),
        { name: 'regular expressions in the code', value: literals.length, unit: 'expressions' },
        { name: 'regular expressions that are not linear', value: grown, unit: 'expressions' },
      ],
      aims: [
        atMost('calls that need not grow, at 4n', most(all, 'level'), 3),
        // Linear is four times as much, quadratic sixteen times: between them, because of the noise.
        atMost('calls that read or answer n things, at 4n', most(all, 'linear'), 8),
        atMost('an inbox cursor at 4n', (cursors[2] ?? 0) / (cursors[0] ?? 1), 1.1),
        atMost('regular expressions that are not linear', grown, 0),
      ],
    }
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

function rowsOf(bySize: readonly (readonly Cost[])[], sizes: readonly string[]): BenchRow[] {
  const [first = []] = bySize
  return first.flatMap(({ name, value: base }, which) =>
    bySize.map((costs, index) => {
      const value = costs[which]?.value ?? Number.NaN
      const row = { name: `${name}: ${sizes[index]}`, value, unit: 'µs of processor time' }
      return index === 0 ? row : { ...row, ratio: value / base, of: sizes[0] ?? '' }
    }),
  )
}

/** The largest growth from n to 4n among the calls whose cost may grow so. */
function most(all: readonly (readonly (readonly Cost[])[])[], allowed: Cost['allowed']): number {
  const growth = all.flatMap(([first = [], , last = []]) =>
    first.flatMap((cost, which) => (cost.allowed === allowed ? (last[which]?.value ?? Number.NaN) / cost.value : [])),
  )
  return Math.max(...growth)
}

if (import.meta.main) await runAlone(measureGrowth)
