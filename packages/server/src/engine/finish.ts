/**
 * Ends a run in the store, once, with all events that are left to write. A cancel that was acknowledged in the meantime
 * wins over any other end (G6). Returns how the run ended.
 */
import type { Outcome, Recorder } from '@holdfast/core'
import type { Lease, RunEnd, RunWork } from '../store/port.ts'
import { stopOutcome } from '../store/run-record.ts'

export interface FinishOptions {
  readonly lease: Lease
  readonly end: RunWork['end']
  readonly recorder: Pick<Recorder, 'end'>
  /** Taken from the recorder and not known to be written. */
  readonly unwritten: readonly string[]
  readonly usage: RunEnd['usage']
  /** Who has the thread in front of them now. */
  readonly attendedBy: () => readonly string[]
  /** Called after each fault, before the next attempt. False gives up. */
  readonly again: (error: unknown, attempt: number) => Promise<boolean>
}

export async function finish(
  outcome: Outcome,
  { lease, end, recorder, unwritten, usage, attendedBy, again }: FinishOptions,
): Promise<Outcome | 'lost' | 'given_up'> {
  let current = outcome
  for (let attempt = 0; ; attempt++) {
    const events = [...unwritten, ...recorder.end(current, usage)]
    try {
      const people = attendedBy()
      const answer = await end(lease, {
        events,
        outcome: current,
        ...(usage && { usage }),
        ...(people.length > 0 && { attendedBy: people }),
      })
      if (answer.type === 'ended') return current
      if (answer.type === 'lost') return 'lost'
      // The store refuses even a cancel: another process owns the run.
      if (current.type === 'cancelled') return 'lost'
      current = stopOutcome(answer.cancel)
    } catch (error) {
      if (!(await again(error, attempt))) return 'given_up'
    }
  }
}
