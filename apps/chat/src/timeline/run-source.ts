/**
 * A run's records, from its first on, and its events to keep. Only looks: leaving it ends nothing but the looking.
 *
 * Owns: where a run begins in its thread's log, pages. Does not know: what the records say.
 */
import type { Envelope, RunInThread, ThreadKey } from '@holdfast/core'
import type { Services } from '../services.ts'

type Runs = Services['runs']

/** Calls `tell` with what comes, until `signal` is aborted or the run has no more. Rejects if it cannot be read. */
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

/** All events of a run so far, as a file: JSON, with what is known of the run. */
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
