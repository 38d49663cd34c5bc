/**
 * Looks up whether a change of a thread or room was made when its answer was lost. Loaded only then.
 *
 * Owns: the question to the server. Does not know: lists, who asked.
 */
import type { RoomInfo, ThreadInfo, ThreadKey } from '@holdfast/core'
import { createLookUp } from '../thread/look-up.ts'
import type { RunTransport } from '../transport/port.ts'

/** Each returns undefined if the change was not made, or if that cannot be known. */
export interface Settled {
  changeThread(key: ThreadKey, change: object): Promise<ThreadInfo | undefined>
  deleteThread(key: ThreadKey): Promise<true | undefined>
  changeRoom(roomId: string, change: object): Promise<RoomInfo | undefined>
  deleteRoom(roomId: string): Promise<true | undefined>
}

export function settledBy(transport: RunTransport, closed: AbortSignal): Settled {
  const room = async (roomId: string) => (await transport.ask('rooms', [])).items.find((each) => each.roomId === roomId)
  const thread = (key: ThreadKey) => createLookUp(transport, key, closed)(({ thread: now }) => now)

  return {
    async changeThread(key, change) {
      const found = await thread(key)
      return found.type === 'there' ? unlessOther(found.value, change) : undefined
    },
    deleteThread: async (key) => (await thread(key)).type === 'absent' || undefined,
    changeRoom: async (roomId, change) => unlessOther(await room(roomId), change),
    deleteRoom: async (roomId) => !(await room(roomId)) || undefined,
  }
}

/** `now`, if it has every value of the change. */
function unlessOther<T extends ThreadInfo | RoomInfo>(now: T | undefined, change: object): T | undefined {
  const isSame = ([name, value]: [string, unknown]) => now && (Reflect.get(now, name) ?? null) === (value ?? null)
  return Object.entries(change).every(isSame) ? now : undefined
}
