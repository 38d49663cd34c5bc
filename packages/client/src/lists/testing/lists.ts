/** A registry over a scripted server, and the list of one room's threads. */
import type { ThreadKey } from '@holdfast/core'
import { vi } from 'vitest'
import { createRunRegistry } from '../../registry/registry.ts'
import { createManualEnvironment } from '../../testing/manual-environment.ts'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'

export const A: ThreadKey = { roomId: 'R1', threadId: 'T1' }
export const B: ThreadKey = { roomId: 'R1', threadId: 'T2' }
export const ELSEWHERE: ThreadKey = { roomId: 'R2', threadId: 'T1' }
export const until = vi.waitFor

/** Lets everything that does not wait for the clock happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

export function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const registry = createRunRegistry({ transport, environment })
  const threads = registry.observeThreads('R1')
  const count = (type: string) => transport.asked.filter((each) => each.type === type).length
  const lines = () => threads.snapshot().items?.map(({ threadId, title, status }) => [threadId, title, status])
  return { environment, transport, registry, threads, count, lines }
}
