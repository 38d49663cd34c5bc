import type { Notice } from '../port.ts'
import { storeContract } from '../store.contract.ts'
import { createMemoryStore } from './memory-store.ts'

storeContract('the memory store', () => {
  let now = Date.UTC(2026, 0, 1)
  const notices: Notice[] = []
  const store = createMemoryStore({ clock: { now: () => now }, publish: (notice) => notices.push(notice) })
  const advance = (ms: number) => {
    now += ms
  }
  return { store, advance, notices, close: () => store.close() }
})
