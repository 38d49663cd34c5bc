/**
 * Which changes of tools and sub-agents become lines of `events.jsonl`. Owns: how many of one run do. Does not know: what
 * they mean.
 *
 * Invariant: at most `MAX_LINES` of a run, so a run with a million calls pushes no other out of the file. How many were
 * left out is written at its end.
 */
import { runName } from '../store/tenant-thread.ts'
import type { LifecycleEvent } from './lifecycle.ts'

export const MAX_LINES = 500

export type ActivityLine = Exclude<LifecycleEvent, { readonly type: 'model_start' | 'model_end' }>

export interface LeftOut {
  readonly type: 'activity_left_out'
  readonly at: string
  readonly tenantId: string
  readonly roomId: string
  readonly threadId: string
  readonly runId: string
  readonly count: number
}

export interface ActivityLines {
  /** The lines for an event: none, itself, or before the end of a run how many were left out. */
  of(event: LifecycleEvent): readonly (ActivityLine | LeftOut)[]
}

export function createActivityLines(): ActivityLines {
  /** By run, until it ends. */
  const written = new Map<string, number>()

  return {
    of(event) {
      switch (event.type) {
        case 'model_start':
        case 'model_end':
          return []
        case 'run_accepted':
        case 'run_started':
        case 'run_resumed':
        case 'run_cancel_requested':
          return [event]
        case 'run_ended': {
          const count = (written.get(runName(event)) ?? 0) - MAX_LINES
          written.delete(runName(event))
          if (count <= 0) return [event]
          const { at, tenantId, roomId, threadId, runId } = event
          return [{ type: 'activity_left_out', at, tenantId, roomId, threadId, runId, count }, event]
        }
        default: {
          const count = 1 + (written.get(runName(event)) ?? 0)
          written.set(runName(event), count)
          return count <= MAX_LINES ? [event] : []
        }
      }
    },
  }
}
