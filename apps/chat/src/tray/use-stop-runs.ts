/**
 * Stops runs from outside their thread: one run of the overview, the paused queue of one thread, or everything.
 * Failures are shown.
 *
 * Does not know: the markup.
 */
import { useRegistry } from '@holdfast/react'
import { useDrafts } from '../composer/use-drafts.ts'
import { troubleAbout } from '../frame/toasts.ts'
import { useServices } from '../services.ts'
import type { OverviewItem } from './overview.ts'
import { takeOut } from './take-out.ts'

interface StopRuns {
  /** Of what has not begun the question stays in its thread. Resolves to whether it is known to be stopped. */
  stop(item: OverviewItem): Promise<boolean>
  /**
   * The paused messages are not sent; their text goes into the thread's message box. Resolves to whether that
   * succeeded.
   */
  takeOut(item: OverviewItem): Promise<boolean>
  /** The paused queue resumes. Resolves to whether that succeeded. */
  resume(item: OverviewItem): Promise<boolean>
  /** Queued runs first, so that none of them starts in a freed slot. */
  stopAll(items: readonly OverviewItem[]): Promise<void>
}

export function useStopRuns(): StopRuns {
  const registry = useRegistry()
  const { waiting } = useServices()
  const drafts = useDrafts()

  async function attempt(act: Promise<void>, trouble: string): Promise<boolean> {
    try {
      await act
      return true
    } catch (cause) {
      troubleAbout(trouble)(cause)
      return false
    }
  }
  function stop(item: OverviewItem): Promise<boolean> {
    const { key, runId, title } = item
    const target = runId === undefined ? key : { key, runId }
    const still = waitsForPlace(item) ? 'queued' : 'running'
    return attempt(registry.cancel(target), `Couldn’t stop “${title}”. It’s still ${still}.`)
  }
  return {
    stop,
    takeOut: ({ key, title }) =>
      attempt(
        takeOut(key, { cancel: registry.cancel, waiting, drafts }),
        `Couldn’t remove “${title}” from the queue. It’s still queued.`,
      ),
    resume: ({ key, title }) => attempt(registry.resumeQueue(key), `Couldn’t resume “${title}”. It’s still paused.`),
    async stopAll(items) {
      await Promise.all(items.filter(waitsForPlace).map(stop))
      await Promise.all(items.filter(isLive).map(stop))
    },
  }
}

/** Live, and not being stopped yet. */
export function isLive({ state }: Pick<OverviewItem, 'state'>): boolean {
  return state === 'working' || state === 'needs_you'
}

/** It has its turn in its thread, and begins once a place is free. */
export function waitsForPlace({ place }: OverviewItem): boolean {
  return place !== undefined
}

/** Starts when a person resumes it. */
export function isHeld({ state }: OverviewItem): boolean {
  return state === 'paused'
}
