/** Stopping from afar: one run of the overview, or all that run. A stop that did not arrive is said. */
import { useRegistry } from '@holdfast/react'
import { troubleAbout } from '../frame/toasts.ts'
import type { OverviewItem } from './overview.ts'

interface StopRuns {
  stop(item: OverviewItem): void
  stopAll(items: readonly OverviewItem[]): void
}

export function useStopRuns(): StopRuns {
  const registry = useRegistry()
  function stop({ key, runId, title }: OverviewItem): void {
    const target = runId === undefined ? key : { key, runId }
    registry.cancel(target).catch(troubleAbout(`“${title}” was not stopped: it goes on.`))
  }
  return { stop, stopAll: (items) => items.filter(canStop).forEach(stop) }
}

export function canStop({ state }: OverviewItem): boolean {
  return state === 'working' || state === 'needs_you'
}
