/** The lives of runs as this device tells them: one closed union, one stream. */
import type { Outcome, ThreadKey } from '@holdfast/core'

/**
 * Each once per run, as this device learns of it. A run that had ended before this device looked is history.
 * `RunContinued` is the start of a run that goes on with what an earlier one began.
 */
export type LifecycleEvent =
  | ({ readonly type: 'RunStarted'; readonly runId: string } & ThreadKey)
  | ({ readonly type: 'RunContinued'; readonly runId: string; readonly continues: string } & ThreadKey)
  | ({ readonly type: 'RunCompleted'; readonly runId: string; readonly outcome: Outcome } & ThreadKey)

export interface LifecycleStream {
  /** `ended` is called once, when the registry is closed. */
  subscribe(listener: (event: LifecycleEvent) => void, ended?: () => void): () => void
}
