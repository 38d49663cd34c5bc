/**
 * Which of the received envelopes are a thread's next ones.
 *
 * Owns: what is counted as a duplicate, a gap, a stray. Does not know: what follows from a gap, what envelopes mean.
 */
import { admit, type Envelope, sameKey, type ThreadKey } from '@holdfast/core'
import type { DropReason } from '../transport/port.ts'
import type { FollowCounters } from './port.ts'

/**
 * The envelopes that continue `seq` without a hole. `gap`: whether a later one leaves a hole. Those of another thread go to
 * `drop`, the others are counted.
 */
export function admitBatch(
  key: ThreadKey,
  seq: number,
  batch: readonly Envelope[],
  counters: FollowCounters,
  drop: (reason: DropReason, type: string) => void,
): { readonly accepted: readonly Envelope[]; readonly gap: boolean } {
  const accepted: Envelope[] = []
  let gap = false
  for (const envelope of batch) {
    if (!sameKey(envelope, key)) {
      drop('foreign', envelope.event.type)
      continue
    }
    const admission = admit(seq, envelope.seq)
    if (admission === 'accepted') {
      accepted.push(envelope)
      seq = envelope.seq
    } else if (admission === 'duplicate') {
      counters.duplicates += 1
    } else {
      gap = true
      counters.gaps += 1
      break
    }
  }
  return { accepted, gap }
}
