/** The device cache of this page, in the browser's database; and the fold, without which its views cannot be shown. */
import type { Environment } from '@holdfast/client'
import { createDeviceCache, type DeviceCache, openIndexedRows } from '@holdfast/client/cache'
import { noteCacheTrouble } from '../frame/cache-trouble.ts'

export { createFold, viewFromSnapshot } from '@holdfast/core'

let made: DeviceCache | undefined

export function cacheFor(environment: Environment, person: string): DeviceCache {
  made ??= createDeviceCache({
    open: (lost) => openIndexedRows({ name: 'holdfast', person, pageId: environment.mintId(), lost }),
    person,
    environment,
    fellBack: (trouble) => noteCacheTrouble(trouble, environment.keep),
  })
  return made
}
