/**
 * The runs that start or are active, as far as this device knows.
 *
 * Owns: their order, stable references. Does not know: threads beyond their activity.
 */
import { keyString, type ThreadKey } from '@holdfast/core'
import { createListeners, isSame, type Observable } from '../observable/observable.ts'
import { type Activity, isBusy } from '../thread/activity.ts'
import type { ActiveRun } from '../thread/port.ts'

export interface ActiveRuns extends Observable<readonly ActiveRun[]> {
  update(threads: Iterable<{ readonly key: ThreadKey; readonly activity: Activity }>): void
  close(): void
}

/** @param changed is called before observers are */
export function createActiveRuns(changed: () => void): ActiveRuns {
  const listeners = createListeners()
  let active: readonly ActiveRun[] = []

  const idOf = ({ key, runId }: ActiveRun) => `${keyString(key)}/${runId}`

  return {
    snapshot: () => active,
    subscribe: listeners.add,
    update(threads) {
      const known = new Map(active.map((run) => [idOf(run), run]))
      const now = new Map<string, ActiveRun>()
      for (const { key, activity } of threads) {
        if (!isBusy(activity)) continue
        const run = { key, runId: activity.runId, activity: activity.type }
        const before = known.get(idOf(run))
        now.set(idOf(run), before && isSame(before, run) ? before : run)
      }
      // In the order in which this device learnt of them.
      const ids = new Set([...known.keys(), ...now.keys()])
      const next = [...ids].flatMap((id) => now.get(id) ?? [])
      if (next.length === active.length && next.every((run, at) => run === active[at])) return
      active = next
      changed()
      listeners.tell()
    },
    close() {
      listeners.clear()
      active = []
    },
  }
}
