/** A lazily loaded part as a hook: undefined until it is there, at once if it was there already. */
import { useEffect, useState } from 'react'
import type { Part } from './parts.ts'

export function usePart<T>(part: Part<T>, wanted: boolean): T | undefined {
  const [, arrived] = useState(false)
  const current = part.current()
  useEffect(() => {
    if (!wanted || current !== undefined) return
    let looking = true
    part.load().then(() => looking && arrived(true))
    return () => {
      looking = false
    }
  }, [part, wanted, current])
  return wanted ? current : undefined
}
