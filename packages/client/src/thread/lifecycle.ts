/** The starts and ends of runs as this device announces them. */
import type { Outcome, ThreadKey } from '@holdfast/core'
import type { TransportError } from '../transport/error.ts'

/** Of one thread. */
export type News =
  | { readonly type: 'RunStarted'; readonly runId: string }
  | { readonly type: 'RunContinued'; readonly runId: string; readonly continues: string }
  | { readonly type: 'RunCompleted'; readonly runId: string; readonly outcome: Outcome }

/** A run that was requested here will never exist. */
export interface StartRefused {
  readonly type: 'StartRefused'
  readonly runId: string
  readonly error: TransportError
}

/**
 * Each once per run, when this device learns of it. A run that had ended before this device first read its thread is
 * history. `RunContinued` is the start of a run that continues an earlier one. A run whose place another one takes is
 * completed as superseded.
 */
export type LifecycleEvent = News & ThreadKey

export interface LifecycleStream {
  /** `ended` is called once, when the registry is closed. */
  subscribe(listener: (event: LifecycleEvent) => void, ended?: () => void): () => void
}
