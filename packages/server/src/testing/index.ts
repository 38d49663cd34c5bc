export { type BusHarness, busContract } from '../bus/bus.contract.ts'
