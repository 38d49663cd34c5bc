import { storeContract } from '../store.contract.ts'
import { openInThread, openInWorker, sqliteHarness } from './sqlite-harness.testing.ts'

storeContract('the sqlite store in its worker', () => sqliteHarness(openInWorker))

// Everything small: each promise also meets tails that move on, segments that are cut and folds that are not in memory.
storeContract('the sqlite store with hardly any memory', () =>
  sqliteHarness(openInThread, {
    hotThreads: 1,
    limits: { tailRecords: 3, tailBytes: 600, segmentBytes: 500, journalRows: 4 },
  }),
)
