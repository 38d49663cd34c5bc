/** The draft that belongs to a place, also when somebody else gives words back to it. */
import { useSyncExternalStore } from 'react'
import { useDrafts } from './use-drafts.ts'

export function useDraft(place: string): string {
  const drafts = useDrafts()
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(place))
}
