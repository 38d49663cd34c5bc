export { type BusHarness, busContract } from '../bus/bus.contract.ts'
export { type PresenceHarness, presenceContract } from '../presence/presence.contract.ts'
export { type StoreHarness, storeContract } from '../store/store.contract.ts'
