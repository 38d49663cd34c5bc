/** Rows in the real database of a browser: with other pages, other builds, and rows that something else has written. */
import { deleteDB, openDB } from 'idb'
import { expect, it } from 'vitest'
import { createManualEnvironment } from '../testing/manual-environment.ts'
import { createDeviceCache } from './device-cache.ts'
import { openIndexedRows } from './indexed-rows.ts'
import { type CacheRows, type CacheTrouble, FORMAT } from './port.ts'
import { conversation, FEW, rowsContract } from './rows.contract.ts'

const A = { roomId: 'R1', threadId: 'T1' }
let databases = 0

function setUp() {
  databases += 1
  const name = `rows-${databases}-${Date.now()}`
  const opened: CacheRows[] = []
  const lost: CacheTrouble[] = []
  async function page(person = 'local', limits = FEW) {
    const pageId = `page-${opened.length}`
    const rows = await openIndexedRows({ name, person, pageId, limits, lost: (each) => void lost.push(each) })
    opened.push(rows)
    return rows
  }
  return {
    name,
    lost,
    page,
    async stop() {
      for (const rows of opened) rows.close()
      await deleteDB(name)
    },
  }
}

rowsContract('in IndexedDB', async () => setUp())

it('rows outlive every page', async () => {
  const { page, stop } = setUp()
  const first = await page()
  await first.writeThread(conversation(A, 500), 1)
  first.close()
  expect(await (await page()).readThread(A, 2)).toEqual(conversation(A, 500))
  await stop()
})

it('only the blocks that have changed are written again', async () => {
  const { name, page, stop } = setUp()
  const rows = await page()
  const view = conversation(A, 1_000)
  await rows.writeThread(view, 1)
  const put: string[] = []
  const original = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === 'blocks') put.push(String(key))
    return original.call(this, value, key)
  }
  try {
    const last = { ...view.messages[999], content: 'More' } as (typeof view.messages)[number]
    await rows.writeThread({ ...view, seq: view.seq + 1, messages: view.messages.with(999, last) }, 2)
  } finally {
    IDBObjectStore.prototype.put = original
  }
  expect(put).toEqual(
    [
      ['local', 'R1', 'T1', 'head', 0],
      ['local', 'R1', 'T1', 'messages', 3],
    ].map(String),
  )
  expect(name).not.toBe('')
  await stop()
})

it('threads are removed when all together are too large', async () => {
  const { page, stop } = setUp()
  const rows = await page('local', { ...FEW, characters: 100_000 })
  for (let n = 0; n < 3; n += 1) await rows.writeThread(conversation({ ...A, threadId: `T${n}` }, 200), n)
  expect(await rows.seqOf({ ...A, threadId: 'T0' })).toBe(0)
  expect(await rows.seqOf({ ...A, threadId: 'T2' })).toBe(200)
  await stop()
})

it('a newer build gets the database at once, and the older page is told', async () => {
  const { name, lost, page, stop } = setUp()
  const rows = await page()
  await rows.writeThread(conversation(A, 1), 1)
  const newer = await openDB(name, 2)
  expect(lost).toEqual(['newer'])
  await expect(page()).rejects.toMatchObject({ trouble: 'newer' })
  // What the older build wrote is still there.
  expect(await newer.count('threads')).toBe(1)
  newer.close()
  await stop()
})

it('a page of another build that does not let go blocks nothing but the database', async () => {
  const { name, page, stop } = setUp()
  // An older layout, whose page ignores that it should close.
  const older = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('threads')
    request.onsuccess = () => resolve(request.result)
  })
  const newest = indexedDB.open(name, 2)
  newest.onupgradeneeded = () => newest.transaction?.abort()
  newest.onerror = (event) => event.preventDefault()
  const environment = createManualEnvironment()
  const troubles: CacheTrouble[] = []
  const cache = createDeviceCache({
    open: () => page(),
    person: 'local',
    environment,
    fellBack: (each) => void troubles.push(each),
  })
  const read = cache.read(A)
  environment.clock.advance(1_500)
  expect(await read).toBeUndefined()
  cache.note(A, () => conversation(A, 1), true)
  await expect.poll(() => cache.read(A)).toEqual(conversation(A, 1))
  expect(troubles).toHaveLength(1)
  older.close()
  await stop()
})

it.each<[string, (db: IDBDatabase, key: readonly string[]) => void]>([
  ['no row at all', (db, key) => store(db, 'threads').put('nonsense', [...key])],
  [
    'a row without a position',
    (db, key) => store(db, 'threads').put({ format: FORMAT, stamp: '', counts: {} }, [...key]),
  ],
  [
    'a row with another position than its blocks',
    (db, key) =>
      store(db, 'threads').put(
        {
          format: FORMAT,
          seq: 9,
          at: 0,
          characters: 0,
          stamp: 'x',
          counts: { messages: 1, runs: 1, subagents: 0, superseded: 0 },
        },
        [...key],
      ),
  ],
  ['a block that is none', (db, key) => store(db, 'blocks').put(7, [...key, 'messages', 0])],
  [
    'a block too many',
    (db, key) => store(db, 'blocks').put({ field: 'messages', n: 5, text: '[]' }, [...key, 'messages', 5]),
  ],
  ['a block that is missing', (db, key) => store(db, 'blocks').delete([...key, 'runs', 0])],
])('%s is not given as a view, and the next write repairs it', async (_, spoil) => {
  const { name, page, stop } = setUp()
  const rows = await page()
  await rows.writeThread(conversation(A, 5), 1)
  const db = await openDB(name)
  spoil(db as unknown as IDBDatabase, ['local', 'R1', 'T1'])
  db.close()
  const other = await page()
  expect(await other.readThread(A, 2)).toBeUndefined()
  await other.drop(A)
  await other.writeThread(conversation(A, 6), 3)
  expect(await other.readThread(A, 4)).toEqual(conversation(A, 6))
  await stop()
})

it('rows of a newer format are neither read, changed nor removed', async () => {
  const { name, page, stop } = setUp()
  const rows = await page()
  const db = await openDB(name)
  const row = { format: FORMAT + 1, seq: 1, at: 0, other: true }
  await db.put('threads', row, ['local', 'R1', 'T1'])
  await db.put('lists', { format: FORMAT + 1, value: 7 }, ['local', 'rooms'])
  expect(await rows.readThread(A, 1)).toBeUndefined()
  expect(await rows.readList('rooms')).toBeUndefined()
  await rows.writeThread(conversation(A, 50), 2)
  await rows.writeList('rooms', [], 2)
  await rows.drop(A)
  for (let n = 0; n < 5; n += 1) await rows.writeThread(conversation({ ...A, threadId: `X${n}` }, 1), 3 + n)
  expect(await db.get('threads', ['local', 'R1', 'T1'])).toEqual(row)
  expect((await db.get('lists', ['local', 'rooms'])).value).toBe(7)
  db.close()
  await stop()
})

it('an origin without room loses its oldest threads first, then says that it is full', async () => {
  const { page, stop } = setUp()
  const rows = await page()
  await rows.writeThread(conversation({ ...A, threadId: 'old' }, 1), 1)
  await rows.writeThread(conversation({ ...A, threadId: 'new' }, 1), 2)
  const original = IDBObjectStore.prototype.put
  let refusals = 1
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === 'blocks' && refusals-- > 0) throw new DOMException('No room.', 'QuotaExceededError')
    return original.call(this, value, key)
  }
  try {
    await rows.writeThread(conversation(A, 1), 3)
    expect(await rows.seqOf({ ...A, threadId: 'old' })).toBe(0)
    expect(await rows.seqOf({ ...A, threadId: 'new' })).toBe(1)
    expect(await rows.seqOf(A)).toBe(1)
    refusals = 2
    await expect(rows.writeThread(conversation(A, 2), 4)).rejects.toMatchObject({ trouble: 'full' })
  } finally {
    IDBObjectStore.prototype.put = original
  }
  await stop()
})
function store(db: IDBDatabase, name: string): IDBObjectStore {
  return db.transaction(name, 'readwrite').objectStore(name)
}
