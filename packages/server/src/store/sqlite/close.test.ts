import { rmSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { asking } from '../contract/world.ts'
import { emptyAppends } from './messages.ts'
import { serve } from './serve.ts'
import { connectStore } from './sqlite-store.ts'
import { temporaryDirectory } from './testing/harness.ts'

const ALICE = { tenantId: 'acme', personId: 'alice' }
const KEY = { roomId: 'room', threadId: 'thread' }

it('a value that cannot be posted to a thread is refused, and ends neither the process nor the store', async () => {
  const directory = temporaryDirectory()
  const { port1, port2 } = new MessageChannel()
  const opening = connectStore(port1, () => {})
  serve(port2, { directory })
  const store = await opening
  const title = (() => 'Room') as unknown as string
  const made = store.rooms.create(ALICE, { roomId: 'odd', title, agentId: 'demo' })
  await expect(made).rejects.toMatchObject({ code: 'storage_failed' })
  await store.rooms.create(ALICE, { roomId: 'room', title: 'Room', agentId: 'demo' })
  expect(await store.rooms.get(ALICE, 'room')).toMatchObject({ type: 'room' })
  await store.close()
  rmSync(directory, { recursive: true })
})

it('closes once, even if it is asked to while further work is scheduled', async () => {
  const directory = temporaryDirectory()
  const { port1, port2 } = new MessageChannel()
  const opening = connectStore(port1, () => {})
  serve(port2, { directory, limits: { tailRecords: 1 } })
  const store = await opening
  await store.rooms.create(ALICE, { roomId: 'room', title: 'Room', agentId: 'demo' })
  await store.runs.start(ALICE, KEY, asking('r'))
  // More than one turn reads, then the end, before the next turn has begun.
  const calls = Array.from({ length: 300 }, (_, n) => ({
    id: 1_000 + n,
    op: 'threads.snapshot' as const,
    args: [ALICE, KEY] as [typeof ALICE, typeof KEY],
  }))
  const gone = new Promise((resolve) => port1.once('close', resolve))
  port2.emit('message', { calls, appends: emptyAppends() })
  port2.emit('message', { calls: [], appends: emptyAppends(), close: true })
  // Enough turns for everything that is read. The scheduled one has not begun yet.
  for (let turns = 0; turns < 300; turns++) port2.emit('message', { calls: [], appends: emptyAppends() })
  await gone
  await expect(store.close()).resolves.toBeUndefined()
  rmSync(directory, { recursive: true })
})
