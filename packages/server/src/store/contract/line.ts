/** A queue of runs in one thread, for the contracts about queues. */
import { expect } from 'vitest'
import type { StartRequest } from '../run-record.ts'
import { ALICE, ALICES_THREAD, asking, ending, LEASE_MS, SUCCEEDED, THREAD, type World } from './world.ts'

export function enqueued(runId: string, more: Partial<StartRequest> = {}): StartRequest {
  return asking(runId, { onBusy: 'enqueue', ...more })
}

export async function enqueue(world: World, ...runIds: string[]): Promise<void> {
  for (const runId of runIds) {
    expect(await world.store.runs.start(ALICE, THREAD, enqueued(runId))).toMatchObject({ type: 'accepted' })
  }
}

export async function orderOf(world: World): Promise<readonly string[]> {
  const answer = await world.store.runs.queue(ALICE, THREAD)
  if (answer.type !== 'queue') throw new Error(answer.type)
  return answer.queue.order
}

export const claims = (world: World) => world.store.work.claim({ workerId: 'worker-1', limit: 10, leaseMs: LEASE_MS })
export const claimed = async (world: World) => (await claims(world)).map((claim) => claim.run.runId)

export async function endLive(world: World, runId: string): Promise<void> {
  const lease = { ...ALICES_THREAD, runId, epoch: 1 }
  expect(await world.store.work.end(lease, ending(lease, SUCCEEDED))).toEqual({ type: 'ended' })
}
