/** What a run has cost, as its agent reports it: only counts that are counts, one entry for each provider and model. */
import { aggregateTokenUsage, type TokenUsage } from '@ag-ui/core'
import { knownUsage } from '@holdfast/core'

/** An agent that invents models would otherwise grow the list for ever. */
const MAX_ENTRIES = 100

/** `entries` and one more report, or as they were. */
export function addUsage(entries: readonly TokenUsage[], report: unknown): readonly TokenUsage[] {
  const clean = cleaned(report)
  return clean && entries.length < MAX_ENTRIES ? aggregateTokenUsage([...entries, clean]) : entries
}

function cleaned(entry: unknown): TokenUsage | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const clean = knownUsage(entry)
  for (const name of ['provider', 'model'] as const) clean[name] &&= clean[name].slice(0, 200)
  return clean
}
