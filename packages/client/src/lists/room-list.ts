/**
 * The list of rooms: the server's answer, with changes from here applied at once.
 *
 * Owns: the list, stable references. Does not know: when to ask (`polled.ts`), threads.
 */
import type { List, RoomInfo } from '@holdfast/core'
import { createListeners, type Observable, undoAll } from '../observable/observable.ts'
import { keepSame, keepSameError } from './keep-same.ts'
import { follow, type ListOptions, type Refreshable } from './list-options.ts'
import { createPoll } from './polled.ts'
import type { ListState } from './port.ts'

export interface RoomList extends Observable<ListState<RoomInfo>>, Refreshable {
  /** This is the room now. */
  put(room: RoomInfo): void
  drop(roomId: string): void
}

export function createRoomList({ transport, environment, cache, inbox, emit }: ListOptions): RoomList {
  const listeners = createListeners()
  /** Deleted from here: an answer to an earlier request does not bring them back. */
  const dropped = new Set<string>()
  let state: ListState<RoomInfo> = { items: undefined }

  function update(next: ListState<RoomInfo>): void {
    if (next.items === state.items && next.error === state.error) return
    state = next
    emit({ type: 'ListChanged', list: 'rooms' })
    listeners.tell()
  }

  const poll = createPoll<List<RoomInfo>>({
    environment,
    intervalMs: inbox.intervalMs,
    ask: () => transport.ask('rooms', []),
    cache,
    name: 'rooms',
    onAnswer({ items }) {
      const left = items.filter(({ roomId }) => !dropped.has(roomId))
      update({ items: keepSame(state.items, left, ({ roomId }) => roomId) })
    },
    onError: (error) => update({ items: state.items, error: keepSameError(state.error, error) }),
  })

  return {
    snapshot: () => state,
    subscribe: (listener) =>
      undoAll(
        listeners.add(listener),
        poll.retain(),
        inbox.listen((news) => follow(poll, news, ({ type }) => type === 'RoomChanged' || type === 'RoomDeleted')),
      ),
    refresh: poll.refresh,
    put(room) {
      update({ ...state, items: state.items?.map((item) => (item.roomId === room.roomId ? room : item)) })
      poll.refresh()
    },
    drop(roomId) {
      dropped.add(roomId)
      update({ ...state, items: state.items?.filter((item) => item.roomId !== roomId) })
      poll.refresh()
    },
    close: poll.close,
  }
}
