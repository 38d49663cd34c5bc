import { afterAll } from 'vitest'
import { storeContract } from '../store.contract.ts'
import { openInThread, openInWorkers, sqliteHarness } from './testing/harness.ts'

const workers = openInWorkers()
afterAll(workers.close)

storeContract('the sqlite store in a worker thread', () => sqliteHarness(workers.open))

// Every limit is small, so that each test also covers tails that move, segments that are divided and folds that left
// memory.
storeContract('the sqlite store with hardly any memory', () =>
  sqliteHarness(openInThread, {
    hotThreads: 1,
    limits: { tailRecords: 3, tailBytes: 600, segmentBytes: 500, journalRows: 4, moveBytes: 1 },
  }),
)
