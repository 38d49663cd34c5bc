/** How a thread announces its runs, and what the announcer may ask of the thread. */
import type { ThreadView } from '@holdfast/core'
import type { Activity } from './activity.ts'
import type { News } from './ledger.ts'

export interface Announcer {
  tell(news: readonly News[]): void
  /** The thread's activity has changed: the handle follows it. */
  follow(): void
  /** Aborted once this run has ended or is no longer followed; absent for a run without a handle. */
  signalOf(runId: string): AbortSignal | undefined
}

export interface ThreadForAnnouncer {
  readonly activity: Activity
  readonly view: ThreadView | undefined
  /** The application stopped observing this run. The run continues. */
  detached(runId: string): void
}
