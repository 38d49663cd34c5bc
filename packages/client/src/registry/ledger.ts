/**
 * Which runs of one thread have been announced, so that each is announced once: started, then completed.
 *
 * Owns: who has been announced. Does not know: who listens, connections.
 *
 * Invariants:
 * - At most one RunStarted and one RunCompleted a run, in this order (S000-41, S000-42).
 * - What had ended before this device first looked is history, not news.
 */
import { isEnded, type Outcome, type Run, type ThreadKey } from '@holdfast/core'
import type { LifecycleEvent } from './port.ts'

export interface Ledger {
  /** The server has accepted a run that was asked for here. */
  accepted(runId: string): LifecycleEvent[]
  /** The runs as the log shows them now. */
  observe(runs: readonly Run[]): { news: LifecycleEvent[]; ended: { runId: string; outcome: Outcome }[] }
  /** The person gave this one up before it was accepted: if it ends cancelled, it never was (S004-16). */
  release(runId: string): void
}

export function createLedger({ roomId, threadId }: ThreadKey): Ledger {
  const entries = new Map<string, 'released' | 'started' | 'completed'>()
  let history = true

  const started = (runId: string): LifecycleEvent => ({ type: 'RunStarted', roomId, threadId, runId })

  function settle(runId: string, outcome: Outcome): LifecycleEvent[] {
    const entry = entries.get(runId)
    entries.set(runId, 'completed')
    if (entry === 'released' && outcome.type === 'cancelled') return []
    if (entry === undefined && history) return []
    const completed: LifecycleEvent = { type: 'RunCompleted', roomId, threadId, runId, outcome }
    return entry === 'started' ? [completed] : [started(runId), completed]
  }

  return {
    accepted(runId) {
      if (entries.has(runId)) return []
      entries.set(runId, 'started')
      return [started(runId)]
    },
    observe(runs) {
      const news: LifecycleEvent[] = []
      const ended: { runId: string; outcome: Outcome }[] = []
      for (const run of runs) {
        if (isEnded(run)) {
          if (entries.get(run.runId) === 'completed') continue
          news.push(...settle(run.runId, run.outcome))
          ended.push({ runId: run.runId, outcome: run.outcome })
        } else if (run.status !== 'queued' && !entries.has(run.runId)) {
          entries.set(run.runId, 'started')
          news.push(started(run.runId))
        }
      }
      history = false
      return { news, ended }
    },
    release: (runId) => void entries.set(runId, 'released'),
  }
}
