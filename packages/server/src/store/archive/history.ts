/**
 * Checks that the records of one thread form one history: positions without gaps, times that never decrease, each run
 * accepted once and without records after its end. The log of a thread that two servers wrote at once fails this check.
 * Does not know: where the records are stored.
 */
import type { Envelope, ThreadKey } from '@holdfast/core'

export interface History {
  readonly length: number
  /** Checks the next record. @throws Error that names the contradiction */
  add(envelope: Envelope): void
}

/** `firstSeq`: of the first record that the log has. Runs that began before it may end in it. */
export function createHistory(key: ThreadKey, firstSeq = 1): History {
  const accepted = new Set<string>()
  const ended = new Set<string>()
  let length = 0
  let at = ''

  return {
    get length() {
      return length
    },
    add({ seq, roomId, threadId, runId, at: time, event }) {
      length++
      if (seq !== length + firstSeq - 1 || roomId !== key.roomId || threadId !== key.threadId) {
        throw new Error(`record ${length} has another thread or position`)
      }
      if (time < at)
        throw new Error(`record ${length} is older than the one before it: two servers may have written it`)
      at = time
      if (runId === undefined) return
      if (ended.has(runId)) {
        throw new Error(
          `record ${length} belongs to run ${runId}, which had already ended: two servers may have written it`,
        )
      }
      if (event.type === 'run.ended') ended.add(runId)
      if (event.type !== 'run.accepted') return
      if (accepted.has(runId)) {
        throw new Error(`record ${length} accepts run ${runId} again: two servers may have written it`)
      }
      accepted.add(runId)
    },
  }
}
