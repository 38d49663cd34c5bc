/**
 * One connection for all tabs of a browser profile. In each page:
 *
 *     const neighbours = browserNeighbours()
 *     const load = async () => (await import('./connect.ts')).connect
 *     const transport = createTabTransport({ neighbours, clock, tabId, person, build, workerUrl, load })
 *
 * and in the module at `workerUrl`:
 *
 *     serveTabs({ transport: connect(), locks: browserLocks(navigator.locks), eachConnection })
 */
export {
  browserBroadcast,
  browserLocks,
  browserNeighbours,
  eachConnection,
  hasFewConnections,
} from '../environment/browser-neighbours.ts'
export type { Line, Locks, Neighbours } from '../environment/neighbours.ts'
export type { Host } from './host.ts'
export { type SharedHostOptions, serveTabs } from './shared.ts'
export { createStreamPlace, type StreamPlace, type StreamPlaceOptions } from './stream-place.ts'
export { createTabTransport, type TabTransport, type TabTransportOptions } from './tab-transport.ts'
