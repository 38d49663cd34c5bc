/**
 * What the lists, the overview and the inbox show: the types of their public interface.
 *
 * Owns: the shapes. Does not know: how any of it is produced.
 */
import type { InboxEntry, RoomActivity, ThreadInfo } from '@holdfast/core'
import type { ConnectionState } from '../follow/state.ts'
import type { Observable } from '../observable/observable.ts'
import type { TransportError } from '../transport/error.ts'
import type { Delivery } from '../transport/port.ts'

export interface ListState<T> {
  /** Undefined until the first answer. */
  readonly items: readonly T[] | undefined
  /** Why the list is out of date; its items are the last known ones. */
  readonly error?: TransportError
}

export interface ThreadListState extends ListState<ThreadInfo> {
  /** Whether `loadMore` can load more. */
  readonly more: boolean
}

export interface ThreadListObservation extends Observable<ThreadListState> {
  /** Adds the next page of older threads. */
  loadMore(): Promise<void>
}

/** Activity in everything the person may see, from durable state, whether or not any of it is open here. */
export interface OverviewState {
  /** False until the first answer. */
  readonly known: boolean
  /** Per room: how many threads are working, need a person, are unread. */
  readonly rooms: readonly RoomActivity[]
  /** The threads that are not idle, newest activity first. */
  readonly threads: readonly ThreadInfo[]
  /** Why it is out of date. */
  readonly error?: TransportError
}

/** Events in everything the person may see, whether or not any of it is open here. */
export interface InboxStream {
  /** Each entry once, in the order of its room, from now on; after a lost connection also the ones in between. */
  subscribe(listener: (entry: InboxEntry) => void): () => void
}

/** What lists and inbox tell the registry. */
export type ListNotice =
  /** `threads`: those of this room. */
  | { readonly type: 'ListChanged'; readonly list: 'rooms' | 'overview' }
  | { readonly type: 'ListChanged'; readonly list: 'threads'; readonly roomId: string }
  | { readonly type: 'ConnectionChanged'; readonly connection: ConnectionState }
  | { readonly type: 'DeliveryChanged'; readonly delivery: Delivery }
  /** Only while anything is observed that the inbox keeps up to date. */
  | { readonly type: 'InboxEntry'; readonly entry: InboxEntry }
