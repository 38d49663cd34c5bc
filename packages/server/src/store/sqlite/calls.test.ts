/** How many statements and folds the facts of each decision take. Writes are not counted. */
import { rmSync } from 'node:fs'
import { DEFAULT_NOTIFICATION_SETTINGS } from '@holdfast/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ALICE, asking, CANCELLED, EVE, ending, FAILED, LEASE_MS, ROOM, SUCCEEDED, saying } from '../contract/world.ts'
import type { Claim, Lease } from '../port.ts'
import { type Commands, createCommands } from './commands.ts'
import { createCommitter } from './committer.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { temporaryDirectory } from './testing/harness.ts'
import { countStatements, type StatementCount } from './testing/statement-count.ts'

/** A fold is by far the most expensive fact: each call uses at most one, except calls about several threads. */
const COSTS: Readonly<Record<string, readonly [statements: number, views: number]>> = {
  'rooms.create': [1, 0],
  // The second statement reads what the room is to the person.
  'rooms.change': [2, 0],
  'threads.create': [2, 0],
  // The fourth statement reads the person's settings of the thread.
  'threads.change': [4, 0],
  'start: new thread': [5, 0],
  'start: same': [5, 1],
  'start: other tenant': [3, 0],
  'claim: one': [3, 1],
  'claim: nothing': [1, 0],
  append: [0, 0],
  'append: nothing': [0, 0],
  'append: lost': [0, 0],
  'renew: one': [0, 0],
  'renew: two lost': [0, 0],
  'start: enqueue': [5, 1],
  'start: refused, busy': [4, 1],
  edit: [3, 1],
  'changeQueue: pause': [2, 1],
  'changeQueue: nothing': [2, 1],
  'changeQueue: resume': [2, 1],
  'end: succeeded': [2, 0],
  'end: lost': [1, 0],
  'claim: next of queue': [5, 1],
  'cancelRun: running': [2, 1],
  'cancelRun: again': [2, 0],
  'end: cancelled': [1, 0],
  'cancelRun: ended': [3, 0],
  'cancelRun: unknown': [5, 0],
  'cancelThread: nothing': [4, 1],
  'start: cancelled before': [6, 1],
  start: [8, 1],
  'cancelThread: queued': [3, 1],
  'start to supersede': [8, 1],
  'claim: again': [3, 1],
  'start: supersede': [5, 1],
  'end: superseded': [1, 0],
  'claim: superseding': [5, 1],
  'end: superseding': [2, 1],
  'start to fail': [8, 1],
  'claim: once more': [3, 1],
  'end: failed': [2, 1],
  'marks.read': [4, 0],
  'marks.unread': [4, 0],
  // Whatever is unread: the room, and its counts.
  'marks.readRoom': [3, 0],
  'marks.readAll': [3, 0],
  'settings.put': [1, 0],
  'claim: three': [7, 3],
  'settleOrphans: none': [0, 0],
  'settleOrphans: three': [6, 3],
  'threads.delete: quiet': [3, 0],
  'settleDue: none': [2, 0],
  'settleDue: one': [5, 1],
  'subagents.cancel': [2, 1],
  'subagents.cancel: again': [2, 1],
  'threads.delete: again': [2, 0],
  'threads.delete: refused': [3, 0],
  'rooms.delete: refused': [3, 0],
  'rooms.delete': [12, 1],
}

const SUBAGENT = [JSON.stringify({ type: 'SUBAGENT_STARTED', subagentRunId: 's' })]
const KEY = { roomId: ROOM.roomId, threadId: 'thread' }

let directory = ''
let store: OpenStore
let commands: Commands
let count: StatementCount
let statements = 0
let views = 0
beforeEach(() => {
  directory = temporaryDirectory()
  store = openStore({ directory })
  commands = createCommands(store.data)
  count = countStatements()
  const { data } = store
  const { view } = data.folds
  vi.spyOn(data.folds, 'view').mockImplementation((...args) => {
    views++
    return view(...args)
  })
  for (const writing of ['apply', 'applyOwn', 'putRoom', 'tellRoom'] as const) {
    const write = data[writing] as (...args: unknown[]) => void
    vi.spyOn(data, writing).mockImplementation((...args: unknown[]) => {
      statements += count.take().statements
      const before = views
      write(...args)
      views = before
      count.take()
    })
  }
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true })
})

/** Runs the call in its own transaction. */
function costOf<Answer>(run: (now: number) => Answer): { readonly answer: Answer; readonly cost: readonly number[] } {
  let cost: readonly number[] = []
  const commit = createCommitter(store)
  const [done] = commit([
    {
      id: 1,
      run(now) {
        count.take()
        statements = 0
        views = 0
        const answer = run(now)
        statements += count.take().statements
        cost = [statements, views]
        return answer
      },
    },
  ])
  while (store.data.folds.step());
  const outcome = done?.outcomes[0]
  if (outcome?.type !== 'answer') throw new Error('The call failed.')
  return { answer: outcome.answer as Answer, cost }
}

it('a decision loads only the facts that it needs, and a fold only if it needs one', () => {
  const costs: Record<string, readonly number[]> = {}
  function call<Answer>(name: string, run: (now: number) => Answer): Answer {
    const { answer, cost } = costOf(run)
    costs[name] = cost
    return answer
  }
  const start =
    (runId: string, more = {}, key = KEY) =>
    (now: number) =>
      commands['runs.start'](now, ALICE, key, asking(runId, more))
  const claiming =
    (limit = 1) =>
    (now: number) =>
      commands['work.claim'](now, { workerId: 'w', limit, leaseMs: LEASE_MS })
  const leaseOf = (claims: readonly Claim[]) => claims[0]?.lease as Lease

  call('rooms.create', (now) => commands['rooms.create'](now, ALICE, ROOM))
  call('rooms.change', (now) => commands['rooms.change'](now, ALICE, ROOM.roomId, { title: 'New' }))
  call('threads.create', (now) => commands['threads.create'](now, ALICE, { ...KEY, threadId: 'made' }, 'Made'))
  call('threads.change', (now) => commands['threads.change'](now, ALICE, { ...KEY, threadId: 'made' }, { title: 'X' }))
  call('start: new thread', start('r1'))
  call('start: same', start('r1'))
  call('start: other tenant', (now) => commands['runs.start'](now, EVE, KEY, asking('e')))
  const first = leaseOf(call('claim: one', claiming()))
  call('claim: nothing', claiming())
  call('append', (now) => commands['work.append'](now, first, saying('a1', 'text')))
  call('append: nothing', (now) => commands['work.append'](now, first, []))
  call('append: lost', (now) => commands['work.append'](now, { ...first, epoch: 7 }, saying('a1', 'text')))
  call('renew: one', (now) => commands['work.renew'](now, [first], LEASE_MS))
  call('renew: two lost', (now) =>
    commands['work.renew'](
      now,
      [
        { ...first, epoch: 7 },
        { ...first, runId: 'x' },
      ],
      1,
    ),
  )
  call('start: enqueue', start('r2', { onBusy: 'enqueue' }))
  call('start: refused, busy', start('r3'))
  call('edit', (now) => commands['runs.edit'](now, ALICE, KEY, 'r2', [{ id: 'q', role: 'user', content: 'x' }]))
  call('changeQueue: pause', (now) => commands['runs.changeQueue'](now, ALICE, KEY, { paused: true }))
  call('changeQueue: nothing', (now) => commands['runs.changeQueue'](now, ALICE, KEY, { paused: true }))
  call('changeQueue: resume', (now) => commands['runs.changeQueue'](now, ALICE, KEY, { paused: false }))
  call('end: succeeded', (now) => commands['work.end'](now, first, ending(first, SUCCEEDED)))
  call('end: lost', (now) => commands['work.end'](now, first, ending(first, SUCCEEDED)))
  const second = leaseOf(call('claim: next of queue', claiming()))
  call('cancelRun: running', (now) => commands['runs.cancelRun'](now, ALICE, KEY, 'r2'))
  call('cancelRun: again', (now) => commands['runs.cancelRun'](now, ALICE, KEY, 'r2'))
  call('end: cancelled', (now) => commands['work.end'](now, second, ending(second, CANCELLED)))
  call('cancelRun: ended', (now) => commands['runs.cancelRun'](now, ALICE, KEY, 'r2'))
  call('cancelRun: unknown', (now) => commands['runs.cancelRun'](now, ALICE, KEY, 'later'))
  call('cancelThread: nothing', (now) => commands['runs.cancelThread'](now, ALICE, KEY))
  call('start: cancelled before', start('later'))
  call('start', start('r4'))
  call('cancelThread: queued', (now) => commands['runs.cancelThread'](now, ALICE, KEY))
  call('start to supersede', start('r5'))
  const third = leaseOf(call('claim: again', claiming()))
  call('start: supersede', start('r6', { onBusy: 'supersede' }))
  call('end: superseded', (now) => commands['work.end'](now, third, ending(third, { type: 'superseded', by: 'r6' })))
  const fourth = leaseOf(call('claim: superseding', claiming()))
  call('end: superseding', (now) => commands['work.end'](now, fourth, ending(fourth, SUCCEEDED)))
  call('start to fail', start('r7'))
  const fifth = leaseOf(call('claim: once more', claiming()))
  call('end: failed', (now) => commands['work.end'](now, fifth, ending(fifth, FAILED)))
  call('marks.read', (now) => commands['marks.read'](now, ALICE, KEY, 3))
  call('marks.unread', (now) => commands['marks.unread'](now, ALICE, KEY))
  call('marks.readRoom', (now) => commands['marks.readRoom'](now, ALICE, ROOM.roomId))
  call('marks.readAll', (now) => commands['marks.readAll'](now, ALICE))
  const settings = { ...DEFAULT_NOTIFICATION_SETTINGS, needsYouBreaksThrough: true }
  call('settings.put', (now) => commands['settings.put'](now, ALICE, settings))
  for (const n of [1, 2, 3]) costOf(start('o', {}, { ...KEY, threadId: `o-${n}` }))
  call('claim: three', claiming(3))
  call('settleOrphans: none', (now) => commands['work.settleOrphans'](now, 'expired'))
  call('settleOrphans: three', (now) => commands['work.settleOrphans'](now, 'all'))
  call('settleDue: none', (now) => commands['work.settleDue'](now))
  const asks = { ...KEY, threadId: 'asks' }
  costOf(start('ask', {}, asks))
  const sixth = leaseOf(costOf(claiming()).answer)
  costOf((now) => commands['work.append'](now, sixth, SUBAGENT))
  call('subagents.cancel', (now) => commands['subagents.cancel'](now, ALICE, asks, 's'))
  call('subagents.cancel: again', (now) => commands['subagents.cancel'](now, ALICE, asks, 's'))
  const interrupts = [{ id: 'i', reason: 'x', expiresAt: '2020-01-01T00:00:00Z' }]
  costOf((now) => commands['work.end'](now, sixth, ending(sixth, { type: 'interrupted', interrupts })))
  call('settleDue: one', (now) => commands['work.settleDue'](now))
  call('threads.delete: quiet', (now) => commands['threads.delete'](now, ALICE, KEY, false))
  call('threads.delete: again', (now) => commands['threads.delete'](now, ALICE, KEY, false))
  costOf(start('l', {}, { ...KEY, threadId: 'live' }))
  call('threads.delete: refused', (now) => commands['threads.delete'](now, ALICE, { ...KEY, threadId: 'live' }, false))
  call('rooms.delete: refused', (now) => commands['rooms.delete'](now, ALICE, ROOM.roomId, false))
  call('rooms.delete', (now) => commands['rooms.delete'](now, ALICE, ROOM.roomId, true))
  expect(costs).toEqual(COSTS)
})
