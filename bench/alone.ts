/** Runs one measure once: prints its table and exits as `bench/run.ts` does. Writes no file. */
import { cpus } from 'node:os'
import { missedIn, recorded, toMarkdown } from './record.ts'
import type { BenchSection } from './report.ts'

export async function runAlone(measure: () => Promise<BenchSection>): Promise<never> {
  const sections = [recorded([await measure()])]
  const processor = cpus()[0]?.model ?? 'Unknown processor'
  console.log(toMarkdown(sections, `${processor}, ${cpus().length} cores, Node ${process.versions.node}`))
  const missed = missedIn(sections)
  for (const line of missed) console.error(line)
  process.exit(missed.length === 0 ? 0 : 1)
}
