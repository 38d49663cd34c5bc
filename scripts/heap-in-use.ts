/**
 * What a thread keeps of its heap, everything unused thrown away: for the measurements that compare two moments of one
 * process. Does not know: what it is that is measured.
 */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Worker } from 'node:worker_threads'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: object) => void

/** Finalizers run in a turn of their own, and what they let go of is only then unused. */
const TURN_MS = 20
const MOST_TURNS = 20
const STILL_BYTES = 2_000

/** Bytes of this thread's heap without compiled code, which varies with how often code runs. */
export async function heapInUse(): Promise<number> {
  let before = Number.POSITIVE_INFINITY
  for (let turn = 0; ; turn++) {
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    const now = usedOfData()
    if (Math.abs(before - now) < STILL_BYTES || turn === MOST_TURNS) return now
    before = now
    await wait(TURN_MS)
  }
}

/** Bytes of a worker's heap, including compiled code. The worker does not take part. */
export async function heapOfWorker(worker: Worker): Promise<number> {
  // A heap snapshot starts with a garbage collection.
  const snapshot = await worker.getHeapSnapshot()
  snapshot.resume()
  await once(snapshot, 'end')
  return (await worker.getHeapStatistics()).used_heap_size
}

function usedOfData(): number {
  let used = 0
  for (const space of getHeapSpaceStatistics()) {
    if (!/code|trusted|read_only/.test(space.space_name)) used += space.space_used_size
  }
  return used
}
