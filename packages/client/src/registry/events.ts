/**
 * Everything that happens in the registry, as one stream of typed events.
 *
 * Owns: the union. Does not know: who subscribes. Handles of runs, notifications, diagnostics and developer tools are
 * derived from this stream.
 */
import type { ThreadKey } from '@holdfast/core'
import type { AccessState } from '../access/access.ts'
import type { ListNotice } from '../lists/port.ts'
import type { ThreadNotice } from '../thread/thread.ts'
import type { DropReason } from '../transport/port.ts'

/** Some input was dropped, because it did not name its thread, or named another one (G8). */
export interface Diagnostic {
  /** The type of the event, or what could be read of it. */
  readonly type: string
  readonly reason: DropReason
  /** The thread that was being read, if one was. */
  readonly key?: ThreadKey
}

export type RegistryEvent =
  /**
   * Of one thread: `RunStarted`, `RunContinued`, `RunCompleted`; `StartRefused`; `ActivityChanged`; and each
   * `ThreadEvent` that its model has taken, which includes the life of every command.
   */
  | ThreadNotice
  /** The thread is not kept in memory any more. */
  | ({ readonly type: 'ThreadEvicted' } & ThreadKey)
  /** `ListChanged`, `ConnectionChanged`, `DeliveryChanged`, `InboxEntry`. */
  | ListNotice
  | { readonly type: 'ActiveRunsChanged' }
  | { readonly type: 'AccessChanged'; readonly access: AccessState }
  | { readonly type: 'InputDropped'; readonly diagnostic: Diagnostic }
  /** The registry was closed. It is the last event. */
  | { readonly type: 'Closed' }

export interface EventStream {
  /** Called with each event from now on. Subscribing opens no connection. Returns the function that undoes it. */
  subscribe(listener: (event: RegistryEvent) => void): () => void
}
