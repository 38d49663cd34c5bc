/** A follower of one scripted thread, and what it has handed on. */
import type { Envelope, ThreadKey, ThreadSnapshot } from '@holdfast/core'
import { expect, vi } from 'vitest'
import { createManualEnvironment } from '../../testing/manual-environment.ts'
import { createScriptedTransport } from '../../testing/scripted-transport.ts'
import { createFollower } from '../follow.ts'
import type { ConnectionState } from '../state.ts'

export const KEY: ThreadKey = { roomId: 'R1', threadId: 'T1' }
export const OTHER: ThreadKey = { roomId: 'R2', threadId: 'T1' }
export const until = vi.waitFor

export function setUp() {
  const environment = createManualEnvironment()
  const transport = createScriptedTransport()
  const snapshots: ThreadSnapshot[] = []
  const seen: Envelope[] = []
  const states: ConnectionState['type'][] = []
  let seq: number | undefined
  const follower = createFollower({
    key: KEY,
    transport,
    environment,
    sink: {
      get seq() {
        return seq
      },
      snapshot(snapshot) {
        snapshots.push(snapshot)
        seq = snapshot.seq
      },
      missing() {
        seq = 0
      },
      envelopes(batch) {
        seen.push(...batch)
        seq = batch.at(-1)?.seq
      },
      changed: ({ type }) => void states.push(type),
    },
  })
  const isLive = () => expect(follower.state.type).toBe('live')
  const asked = (type: string) => transport.asked.filter((each) => each.type === type).length
  return { environment, transport, follower, snapshots, seen, states, isLive, asked, clock: environment.clock }
}

export async function live() {
  const parts = setUp()
  parts.transport.startElsewhere(KEY, 'run', 'Hello')
  parts.follower.open()
  await until(parts.isLive)
  return parts
}
