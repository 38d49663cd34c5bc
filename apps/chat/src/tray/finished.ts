/**
 * Runs that ended while another thread was looked at, until somebody looks.
 *
 * Owns: what has finished unseen, in memory. Does not know: React, what is on screen (it is told).
 */
import type { LifecycleStream, Observable } from '@holdfast/client'
import { keyString, type Outcome, sameKey, type ThreadKey } from '@holdfast/core'

export interface FinishedRun {
  readonly key: ThreadKey
  readonly runId: string
  readonly outcome: Outcome
}

export interface Finished extends Observable<readonly FinishedRun[]> {
  /** The thread is looked at, or everything is, without a key. */
  seen(key?: ThreadKey): void
}

interface FinishedOptions {
  readonly lifecycle: LifecycleStream
  isOnScreen(key: ThreadKey): boolean
}

export function createFinished({ lifecycle, isOnScreen }: FinishedOptions): Finished {
  const listeners = new Set<() => void>()
  let runs: readonly FinishedRun[] = []

  function become(next: readonly FinishedRun[]): void {
    if (next.length === runs.length && next.every((run, at) => run === runs[at])) return
    runs = next
    for (const listener of [...listeners]) listener()
  }

  lifecycle.subscribe((event) => {
    const { roomId, threadId, runId } = event
    const others = runs.filter(({ key }) => keyString(key) !== keyString(event))
    // What the person stopped themselves is no news to them.
    const news = event.type === 'RunCompleted' && event.outcome.type !== 'cancelled' && !isOnScreen(event)
    become(news ? [...others, { key: { roomId, threadId }, runId, outcome: event.outcome }] : others)
  })

  return {
    snapshot: () => runs,
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    seen: (key) => become(key ? runs.filter((run) => !sameKey(run.key, key)) : []),
  }
}
