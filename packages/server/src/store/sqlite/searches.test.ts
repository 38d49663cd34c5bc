/** The cost of a search on the thread that commits, and what happens to a search whose thread or store ends. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ALICE, ROOM } from '../contract/world.ts'
import { createCommands } from './commands.ts'
import { createCommitter } from './committer.ts'
import { openStore } from './open-store.ts'
import { createReads } from './reads.ts'
import { createSearches } from './searches.ts'
import { openInThread, temporaryDirectory } from './testing/harness.ts'
import { countStatements } from './testing/statement-count.ts'

let directory = ''
beforeEach(() => {
  directory = temporaryDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

const closed = (searches: ReturnType<typeof createSearches>) => new Promise<void>((resolve) => searches.close(resolve))

it('a search reads only its page on the thread that commits, however many threads match', async () => {
  const store = openStore({ directory })
  const searches = createSearches(store.path)
  const commands = createCommands(store.data)
  const reads = createReads(store, searches)
  const commit = createCommitter(store)
  const count = countStatements()
  let made = 0
  function create(upTo: number) {
    for (; made < upTo; made++) {
      const key = { roomId: ROOM.roomId, threadId: `t-${made}` }
      commit([{ id: 1, run: (now) => commands['threads.create'](now, ALICE, key, `Report ${made}`) }])
    }
  }
  async function costOfAPage() {
    count.take()
    const page = await reads['threads.list'](ALICE, ROOM.roomId, { limit: 5, q: 'rep' })
    expect(page).toMatchObject({ type: 'page', items: Array.from({ length: 5 }, () => expect.anything()) })
    return count.take()
  }
  commit([{ id: 1, run: (now) => commands['rooms.create'](now, ALICE, ROOM) }])
  create(10)
  const few = await costOfAPage()
  create(60)
  expect(await costOfAPage()).toEqual(few)
  expect(few.rows).toBeLessThan(20)
  expect([...count.texts.keys()].filter((text) => text.includes('MATCH'))).toEqual([])
  await closed(searches)
  store.close()
})

it('a search sees what was committed before it, and is answered before its store closes', async () => {
  const store = await openInThread({ directory, publish() {} })
  await store.rooms.create(ALICE, ROOM)
  await store.threads.create(ALICE, { roomId: ROOM.roomId, threadId: 't' }, 'Report')
  const found = store.threads.list(ALICE, ROOM.roomId, { limit: 5, q: 'report' })
  await store.close()
  expect(await found).toMatchObject({ type: 'page', items: [{ threadId: 't' }] })
})

it('a search whose thread is lost fails, and the next search starts another thread', async () => {
  const path = join(directory, 'holdfast.db')
  const searches = createSearches(path)
  const wanted = { tenantId: ALICE.tenantId, roomId: ROOM.roomId, terms: ['report'], after: undefined, limit: 5 }
  await expect(searches.find(wanted)).rejects.toThrow()
  openStore({ directory }).close()
  expect(await searches.find(wanted)).toEqual([])
  await closed(searches)
})
