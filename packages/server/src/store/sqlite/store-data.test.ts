import { rmSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { asking, LEASE_MS, ROOM, saying } from '../contract/world.ts'
import { LOCAL_PRINCIPAL } from '../principal.ts'
import { createCommands } from './commands.ts'
import { createCommitter } from './committer.ts'
import { openStore } from './open-store.ts'
import { temporaryDirectory } from './testing/harness.ts'

it('keeps the fold of a live thread close although its tail moves in a commit to which the thread adds nothing', () => {
  const directory = temporaryDirectory()
  const open = openStore({ directory, limits: { tailRecords: 12, moveBytes: 1 } })
  const { data } = open
  const commands = createCommands(data)
  const commit = createCommitter(open)
  const inOne = (...writes: ((now: number) => unknown)[]) => commit(writes.map((run, id) => ({ id, run })))
  const key = (n: number) => ({ roomId: ROOM.roomId, threadId: `thread-${n}` })
  const lease = (n: number) => ({ tenantId: LOCAL_PRINCIPAL.tenantId, ...key(n), runId: 'run', epoch: 1 })
  const threads = [1, 2, 3]

  inOne((now) => commands['rooms.create'](now, LOCAL_PRINCIPAL, ROOM))
  inOne(...threads.map((n) => (now: number) => commands['runs.start'](now, LOCAL_PRINCIPAL, key(n), asking('run'))))
  inOne((now) => commands['work.claim'](now, { workerId: 'w', limit: 3, leaseMs: LEASE_MS }))
  const grown = vi.spyOn(data.folds, 'grown')
  // All tails are long in the third round. Its commit moves the first of them; the others move with later commits.
  for (let round = 0; round < 3; round++) {
    inOne(...threads.map((n) => (now: number) => commands['work.append'](now, lease(n), saying(`m-${round}`, 'a'))))
  }
  expect(grown).toHaveBeenCalledTimes(1)
  for (let k = 0; k < 2; k++) inOne((now) => commands['work.append'](now, lease(1), saying(`n-${k}`, 'b')))

  const told = grown.mock.calls.map(([, { threadId }]) => threadId)
  expect(told).toEqual(['thread-1', 'thread-2', 'thread-3'])
  open.close()
  rmSync(directory, { recursive: true })
})
