/** What the device cache learns of everything that happens in the registry. */
import type { ThreadKey } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { RunTransport } from '../transport/port.ts'
import type { RegistryEvent } from './events.ts'
import type { Threads } from './threads.ts'

export function cacheListener(
  cache: DeviceCache | undefined,
  threads: Threads,
  transport: RunTransport,
): (event: RegistryEvent) => void {
  const from = {
    isFollowed: (key: ThreadKey) => threads.find(key)?.connected ?? false,
    snapshot: (key: ThreadKey) => transport.ask('snapshot', [key]),
  }
  return (event) => {
    if (event.type === 'InboxEntry') cache?.hear(event.entry, from)
    // Another person may sign in next.
    else if (event.type === 'AccessChanged' && event.access === 'signed-out') void cache?.wipe()
  }
}
