/**
 * Whether memory grows with what has passed through (S001-33): a million events through a real server process to a real
 * client, in threads that come and go. Compares the heap in use after a fifth (or once all caches are full) with the
 * heap after all events, each after a garbage collection.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createHoldfastServer } from '../server.ts'

/** Bytes of heap: the client's, the server's main thread's, and that of the store's worker. */
export interface Kept {
  readonly client: number
  readonly server: number
  readonly store: number
}

export const HEAPS: readonly (keyof Kept)[] = ['client', 'server', 'store']

export interface GrowthReport {
  /** Records that the client folded. */
  readonly events: number
  readonly early: Kept
  readonly late: Kept
}

const AGENTS = fileURLToPath(new URL('./growth-agents.ts', import.meta.url))
const CLIENT = fileURLToPath(new URL('./growth-client.ts', import.meta.url))

/** How far from what it was early a heap is at the end, as a share of that: the one of the three that moved most. */
export function change({ early, late }: GrowthReport): number {
  return Math.max(...HEAPS.map((whose) => Math.abs(late[whose] / early[whose] - 1)))
}

export async function growthLoop(events: number): Promise<GrowthReport> {
  const server = await createHoldfastServer({ HOLDFAST_CONFIG: AGENTS, HOLDFAST_ISOLATE: 'off', HOLDFAST_LOG: 'error' })
  try {
    await server.start()
    const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, server.url, String(events)])
    await server.stop()
    return JSON.parse(stdout) as GrowthReport
  } finally {
    await server.dispose()
  }
}
