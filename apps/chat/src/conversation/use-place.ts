/** Where a thread stands whose turn has not come: its place among all that wait for one. Undefined for any other. */
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
