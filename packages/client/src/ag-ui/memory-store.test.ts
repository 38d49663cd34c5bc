/** The local store of a page whose browser stores nothing. */
import { localStoreContract } from './local-store.contract.ts'
import { createMemoryStore } from './memory-store.ts'

localStoreContract('memory', async () => createMemoryStore())
