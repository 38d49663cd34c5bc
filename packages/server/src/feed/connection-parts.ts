/** What the threads and the inbox of one feed connection share. */
import type { FeedFrameName, ThreadKey } from '@holdfast/core'
import type { LogReader } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import type { Sent } from './reader.ts'
import type { OnReader } from './reader-change.ts'
import type { SharedSink } from './shared-sink.ts'
import type { ThreadHub } from './thread-hub.ts'

export interface ConnectionParts {
  readonly principal: Principal
  readonly hub: ThreadHub
  readonly log: LogReader
  readonly shared: SharedSink
  readonly stepBytes: number
  readonly sent: Sent
  /** Called for each thread that is still followed when the connection ends. */
  readonly leaving: Set<() => void>
  readonly isOver: () => boolean
  /** Writes a frame now. */
  readonly say: (event: FeedFrameName, data: string) => void
  /** Ends the connection. Idempotent. */
  readonly end: () => void
  /** Reports the fault and ends the connection. */
  readonly fail: (fault: unknown, key?: ThreadKey) => void
  readonly onReader: OnReader
}
