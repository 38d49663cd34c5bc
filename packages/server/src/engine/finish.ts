/**
 * Ends a run in the store: once, with everything that is left to write, as what the store lets it be. A cancel that was
 * acknowledged meanwhile wins over any other end (G6). Answers how it ended.
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
  /** Called after each fault, before the next try: false gives up. */
  readonly again: (error: unknown, attempt: number) => Promise<boolean>
}

export async function finish(
  outcome: Outcome,
  { lease, end, recorder, unwritten, usage, again }: FinishOptions,
): Promise<Outcome | 'lost' | 'given_up'> {
  let current = outcome
  for (let attempt = 0; ; attempt++) {
    const events = [...unwritten, ...recorder.end(current, usage)]
    try {
      const answer = await end(lease, { events, outcome: current, ...(usage && { usage }) })
      if (answer.type === 'ended') return current
      if (answer.type === 'lost') return 'lost'
      // A store that refuses even this owns the run better than we do.
      if (current.type === 'cancelled') return 'lost'
      current = stopOutcome(answer.cancel)
    } catch (error) {
      if (!(await again(error, attempt))) return 'given_up'
    }
  }
}
