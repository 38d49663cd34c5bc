/**
 * The readers of a thread while one of its runs has not ended. Owns: how many streams follow each thread, and which
 * changes become lines of `events.jsonl`. Does not know: what readers are sent, or how. Readers only look: nothing here
 * changes a run.
 *
 * Invariant: at most `MAX_LINES` changes are recorded while runs of a thread follow each other, so a page that
 * reconnects in a loop pushes no run out of the file.
 */
import { type TenantThread, threadName } from '../store/tenant-thread.ts'
import type { ActivityLine, LeftOut } from './activity-lines.ts'
import type { EventLine } from './event-file.ts'
import type { Lifecycle } from './lifecycle.ts'

/** A stream starts or stops following a thread. `seq`: the last position it has been given. */
export interface ReaderChange extends TenantThread {
  readonly type: 'reader_joined' | 'reader_left'
  readonly seq: number
}

export interface RunReaders {
  /** The line for an event, with the number of readers if a run begins or ends. */
  lineOf(event: ActivityLine | LeftOut): EventLine
  /** The line for a change; undefined if no run of the thread is live. */
  changed(change: ReaderChange): EventLine | undefined
}

export interface RunReadersOptions {
  readonly lives: Pick<Lifecycle, 'livesIn'>
  readonly now: () => number
}

export const MAX_LINES = 200

export function createRunReaders({ lives, now }: RunReadersOptions): RunReaders {
  const counts = new Map<string, number>()
  /** Keyed by the lives of a thread, and forgotten with the last of them. */
  const lines = new WeakMap<object, number>()

  return {
    lineOf(event) {
      if (event.type !== 'run_started' && event.type !== 'run_resumed' && event.type !== 'run_ended') return event
      return { ...event, readers: counts.get(threadName(event)) ?? 0 }
    },
    changed({ type, tenantId, roomId, threadId, seq }) {
      const thread = threadName({ tenantId, roomId, threadId })
      const count = (counts.get(thread) ?? 0) + (type === 'reader_joined' ? 1 : -1)
      if (count > 0) counts.set(thread, count)
      else counts.delete(thread)
      const here = lives.livesIn({ tenantId, roomId, threadId })
      if (!here) return undefined
      const written = lines.get(here) ?? 0
      if (written >= MAX_LINES) return undefined
      lines.set(here, written + 1)
      return { type, at: new Date(now()).toISOString(), tenantId, roomId, threadId, seq, readers: count }
    },
  }
}
