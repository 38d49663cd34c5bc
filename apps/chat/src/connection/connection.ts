/** What the composition root gets of a connection, with a server or without one. */
import type { DeviceCache, Folding, Observable, RunTransport } from '@holdfast/client'
import type { ThreadKey } from '@holdfast/core'

export interface Connection {
  readonly transport: RunTransport
  readonly folding: Folding
  /** What the device keeps of a server's threads. Absent: the log itself is on the device. */
  readonly cache?: DeviceCache
  /** The threads whose answer ends when this page is left. Absent: there is a server, and none does. */
  readonly leaving?: Observable<readonly ThreadKey[]>
}
