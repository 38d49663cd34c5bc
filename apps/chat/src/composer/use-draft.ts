/** The draft of a place, updated when text is returned to it. */
import { useSyncExternalStore } from 'react'
import { useDrafts } from './use-drafts.ts'

export function useDraft(place: string): string {
  const drafts = useDrafts()
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(place))
}
