/**
 * What a run has cost, as its agent reports it. Takes only valid counts, and keeps one entry per provider and model.
 */
import { aggregateTokenUsage, type TokenUsage } from '@ag-ui/core'
import { knownUsage } from '@holdfast/core'

/** Otherwise an agent that invents model names would grow the list without bound. */
const MAX_ENTRIES = 100

/** Returns `entries` with one more report, or unchanged if it is invalid. */
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
