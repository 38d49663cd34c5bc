/**
 * Rooms and threads as things that are listed, renamed, archived and deleted.
 *
 * Owns: the lists that were observed, and what follows from a change. Does not know: runs, what a thread contains.
 */
import { sameKey, type ThreadKey } from '@holdfast/core'
import type { ListOptions } from '../lists/list-options.ts'
import { createRoomList } from '../lists/room-list.ts'
import { createThreadList, type ThreadList } from '../lists/thread-list.ts'
import { isUnanswered, transportError } from '../transport/error.ts'
import type { RunRegistry } from './port.ts'
import type { Settled } from './settle.ts'

export interface Catalogue {
  readonly actions: Pick<
    RunRegistry,
    'observeRooms' | 'observeThreads' | 'createRoom' | 'changeRoom' | 'deleteRoom' | 'changeThread' | 'deleteThread'
  >
  refresh(): void
  close(): void
}

export interface CatalogueOptions extends ListOptions {
  readonly closed: AbortSignal
  /** These threads were deleted from here. */
  deleted(isDeleted: (key: ThreadKey) => boolean): void
}

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { transport, closed, deleted } = options
  const roomList = createRoomList(options)
  const threadLists = new Map<string, ThreadList>()

  /** A lost answer is no failure if the server shows that the change was made. */
  async function settle<T>(asked: Promise<T>, find: (settled: Settled) => Promise<T | undefined>): Promise<T> {
    try {
      return await asked
    } catch (cause) {
      if (!isUnanswered(transportError(cause))) throw cause
      const found = await import('./settle.ts')
        .then(({ settledBy }) => find(settledBy(transport, closed)))
        .catch(() => undefined)
      if (found === undefined) throw cause
      return found
    }
  }

  return {
    actions: {
      observeRooms: () => roomList,
      observeThreads(roomId) {
        const list = threadLists.get(roomId) ?? createThreadList(roomId, options)
        threadLists.set(roomId, list)
        return list
      },
      async createRoom(body) {
        const room = await transport.ask('createRoom', [body])
        roomList.refresh()
        return room
      },
      async changeRoom(roomId, change) {
        roomList.put(
          await settle(transport.ask('changeRoom', [roomId, change]), (settled) => settled.changeRoom(roomId, change)),
        )
      },
      async deleteRoom(roomId, how) {
        await settle<unknown>(transport.ask('deleteRoom', [roomId, how]), (settled) => settled.deleteRoom(roomId))
        deleted((key) => key.roomId === roomId)
        roomList.drop(roomId)
      },
      async changeThread(key, change) {
        const thread = await settle(transport.ask('changeThread', [key, change]), (settled) =>
          settled.changeThread(key, change),
        )
        threadLists.get(key.roomId)?.put(thread)
      },
      async deleteThread(key, how) {
        await settle<unknown>(transport.ask('deleteThread', [key, how]), (settled) => settled.deleteThread(key))
        deleted((each) => sameKey(each, key))
        threadLists.get(key.roomId)?.drop(key)
      },
    },
    refresh() {
      roomList.refresh()
      for (const list of threadLists.values()) list.refresh()
    },
    close() {
      roomList.close()
      for (const list of threadLists.values()) list.close()
      threadLists.clear()
    },
  }
}
