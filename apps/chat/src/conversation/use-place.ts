/** The place of a thread that waits for a slot, among all that wait. Undefined for any other thread. */
import { sameKey, type ThreadKey } from '@holdfast/core'
import { useOverview } from '@holdfast/react'

export interface Place {
  /** 1 for what starts next. */
  readonly position: number
  readonly of: number
}

export function usePlace(key: ThreadKey): Place | undefined {
  const waiting = useOverview().threads.filter(({ position }) => position !== undefined)
  const position = waiting.find((thread) => sameKey(thread, key))?.position
  return position === undefined ? undefined : { position, of: Math.max(waiting.length, position) }
}
