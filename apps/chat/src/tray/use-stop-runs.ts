/** Stopping from afar: one run of the overview, or all that run. A stop that did not arrive is said. */
import { useRegistry } from '@holdfast/react'
import { say } from '../frame/toasts.ts'
import type { OverviewItem } from './overview.ts'

interface StopRuns {
  stop(item: OverviewItem): void
  stopAll(items: readonly OverviewItem[]): void
}

export function useStopRuns(): StopRuns {
  const registry = useRegistry()
  function stop({ key, runId, title }: OverviewItem): void {
    registry.cancel(runId === undefined ? key : { key, runId }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      void say({ type: 'trouble', text: `“${title}” was not stopped: it goes on.`, detail: why })
    })
  }
  return { stop, stopAll: (items) => items.filter(canStop).forEach(stop) }
}

export function canStop({ state }: OverviewItem): boolean {
  return state === 'working' || state === 'needs_you'
}
