/** A lazily loaded part as a hook: undefined until it is there, at once if it was there already. */
import { useEffect, useSyncExternalStore } from 'react'
import type { PartOf } from './parts.ts'

export function usePart<T>({ part, current }: PartOf<T>, wanted: boolean): T | undefined {
  useSyncExternalStore(wanted ? part.subscribe : nobody, part.state, part.state)
  useEffect(() => {
    if (wanted) void part.load()
  }, [part, wanted])
  return wanted ? current() : undefined
}

const nobody = () => () => {}
