/**
 * The activity in everything the person may see: the overview, and the inbox that says when it has changed.
 *
 * Owns: the inbox's cursor, which news it sends. Does not know: threads, lists.
 *
 * Invariants: if nobody observes, nothing is open (I10). Each entry is passed on once and in order. A connection
 * that starts from a new cursor is news too, because anything may have happened in between.
 */
import type { InboxFrame, InboxOverview, RoomActivity, ThreadInfo } from '@holdfast/core'
import { keyString } from '@holdfast/core'
import type { Environment } from '../environment/port.ts'
import type { Backoff } from '../follow/backoff.ts'
import { createReconnect } from '../follow/reconnect.ts'
import type { ConnectionState } from '../follow/state.ts'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import { problemOf, transportError } from '../transport/error.ts'
import type { Delivery, DropReason, InboxHandlers, RunTransport } from '../transport/port.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { createPoll } from './polled.ts'
import type { ListNotice, OverviewState } from './port.ts'

/** How often lists are asked for while the inbox is read, and while it cannot be read. */
const SLOW_MS = 60_000
const FAST_MS = 2_000

export type InboxNews =
  | { readonly type: 'entries'; readonly batch: readonly InboxFrame[] }
  /** Entries follow from here on. What happened before has to be asked for. */
  | { readonly type: 'restarted' }
  /** The connection has changed, and with it how often lists are asked for. */
  | { readonly type: 'moved' }

export interface Inbox {
  readonly overview: Observable<OverviewState>
  readonly delivery: Observable<Delivery>
  readonly connection: Observable<ConnectionState>
  /** How long an answer is valid if the inbox says nothing. */
  intervalMs(): number
  /** Keeps the inbox open. */
  listen(listener: (news: InboxNews) => void): () => void
  /** Whether anything is observed. */
  readonly wanted: boolean
  refresh(): void
  /** The person has to sign in. */
  expire(): void
  resume(): void
  close(): void
}

export interface InboxOptions {
  readonly transport: RunTransport
  readonly environment: Environment
  readonly backoff: Backoff
  /** `wanted` has changed. */
  onChange(): void
  onDropped(reason: DropReason, type: string | undefined): void
  emit(notice: ListNotice): void
}

export function createInbox({ transport, environment, backoff, onChange, onDropped, emit }: InboxOptions): Inbox {
  const listeners = createListeners<[InboxNews]>()
  const viewers = createListeners()
  const watchers = createListeners()
  let delivery: Delivery = 'streams'
  let cursor: string | undefined
  let asking: Promise<InboxOverview> | undefined
  let state: OverviewState = { known: false, rooms: [], threads: [] }

  /** Requests during a request share its answer. */
  async function ask(): Promise<InboxOverview> {
    asking ??= transport.ask('inbox', []).finally(() => {
      asking = undefined
    })
    return asking
  }

  function show({ known, rooms, threads, error }: OverviewState): void {
    const sameRooms = keepSame<RoomActivity>(state.rooms, rooms, ({ roomId }) => roomId) ?? rooms
    const sameThreads = keepSame<ThreadInfo>(state.threads, threads, keyString) ?? threads
    if (state.known === known && state.rooms === sameRooms && state.threads === sameThreads && state.error === error)
      return
    state = { known, rooms: sameRooms, threads: sameThreads, ...(error && { error }) }
    emit({ type: 'ListChanged', list: 'overview' })
    viewers.tell()
  }

  const poll = createPoll<InboxOverview>({
    environment,
    intervalMs,
    ask,
    onAnswer: ({ rooms, threads }) => show({ known: true, rooms, threads }),
    onError: (error) => show({ ...state, error: keepSameError(state.error, error) }),
  })

  const reconnect = createReconnect({
    environment,
    backoff,
    async attempt(own) {
      if (cursor === undefined) {
        const overview = await ask()
        if (own.signal.aborted) return
        own.bytes()
        cursor = overview.cursor
        listeners.tell({ type: 'restarted' })
      }
      const handlers: InboxHandlers = {
        onOpen() {
          own.signal.aborted || deliver('streams')
          own.opened()
          own.caughtUp()
        },
        onDelivery: (now) => own.signal.aborted || deliver(now),
        onEntries: (batch) => own.signal.aborted || hear(batch),
        onBytes: own.bytes,
        onDropped,
      }
      await transport.open({ type: 'inbox', cursor, handlers }, own.signal)
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
      poll.retime()
      listeners.tell({ type: 'moved' })
    },
  })

  function deliver(now: Delivery): void {
    if (delivery === now) return
    delivery = now
    emit({ type: 'DeliveryChanged', delivery })
    watchers.tell()
  }

  function hear(batch: readonly InboxFrame[]): void {
    cursor = batch.at(-1)?.cursor ?? cursor
    poll.soon()
    for (const entry of batch) emit({ type: 'InboxEntry', entry })
    listeners.tell({ type: 'entries', batch })
  }

  function intervalMs(): number {
    return reconnect.state.type === 'live' ? SLOW_MS : FAST_MS
  }

  function listen(listener: (news: InboxNews) => void): () => void {
    const undo = listeners.add(listener)
    if (listeners.size === 1) {
      reconnect.open()
      onChange()
    }
    return () => {
      undo()
      if (listeners.size > 0) return
      reconnect.close()
      onChange()
    }
  }

  return {
    overview: {
      snapshot: () => state,
      subscribe: (listener) =>
        undoAll(
          viewers.add(listener),
          listen(() => {}),
          poll.retain(),
        ),
    },
    delivery: { snapshot: () => delivery, subscribe: watchers.add },
    connection: { snapshot: () => reconnect.state, subscribe: watchers.add },
    intervalMs,
    listen,
    get wanted() {
      return listeners.size > 0
    },
    refresh: poll.refresh,
    expire: () => reconnect.pause('unauthorized'),
    resume() {
      reconnect.resume('unauthorized')
      reconnect.wake()
    },
    close() {
      listeners.clear()
      viewers.clear()
      watchers.clear()
      reconnect.close()
      poll.close()
    },
  }
}
