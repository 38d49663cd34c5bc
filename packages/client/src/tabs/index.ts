/**
 * One connection for all tabs of a browser profile. In each page:
 *
 *     const neighbours = browserNeighbours()   // undefined: this browser shares nothing, each tab for itself
 *     const transport = neighbours
 *       ? createTabTransport({ neighbours, clock, tabId, person, build, workerUrl, connect })
 *       : connect()
 *
 * and in the module at `workerUrl`:
 *
 *     serveTabs({ transport: connect(), locks: browserLocks(navigator.locks), eachConnection })
 */
export { browserLocks, browserNeighbours, eachConnection } from '../environment/browser-neighbours.ts'
export type { Line, Locks, Neighbours } from '../environment/neighbours.ts'
export type { Host } from './host.ts'
export { type SharedHostOptions, serveTabs } from './shared.ts'
export { createTabTransport, type TabTransport, type TabTransportOptions } from './tab-transport.ts'
