/** What a run has cost, as its agent reports it: only counts that are counts, one entry for each provider and model. */
import { aggregateTokenUsage, type TokenUsage } from '@ag-ui/core'

export interface UsageTally {
  add(entry: TokenUsage): void
  readonly entries: readonly TokenUsage[]
}

const COUNTS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'reasoningTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
] as const

/** An agent that invents models would otherwise grow the list for ever. */
const MAX_ENTRIES = 100

export function createUsageTally(): UsageTally {
  let entries: TokenUsage[] = []
  return {
    add(entry) {
      const clean = cleaned(entry)
      if (clean && entries.length < MAX_ENTRIES) entries = aggregateTokenUsage([...entries, clean])
    },
    get entries() {
      return entries
    },
  }
}

function cleaned(entry: unknown): TokenUsage | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const given = entry as Record<string, unknown>
  const clean: TokenUsage = {}
  for (const name of ['provider', 'model'] as const) {
    const value = given[name]
    if (typeof value === 'string') clean[name] = value.slice(0, 200)
  }
  for (const name of COUNTS) {
    const value = given[name]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) clean[name] = value
  }
  return clean
}
