/** A test double of `Clock` that moves only when it is told to. */
import type { Clock } from '../policy/clock.ts'

export interface ManualClock extends Clock {
  /** Moves time forward, and runs what is due in order of time. */
  advance(ms: number): void
  /** How many scheduled calls are pending (I10). */
  readonly waiting: number
}

export function createManualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start
  let order = 0
  const due = new Map<number, { at: number; order: number; run: () => void }>()

  return {
    now: () => time,
    schedule(ms, run) {
      const id = ++order
      due.set(id, { at: time + Math.max(0, ms), order: id, run })
      return () => void due.delete(id)
    },
    advance(ms) {
      const until = time + ms
      for (;;) {
        let next: { at: number; order: number; run: () => void } | undefined
        for (const entry of due.values()) {
          if (entry.at > until) continue
          if (!next || entry.at < next.at || (entry.at === next.at && entry.order < next.order)) next = entry
        }
        if (!next) break
        due.delete(next.order)
        time = next.at
        next.run()
      }
      time = until
    },
    get waiting() {
      return due.size
    },
  }
}
