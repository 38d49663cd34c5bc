/**
 * A run's records from its first on, and its events for export. Only reads: leaving ends nothing but the reading.
 *
 * Owns: where a run starts in its thread's log, and pages. Does not know: what the records say.
 */
import type { Envelope, RunInThread, ThreadKey } from '@holdfast/core'
import type { Services } from '../services.ts'

type Runs = Services['runs']

/**
 * Calls `tell` with new records until `signal` is aborted or the run has no more. Rejects if the log cannot be read.
 */
export async function followRun(
  runs: Runs,
  { roomId, threadId, runId }: RunInThread,
  tell: (batch: readonly Envelope[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const key: ThreadKey = { roomId, threadId }
  // The first page holds one record, the run's acceptance: that is where its records begin.
  const { next } = await runs.ask('runEvents', [key, runId, { after: 0, limit: 1 }])
  if (signal.aborted) return
  const ignore = () => {}
  const handlers = { onOpen: ignore, onCaughtUp: ignore, onBytes: ignore, onDropped: ignore, onEnvelopes: tell }
  await runs.open({ type: 'log', key, after: Math.max(0, next - 1), apart: true, handlers }, signal)
}

/** All events of a run so far as a JSON file, with the run's own record. */
export async function exportRun(runs: Runs, run: RunInThread): Promise<Blob> {
  const { roomId, threadId, runId } = run
  const events: unknown[] = []
  for (let after = 0; ; ) {
    const page = await runs.ask('runEvents', [{ roomId, threadId }, runId, { after }])
    events.push(...page.events)
    if (page.upToDate || page.next <= after) break
    after = page.next
  }
  return new Blob([`${JSON.stringify({ run, events }, null, 1)}\n`], { type: 'application/json' })
}
