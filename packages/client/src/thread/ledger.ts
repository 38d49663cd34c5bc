/**
 * Which runs of one thread have been announced, so that each is announced once: started, then completed.
 *
 * Owns: who has been announced. Does not know: handles, who listens, connections.
 *
 * Invariants:
 * - At most one RunStarted and one RunCompleted a run, in this order (S000-41, S000-42).
 * - What had ended before this device first looked is history, not news.
 * - What waited and was taken out of the queue never was.
 */
import { isEnded, type Outcome, type Run } from '@holdfast/core'

export type News =
  | { readonly type: 'started'; readonly run: Run }
  | { readonly type: 'completed'; readonly runId: string; readonly outcome: Outcome }

interface Ended {
  readonly runId: string
  readonly outcome: Outcome
  /** It waited, and was taken out before its turn. */
  readonly unsaid: boolean
}

export interface Ledger {
  /** The server has accepted a run that was asked for here. */
  accepted(run: Run): News[]
  /** The runs as the log shows them now. */
  observe(runs: readonly Run[]): { news: News[]; ended: Ended[] }
  /** The person gave this one up before it was accepted: if it ends cancelled, it never was (S004-16). */
  release(runId: string): void
  /** Nothing more will be heard of this thread: what was started ends so. */
  abandon(outcome: Outcome): News[]
}

export function createLedger(): Ledger {
  const entries = new Map<string, 'waiting' | 'released' | 'started' | 'completed'>()
  let history = true

  function settle(run: Run, outcome: Outcome): News[] {
    const { runId } = run
    const entry = entries.get(runId)
    entries.set(runId, 'completed')
    if (entry === 'released' && outcome.type === 'cancelled') return []
    if (entry === 'waiting' && isTakenOut(outcome)) return []
    if (entry === undefined && history) return []
    const completed: News = { type: 'completed', runId, outcome }
    return entry === 'started' ? [completed] : [{ type: 'started', run }, completed]
  }

  return {
    accepted(run) {
      const entry = entries.get(run.runId)
      if (entry !== undefined && entry !== 'waiting') return []
      entries.set(run.runId, 'started')
      return [{ type: 'started', run }]
    },
    observe(runs) {
      const news: News[] = []
      const ended: Ended[] = []
      for (const run of runs) {
        const { runId } = run
        const entry = entries.get(runId)
        if (isEnded(run)) {
          if (entry === 'completed') continue
          const { outcome } = run
          news.push(...settle(run, outcome))
          ended.push({ runId, outcome, unsaid: entry === 'waiting' && isTakenOut(outcome) })
        } else if (run.status === 'queued') {
          if (entry === undefined) entries.set(runId, 'waiting')
        } else if (entry === undefined || entry === 'waiting') {
          entries.set(runId, 'started')
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

function isTakenOut({ type }: Outcome): boolean {
  return type === 'cancelled' || type === 'superseded'
}
