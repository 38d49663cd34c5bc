/**
 * Two tenants that look at rooms, threads and runs of the same ids through one feed: whatever is written by one, by page,
 * by stream, by long-poll or over the one connection, reaches that one only.
 */
import type { ThreadKey } from '@holdfast/core'
import { expect, it } from 'vitest'
import { asking, ending, SUCCEEDED, said, saying } from '../store/contract/world.ts'
import { MAX_PERSON_ENTRIES } from '../store/decide/inbox.ts'
import type { Principal } from '../store/principal.ts'
import { readPage } from './page.ts'
import { createLooseWorld } from './testing/loose-world.ts'
import { createScriptedSink } from './testing/scripted-sink.ts'

const KEY: ThreadKey = { roomId: 'shared', threadId: 't' }
const ALICE: Principal = { tenantId: 'acme', personId: 'alice' }
/** The same person's name, too. */
const OTHER: Principal = { tenantId: 'elsewhere', personId: 'alice' }
const TENANTS = [
  { principal: ALICE, own: 'apples', others: 'figs' },
  { principal: OTHER, own: 'figs', others: 'apples' },
] as const

const settle = async () => {
  for (let round = 0; round < 60; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A store in which both tenants have the room, and everything that each of them looks at it with. */
async function looking(when: 'before the thread exists' | 'after it exists') {
  const world = await createLooseWorld()
  const { store, feed } = world
  for (const { principal } of TENANTS) await store.rooms.create(principal, { roomId: KEY.roomId, title: 'Shared' })

  async function start(runId: string): Promise<void> {
    for (const { principal, own } of TENANTS) {
      const messages = [said(`${runId}-q`, `${own} of ${runId}`)]
      await store.runs.start(principal, KEY, asking(runId, { messages }))
    }
  }
  if (when === 'after it exists') await start('r-1')
  const looks = []
  for (const { principal, own, others } of TENANTS) {
    const connection = createScriptedSink()
    const stream = createScriptedSink()
    const inbox = (await store.inbox.overview(principal)).cursor
    await feed.open({ principal, inbox, threads: [{ ...KEY, after: 0 }] }, () => connection.sink)
    const followed = { principal, key: KEY, after: 0, whenMissing: async () => 'waits' as const }
    await feed.follow(followed, () => stream.sink)
    looks.push({ principal, own, others, connection, stream, inbox })
  }
  if (when === 'before the thread exists') await start('r-1')
  return { world, looks, start }
}

it.each(['before the thread exists', 'after it exists'] as const)(
  'G8 I3 nothing of one tenant reaches the streams, pages and inbox of another one that looks %s',
  async (when) => {
    const { world, looks, start } = await looking(when)
    const { store } = world
    for (let round = 0; round < 3; round++) {
      if (round > 0) await start(`r-${round + 1}`)
      const claims = await store.work.claim({ workerId: 'w', limit: 9, leaseMs: 1e9 })
      expect(claims).toHaveLength(2)
      // One after the other, of different lengths: a position alone says nothing about whose record it is.
      for (const [index, { lease, owner }] of claims.entries()) {
        const { own } = TENANTS.find(({ principal }) => principal.tenantId === owner.tenantId) ?? TENANTS[0]
        for (let n = 0; n <= index; n++) await store.work.append(lease, saying(`a-${round}-${n}`, `more ${own}`))
        await settle()
        await store.work.end(lease, ending(lease, SUCCEEDED))
      }
    }
    await settle()
    for (const { principal, own, others, connection, stream, inbox } of looks) {
      for (const text of [connection.text(), stream.text()]) {
        expect(text).toContain(`more ${own}`)
        expect(text).not.toContain(others)
        expect(text).not.toContain('tenantId')
        expect([...text.matchAll(/"type":"run.ended"/g)]).toHaveLength(3)
      }
      const request = { principal, inbox, threads: [{ ...KEY, after: 0 }] }
      const page = await readPage(request, { log: store.log, inbox: store.inbox, maxBytes: 1e9 })
      const paged = JSON.stringify(page)
      expect(paged).toContain(`more ${own}`)
      expect(paged).not.toContain(others)
      expect(paged).not.toContain('tenantId')
    }
  },
)

it('G8 I10 what one tenant writes, deletes or mutes wakes nobody of another', async () => {
  const { world, looks } = await looking('after it exists')
  const { store, feed, clock } = world
  await settle()
  const [, other] = looks
  const before = [other?.connection.text(), other?.stream.text()]
  const head = await store.threads.snapshot(OTHER, KEY)
  const after = head.type === 'snapshot' ? head.view.seq : 0
  const waits = feed.next({ principal: OTHER, key: KEY, after, maxBytes: 1e6, maxRecords: 9, waitMs: 1_000 })
  let reads = 0
  world.answerReadings((...asked) => {
    if (asked[0].tenantId === OTHER.tenantId) reads++
    return store.log.read(...asked)
  })
  await store.runs.cancelRun(ALICE, KEY, 'r-1')
  await store.threads.change(ALICE, KEY, { title: 'Apples' })
  await store.threads.delete(ALICE, KEY, true)
  await store.rooms.delete(ALICE, KEY.roomId, true)
  await settle()
  expect(reads).toBe(0)
  expect([other?.connection.text(), other?.stream.text()]).toEqual(before)
  clock.advance(1_000)
  expect(await waits).toMatchObject({ type: 'chunk', lastSeq: after, head: after })
})

it('G8 what is one person’s own goes over the connections of that person, and wakes no other', async () => {
  const { store, feed, inboxReads } = await createLooseWorld()
  const BOB: Principal = { tenantId: ALICE.tenantId, personId: 'bob' }
  for (const { principal } of TENANTS) {
    await store.rooms.create(principal, { roomId: KEY.roomId, title: 'Shared' })
    await store.threads.create(principal, KEY, 'Tea')
  }
  const looks = []
  for (const principal of [ALICE, ALICE, BOB, OTHER]) {
    const connection = createScriptedSink()
    const inbox = (await store.inbox.overview(principal)).cursor
    await feed.open({ principal, inbox, threads: [{ ...KEY, after: 0 }] }, () => connection.sink)
    looks.push(connection)
  }
  await settle()
  const before = looks.map((connection) => connection.text())
  inboxReads.length = 0
  await store.threads.change(ALICE, KEY, { mutedUntil: Date.UTC(2030, 0, 1) })
  await settle()
  const [first = '', second = '', ...others] = looks.map((connection, n) => connection.text().slice(before[n]?.length))
  for (const text of [first, second])
    expect(text).toMatch(/^event: inbox\ndata: .*"mutedUntil":"2030-01-01T00:00:00.000Z"/)
  expect(others).toEqual(['', ''])
  expect(inboxReads).toEqual([ALICE, ALICE])
})

it('G8 a stream ends, and its inbox is asked for again, when the person’s log was trimmed before it was read', async () => {
  const { store, feed, inboxReads, deliver, clock } = await createLooseWorld()
  await store.rooms.create(ALICE, { roomId: KEY.roomId, title: 'Shared' })
  await store.threads.create(ALICE, KEY, 'Tea')
  const inbox = (await store.inbox.overview(ALICE)).cursor
  const connection = createScriptedSink()
  await feed.open({ principal: ALICE, inbox, threads: [] }, () => connection.sink)
  await settle()
  inboxReads.length = 0
  deliver('lost')
  for (let n = 0; n <= MAX_PERSON_ENTRIES; n++) await store.threads.change(ALICE, KEY, { mutedUntil: n })
  expect(inboxReads).toEqual([])
  clock.advance(15_000)
  await settle()
  expect(connection.state.ended).toBe(1)
  expect(await feed.open({ principal: ALICE, inbox, threads: [] }, () => connection.sink)).toEqual({
    type: 'inbox_gone',
  })
  const request = { principal: ALICE, inbox, threads: [] }
  expect(await readPage(request, { log: store.log, inbox: store.inbox, maxBytes: 1e6 })).toEqual({ type: 'inbox_gone' })
})

it('G8 a connection learns nothing about the thread of another tenant, whether or not it exists', async () => {
  const { store, feed } = await createLooseWorld()
  const hidden = { roomId: 'hidden', threadId: 't' }
  await store.rooms.create(ALICE, { roomId: hidden.roomId, title: 'Hidden' })
  await store.runs.start(ALICE, hidden, asking('r-1'))
  const sinks = { hidden: createScriptedSink(), missing: createScriptedSink() }
  for (const [roomId, { sink }] of Object.entries(sinks)) {
    await feed.open({ principal: OTHER, threads: [{ roomId, threadId: 't', after: 0 }] }, () => sink)
    await feed.open({ principal: OTHER, threads: [{ roomId, threadId: 't', after: 3 }] }, () => sink)
  }
  await settle()
  await store.runs.cancelRun(ALICE, hidden, 'r-1')
  await store.threads.delete(ALICE, hidden, true)
  await settle()
  expect(sinks.hidden.text()).toBe(sinks.missing.text().replaceAll('missing', 'hidden'))
  expect(sinks.hidden.text()).toContain('caught-up')
})
