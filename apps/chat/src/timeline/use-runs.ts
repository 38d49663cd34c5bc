/** The runs since some time ago, asked for again while the page is seen. */
import type { RunInThread } from '@holdfast/core'
import { useEffect, useState } from 'react'
import { whyOf } from '../frame/why.ts'
import { useServices } from '../services.ts'

const INTERVAL_MS = 1_500

export interface RunsSeen {
  /** Undefined until the first answer. */
  readonly runs: readonly RunInThread[] | undefined
  /** When they were asked for, milliseconds since 1970. */
  readonly now: number
  readonly trouble: string | undefined
}

export function useRuns(lastMs: number): RunsSeen {
  const { runsSince } = useServices()
  const [seen, setSeen] = useState<RunsSeen>({ runs: undefined, now: Date.now(), trouble: undefined })
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask(): Promise<void> {
      const now = Date.now()
      try {
        const runs = document.hidden ? undefined : await runsSince(now - lastMs)
        if (!over && runs) setSeen({ runs, now, trouble: undefined })
      } catch (cause) {
        const trouble = whyOf(cause)
        if (!over) setSeen((before) => ({ ...before, trouble }))
      }
      if (!over) timer = setTimeout(ask, INTERVAL_MS)
    }
    void ask()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [runsSince, lastMs])
  return seen
}
