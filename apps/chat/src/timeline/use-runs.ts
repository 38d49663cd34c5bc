/** The runs of the last while, asked for again while the page is seen. */
import { TransportError } from '@holdfast/client'
import type { RunInThread } from '@holdfast/core'
import { useEffect, useMemo, useState } from 'react'
import type { Connection } from '../frame/connection.ts'
import { useServices } from '../services.ts'
import { createRunPages } from './run-pages.ts'

const INTERVAL_MS = 1_500

interface RunsSeen {
  /** Undefined until the first answer. */
  readonly runs: readonly RunInThread[] | undefined
  /** Whether there are earlier ones in this time. */
  readonly more: boolean
  /** When they were asked for, milliseconds since 1970. */
  readonly now: number
  /** Why they are not up to date. */
  readonly trouble: Connection | undefined
}

export function useRuns(lastMs: number): RunsSeen & { loadEarlier(): void } {
  const { runs } = useServices()
  const pages = useMemo(() => createRunPages((query) => runs.ask('runs', [query]), lastMs), [runs, lastMs])
  const [seen, setSeen] = useState<RunsSeen>({ runs: undefined, more: false, now: Date.now(), trouble: undefined })
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    async function ask(): Promise<void> {
      const now = Date.now()
      try {
        if (!document.hidden) {
          await pages.refresh(now)
          if (!over) setSeen({ runs: pages.runs, more: pages.more, now, trouble: undefined })
        }
      } catch (cause) {
        if (!over) setSeen((before) => ({ ...before, trouble: troubleOf(cause) }))
      }
      if (!over) timer = setTimeout(ask, INTERVAL_MS)
    }
    void ask()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [pages])
  return {
    ...seen,
    loadEarlier() {
      const show = () => setSeen((before) => ({ ...before, runs: pages.runs, more: pages.more }))
      pages
        .loadEarlier()
        .then(show, (cause: unknown) => setSeen((before) => ({ ...before, trouble: troubleOf(cause) })))
    },
  }
}

function troubleOf(cause: unknown): Connection {
  if (!(cause instanceof TransportError)) return { type: 'reconnecting' }
  switch (cause.fault.type) {
    case 'unauthorized':
      return { type: 'signed-out' }
    case 'protocol':
    case 'problem':
      return { type: 'refused', error: cause }
    default:
      return { type: 'reconnecting' }
  }
}
