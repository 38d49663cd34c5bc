/**
 * Up to where the log of a thread may be trimmed: the end of the newest run such that it, and every run that began
 * before it, ended long enough ago. Pure. Does not know: where the log is, how it is trimmed.
 */
import type { ThreadRow } from './facts.ts'

/** The part of a run that matters here. `endedAt` is absent while it has not ended. */
export interface Trimmable {
  readonly firstSeq: number
  readonly lastSeq?: number
  /** Milliseconds since the epoch. */
  readonly endedAt?: number
}

/** Nothing runs, waits or is asked in the thread, so nothing will be read from its older records. */
export function isAtRest({ status, waiting, deleted }: Pick<ThreadRow, 'status' | 'waiting' | 'deleted'>): boolean {
  return (status === 'idle' || status === 'failed') && waiting === 0 && deleted === undefined
}

/** Undefined: it stays as it is. `runs`: those that have records left, in the order of `firstSeq`. */
export function trimTo(runs: readonly Trimmable[], endedBefore: number): number | undefined {
  let reach = 0
  let boundary: number | undefined
  for (const [index, { lastSeq, endedAt }] of runs.entries()) {
    if (lastSeq === undefined || endedAt === undefined || endedAt >= endedBefore) break
    reach = Math.max(reach, lastSeq)
    // A run that was accepted meanwhile has records on both sides.
    const next = runs[index + 1]
    if (next === undefined || next.firstSeq > reach) boundary = reach
  }
  return boundary
}
