/**
 * Which runs of one thread have been announced, so that each is announced once: started, then completed.
 *
 * Owns: who has been announced. Does not know: handles, who listens, connections.
 *
 * Invariants:
 * - At most one RunStarted and one RunCompleted a run, in this order (S000-41, S000-42).
 * - What had ended before this device first looked is history, not news.
 */
import { isEnded, type Outcome, type Run } from '@holdfast/core'

export type News =
  | { readonly type: 'started'; readonly run: Run }
  | { readonly type: 'completed'; readonly runId: string; readonly outcome: Outcome }

export interface Ledger {
  /** The server has accepted a run that was asked for here. */
  accepted(run: Run): News[]
  /** The runs as the log shows them now. */
  observe(runs: readonly Run[]): { news: News[]; ended: { runId: string; outcome: Outcome }[] }
  /** The person gave this one up before it was accepted: if it ends cancelled, it never was (S004-16). */
  release(runId: string): void
  /** Nothing more will be heard of this thread: what was started ends so. */
  abandon(outcome: Outcome): News[]
}

export function createLedger(): Ledger {
  const entries = new Map<string, 'released' | 'started' | 'completed'>()
  let history = true

  function settle(run: Run, outcome: Outcome): News[] {
    const { runId } = run
    const entry = entries.get(runId)
    entries.set(runId, 'completed')
    if (entry === 'released' && outcome.type === 'cancelled') return []
    if (entry === undefined && history) return []
    const completed: News = { type: 'completed', runId, outcome }
    return entry === 'started' ? [completed] : [{ type: 'started', run }, completed]
  }

  return {
    accepted(run) {
      if (entries.has(run.runId)) return []
      entries.set(run.runId, 'started')
      return [{ type: 'started', run }]
    },
    observe(runs) {
      const news: News[] = []
      const ended: { runId: string; outcome: Outcome }[] = []
      for (const run of runs) {
        if (isEnded(run)) {
          if (entries.get(run.runId) === 'completed') continue
          news.push(...settle(run, run.outcome))
          ended.push({ runId: run.runId, outcome: run.outcome })
        } else if (run.status !== 'queued' && !entries.has(run.runId)) {
          entries.set(run.runId, 'started')
          news.push({ type: 'started', run })
        }
      }
      history = false
      return { news, ended }
    },
    release: (runId) => void entries.set(runId, 'released'),
    abandon(outcome) {
      const started = [...entries].filter(([, entry]) => entry === 'started').map(([runId]) => runId)
      for (const runId of started) entries.set(runId, 'completed')
      return started.map((runId) => ({ type: 'completed', runId, outcome }))
    },
  }
}
