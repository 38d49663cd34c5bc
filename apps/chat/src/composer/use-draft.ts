/** The draft that belongs to a place, also when somebody else gives words back to it. */
import { useSyncExternalStore } from 'react'
import { useServices } from '../services.ts'

export function useDraft(place: string): string {
  const { drafts } = useServices()
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(place))
}
