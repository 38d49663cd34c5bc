/**
 * G14 by simulation: ten thousand random traces of one person with one to five devices of one to eight windows, on a clock
 * that jumps. A trace is repeated by its seed: `playTrace(seed)`.
 */
import { expect, it } from 'vitest'
import { type Fate, playTrace } from './testing/simulated-trace.ts'

const TRACES = 10_000
/** Another run, other traces: `SEED=… npx vitest run …` repeats one. */
const FIRST = Number(process.env.SEED ?? 1)

/** Undefined: as promised. */
function wrong({ notice, rings, settled, diedWithClaim, quiet }: Fate): string | undefined {
  if (rings.length > 1) return `rang ${rings.length} times: ${rings.join(', ')}`
  if (rings.length === 1 || notice.state === 'withdrawn') return undefined
  // In the quiet hours the table says nothing outside of the page.
  if (quiet && (notice.state === 'open' || settled)) return undefined
  if (notice.state === 'claimed' && diedWithClaim) return undefined
  return `did not ring, and is ${notice.state}`
}

it('G14 each notice rings exactly once, or not at all where the table says nothing, in 10,000 random traces', () => {
  const sums = { notices: 0, rung: 0, pushed: 0, read: 0, died: 0, silent: 0 }
  for (let seed = FIRST; seed < FIRST + TRACES; seed += 1) {
    const { notices, silent } = playTrace(seed)
    sums.silent += silent
    for (const fate of notices) {
      const fault = wrong(fate)
      if (fault) expect.fail(`Seed ${seed}, ${fate.notice.id}: ${fault}.`)
      sums.notices += 1
      if (fate.rings.includes('push')) sums.pushed += 1
      else if (fate.rings.length === 1) sums.rung += 1
      else if (fate.notice.state === 'withdrawn') sums.read += 1
      else if (fate.diedWithClaim) sums.died += 1
    }
  }
  // The traces have tried everything, and what a dead device took along is rare.
  for (const what of ['rung', 'pushed', 'read', 'silent'] as const) expect(sums[what], what).toBeGreaterThan(1_000)
  expect(sums.died).toBeLessThan(sums.notices / 50)
}, 120_000)
