/**
 * Reads the inbox, for as long as it is open: over one connection after another, from the cursor of the last entry.
 *
 * Owns: the cursor, the connection, how entries are delivered. Does not know: listeners, the overview's content.
 */
import type { InboxFrame, InboxOverview } from '@holdfast/core'
import type { DeviceCache } from '../cache/port.ts'
import type { Environment } from '../environment/port.ts'
import type { Attempt } from '../follow/attempts.ts'
import type { Backoff } from '../follow/backoff.ts'
import { createReconnect, type Reconnect } from '../follow/reconnect.ts'
import type { ConnectionState } from '../follow/state.ts'
import { createListeners, type Observable } from '../observable/observable.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { Delivery, DropReason, InboxHandlers, RunTransport } from '../transport/port.ts'
import type { ListNotice } from './port.ts'

export type InboxNews =
  | { readonly type: 'entries'; readonly batch: readonly InboxFrame[] }
  /** Entries follow from here on. What happened before has to be asked for. */
  | { readonly type: 'restarted' }
  /** The connection has changed, and with it how often lists are asked for. */
  | { readonly type: 'moved' }

export interface InboxOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly backoff: Backoff
  readonly cache?: DeviceCache | undefined
  onDropped(reason: DropReason, type: string | undefined): void
  emit(notice: ListNotice): void
}

export interface InboxReader {
  readonly reconnect: Reconnect
  readonly delivery: Observable<Delivery>
  readonly connection: Observable<ConnectionState>
}

export interface InboxReaderOptions extends InboxOptions {
  /** The overview names the cursor to begin with. */
  ask(): Promise<InboxOverview>
  tell(news: InboxNews): void
}

export function createInboxReader(options: InboxReaderOptions): InboxReader {
  const { transport, environment, backoff, onDropped, emit, ask, tell } = options
  const watchers = createListeners()
  let delivery: Delivery = 'streams'
  let cursor: string | undefined

  const reconnect = createReconnect({
    environment,
    backoff,
    async attempt(own) {
      if (cursor === undefined) {
        const overview = await ask()
        if (own.signal.aborted) return
        own.bytes()
        cursor = overview.cursor
        tell({ type: 'restarted' })
      }
      await transport.open({ type: 'inbox', cursor, handlers: handlersOf(own) }, own.signal)
    },
    failed(cause) {
      const error = transportError(cause)
      const code = problemOf(error)?.code
      // The cursor is of another history: start from a new one.
      if (code === 'cursor_gone' || code === 'cursor_ahead' || code === 'invalid_cursor') cursor = undefined
      return error.fault.type === 'unauthorized' ? 'unauthorized' : undefined
    },
    changed(connection) {
      emit({ type: 'ConnectionChanged', connection })
      watchers.tell()
      if (connection.type !== 'live' && connection.type !== 'waiting' && connection.type !== 'paused') return
      tell({ type: 'moved' })
    },
  })

  const handlersOf = (own: Attempt): InboxHandlers => ({
    onOpen() {
      own.signal.aborted || deliver('streams')
      own.opened()
      own.caughtUp()
    },
    onDelivery: (now) => own.signal.aborted || deliver(now),
    onEntries: (batch) => own.signal.aborted || hear(batch),
    onBytes: own.bytes,
    onDropped,
  })

  function deliver(now: Delivery): void {
    if (delivery === now) return
    delivery = now
    emit({ type: 'DeliveryChanged', delivery })
    watchers.tell()
  }

  function hear(batch: readonly InboxFrame[]): void {
    cursor = batch.at(-1)?.cursor ?? cursor
    tell({ type: 'entries', batch })
  }

  return {
    reconnect,
    delivery: { snapshot: () => delivery, subscribe: watchers.add },
    connection: { snapshot: () => reconnect.state, subscribe: watchers.add },
  }
}
