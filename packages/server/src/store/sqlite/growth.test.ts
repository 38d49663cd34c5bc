/** What a call costs must not grow with what lies beside it: counted in statements, rows and bytes, never in time. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, asking, ending, LEASE_MS, ROOM, SUCCEEDED, saying } from '../contract/world.ts'
import type { Claim } from '../port.ts'
import { type Commands, createCommands } from './commands.ts'
import { createCommitter } from './committer.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { temporaryDirectory } from './testing/harness.ts'
import { countStatements, type StatementCount } from './testing/statement-count.ts'

const THREAD = { roomId: ROOM.roomId, threadId: 'thread' }

let directory = ''
let store: OpenStore
let commands: Commands
let count: StatementCount
beforeEach(() => {
  directory = temporaryDirectory()
  store = openStore({ directory })
  commands = createCommands(store.data)
  count = countStatements()
  write((now) => commands['rooms.create'](now, ALICE, ROOM))
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

/** In a transaction of its own, with the folding that follows it. */
function write<Answer>(run: (now: number) => Answer): Answer {
  const [done] = createCommitter(store)([{ id: 1, run }])
  while (store.data.folds.step());
  const outcome = done?.outcomes[0]
  if (outcome?.type !== 'answer') throw new Error('The call failed.')
  return outcome.answer as Answer
}

function oneRun(runId: string, threadId = THREAD.threadId): void {
  const key = { ...THREAD, threadId }
  expect(write((now) => commands['runs.start'](now, ALICE, key, asking(runId)))).toMatchObject({ type: 'accepted' })
  const [claim] = write((now) => commands['work.claim'](now, { workerId: 'w', limit: 1, leaseMs: LEASE_MS }))
  const { lease } = claim as Claim
  write((now) => commands.append(now, lease, saying(`${runId}-a`, 'An answer of some words. '.repeat(4))))
  write((now) => commands['work.end'](now, lease, ending(lease, SUCCEEDED)))
}

it('a short run writes as much in a long thread as in a short one', () => {
  let runs = 0
  function costUntil(size: number) {
    count.take()
    const from = runs
    for (; runs < size; runs++) oneRun(`r-${runs}`)
    const { statements, rows, given } = count.take()
    const each = (total: number) => Math.round(total / (runs - from))
    return { statements: each(statements), rows: each(rows), given: each(given) }
  }
  costUntil(50)
  const short = costUntil(150)
  costUntil(500)
  const long = costUntil(600)
  expect(long.statements).toBeLessThanOrEqual(short.statements + 1)
  expect(long.rows).toBeLessThanOrEqual(short.rows + 1)
  // A checkpoint now and then, of a conversation that is five times as long.
  expect(long.given).toBeLessThan(short.given * 1.5)
})

it('a call that changes nothing drops no conversation out of memory', () => {
  oneRun('r-1')
  expect(write((now) => commands['runs.start'](now, ALICE, THREAD, asking('r-1')))).toMatchObject({ type: 'same' })
  expect(write((now) => commands['work.claim'](now, { workerId: 'w', limit: 1, leaseMs: LEASE_MS }))).toEqual([])
  oneRun('r-2')
  const loads = [...count.texts].filter(([text]) => text.includes('body FROM checkpoint'))
  expect(loads.map(([, times]) => times)).toEqual([1])
})
