/**
 * The device cache: threads and lists outlive the page, in IndexedDB.
 *
 *     const cache = createDeviceCache({
 *       open: (lost) => openIndexedRows({ name: 'holdfast', person, pageId: environment.mintId(), lost }),
 *       person,
 *       environment,
 *       fellBack: (trouble) => console.warn(`This browser keeps no conversations: ${trouble}.`),
 *     })
 *     const registry = createRunRegistry({ transport, environment, cache })
 *
 * A page that is opened again shows what the device has, then continues from its position. `cache.wipe()` when the person signs
 * out; the registry calls it on a 401.
 */
export { createDeviceCache, type DeviceCacheOptions } from './device-cache.ts'
export { type IndexedRowsOptions, openIndexedRows } from './indexed-rows.ts'
export { createMemoryDevice, createMemoryRows, type MemoryDevice, type MemoryRowsOptions } from './memory-rows.ts'
export { CacheError, type CacheRows, type CacheTrouble, type DeviceCache } from './port.ts'
