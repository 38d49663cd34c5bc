/**
 * Which runs of one thread were announced, so that each run is announced once: started, then completed.
 *
 * Pure. Owns: the decision what is news. Does not know: handles, listeners, connections.
 *
 * Invariants:
 * - At most one start and one end for each run, in this order (S000-41, S000-42).
 * - At most one announced run of a thread is active: the next one ends it as superseded, or continues it.
 * - A run that had ended before this device first read the log is history, not news.
 * - A run that was removed from the queue before its turn is never announced.
 */
import { isEnded, type Outcome, type Run } from '@holdfast/core'
import type { News } from './lifecycle.ts'

type Entry = 'waiting' | 'released' | 'started' | 'completed'

export interface Announced {
  readonly entries: ReadonlyMap<string, Entry>
  /** The log was not read yet: ends that it shows are history. */
  readonly history: boolean
  /** The run that was announced last. */
  readonly current?: { readonly runId: string; readonly ended: boolean } | undefined
}

export interface WithNews {
  readonly announced: Announced
  readonly news: readonly News[]
}

export interface Ended {
  readonly runId: string
  readonly outcome: Outcome
  /** It was queued, and was removed before its turn. */
  readonly removed: boolean
}

export const NOTHING_ANNOUNCED: Announced = { entries: new Map(), history: true }

/** Collects what is announced. */
function announcing({ current: before }: Announced) {
  const news: News[] = []
  let current = before

  function complete(runId: string, outcome: Outcome): void {
    // The end of a run whose place another one has taken was announced then.
    if (current?.runId !== runId || current.ended) return
    current = { runId, ended: true }
    news.push({ type: 'RunCompleted', runId, outcome })
  }

  return {
    news,
    complete,
    start({ runId, continues }: Run): void {
      if (continues !== undefined && current?.runId === continues) news.push({ type: 'RunContinued', runId, continues })
      else {
        if (current) complete(current.runId, { type: 'superseded', by: runId })
        news.push({ type: 'RunStarted', runId })
      }
      current = { runId, ended: false }
    },
    with: (announced: Announced): WithNews => ({ announced: { ...announced, current }, news }),
  }
}

/** The server has accepted a run that was requested here. */
export function announceAccepted(announced: Announced, run: Run): WithNews {
  const entry = announced.entries.get(run.runId)
  if (entry !== undefined && entry !== 'waiting') return { announced, news: [] }
  const told = announcing(announced)
  told.start(run)
  return told.with({ ...announced, entries: new Map(announced.entries).set(run.runId, 'started') })
}

/** The person cancelled it before it was accepted: if it ends cancelled, it is never announced (S004-16). */
export function release(announced: Announced, runId: string): Announced {
  return { ...announced, entries: new Map(announced.entries).set(runId, 'released') }
}

/** The log now shows these runs. `restored`: as the device had them, so that what the server adds is history too. */
export function announceRead(
  announced: Announced,
  runs: readonly Run[],
  restored = false,
): WithNews & { readonly ended: readonly Ended[] } {
  const { history } = announced
  const told = announcing(announced)
  const ended: Ended[] = []
  const entries = new Map(announced.entries)
  for (const run of runs) {
    const { runId } = run
    const entry = entries.get(runId)
    if (isEnded(run)) {
      if (entry === 'completed') continue
      const { outcome } = run
      const removed = entry === 'waiting' && isRemoval(outcome)
      entries.set(runId, 'completed')
      ended.push({ runId, outcome, removed })
      if (removed || (entry === undefined && history)) continue
      if (entry === 'released' && outcome.type === 'cancelled') continue
      if (entry !== 'started') told.start(run)
      told.complete(runId, outcome)
    } else if (run.status === 'queued') {
      if (entry === undefined) entries.set(runId, 'waiting')
    } else if (entry === undefined || entry === 'waiting') {
      entries.set(runId, 'started')
      told.start(run)
    }
  }
  return { ...told.with({ ...announced, entries, history: history && restored }), ended }
}

/** The thread ends, and the announced run with it. */
export function abandon(announced: Announced, outcome: Outcome): WithNews {
  const told = announcing(announced)
  const entries = new Map(announced.entries)
  for (const [runId, entry] of entries) {
    if (entry !== 'started') continue
    entries.set(runId, 'completed')
    told.complete(runId, outcome)
  }
  return told.with({ ...announced, entries })
}

function isRemoval({ type }: Outcome): boolean {
  return type === 'cancelled' || type === 'superseded'
}
