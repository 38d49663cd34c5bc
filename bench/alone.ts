/** One measure run by itself: its table on the screen, and the exit code of `bench/run.ts`. Nothing is written down. */
import { cpus } from 'node:os'
import { type BenchSection, missedIn, toMarkdown } from './report.ts'

export async function runAlone(measure: () => Promise<BenchSection>): Promise<never> {
  const sections = [await measure()]
  const processor = cpus()[0]?.model ?? 'unknown processor'
  console.log(toMarkdown(sections, `${processor}, ${cpus().length} cores, Node ${process.versions.node}`))
  const missed = missedIn(sections)
  for (const line of missed) console.error(line)
  process.exit(missed.length === 0 ? 0 : 1)
}
