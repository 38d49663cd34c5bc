/**
 * A run as the store keeps it: one arm per stage of life, each with only its own fields. `toRun` gives its public form.
 */
import type { Context, Message, ResumeEntry, TokenUsage, Tool } from '@ag-ui/core'
import type { AfterCrash, Outcome, OutcomeType, Resolution, ThreadKey } from '@holdfast/core'
import type { Principal } from './principal.ts'

export type OnBusy = 'reject' | 'enqueue' | 'supersede'

/** A parsed start request with its defaults. A retried start is the same exactly if this is deeply equal. */
export interface StartRequest {
  readonly runId: string
  /**
   * The new messages, in order, each with an id. Messages that the thread already holds with the same content are
   * ignored.
   */
  readonly messages: readonly Message[]
  /** The parent of the first new message; without new messages, the message to answer. Default: the newest leaf. */
  readonly parentId?: string | null
  readonly agentId: string
  /**
   * The start named no agent and got the thread's, the room's or the default one, which may have changed before a
   * retry.
   */
  readonly agentFrom?: 'room'
  readonly onBusy: OnBusy
  readonly tools: readonly Tool[]
  readonly context: readonly Context[]
  readonly state?: unknown
  readonly resume?: readonly ResumeEntry[]
  readonly forwardedProps?: unknown
}

interface RecordCommon extends ThreadKey {
  readonly runId: string
  readonly owner: Principal
  readonly request: StartRequest
  readonly parentId?: string
  readonly retryOf?: string
  readonly continues?: string
  /** Milliseconds since the epoch, by the store's clock. The same holds for the times below. */
  readonly acceptedAt: number
  /** What its agent declared when the run was accepted; absent: `fail`. Ignored once the run has ended. */
  readonly afterCrash?: AfterCrash
}

export interface QueuedRecord extends RecordCommon {
  readonly status: 'queued'
}

export interface CancelRequest {
  readonly by: string
  readonly reason?: string
}

/** Another run of its thread supersedes it. */
export interface SupersedeRequest {
  readonly supersededBy: string
}

/** Why a live run is to stop. */
export type StopRequest = CancelRequest | SupersedeRequest

/** The outcome of a run that was told to stop. */
export function stopOutcome(stop: StopRequest): Extract<Outcome, { type: 'cancelled' | 'superseded' }> {
  if ('supersededBy' in stop) return { type: 'superseded', by: stop.supersededBy }
  const { by, reason } = stop
  return { type: 'cancelled', by, ...(reason !== undefined && { reason }) }
}

export interface RunningRecord extends RecordCommon {
  readonly status: 'running'
  /** null: its worker is gone, and the next claim resumes it under this epoch. */
  readonly workerId: string | null
  /** The fencing number: raised by each claim. A write under an older one changes nothing (I12). */
  readonly epoch: number
  readonly leaseUntil: number
  readonly startedAt: number
  /** How often another worker has resumed it. Absent: never. */
  readonly resumed?: number
  /** Its worker left it in an orderly stop: to continue it counts as no resumption. */
  readonly released?: true
  /** The sub-agents that were asked to stop, whether or not they have ended. Absent: none. */
  readonly stoppedChildren?: readonly string[]
}

export interface CancellingRecord extends Omit<RunningRecord, 'status'> {
  readonly status: 'cancelling'
  readonly cancel: StopRequest
}

export interface EndedRecord extends RecordCommon {
  readonly status: OutcomeType
  readonly outcome: Outcome
  readonly startedAt?: number
  readonly endedAt: number
  readonly resumed?: number
  /** How its questions were resolved. */
  readonly resolved?: Resolution
  readonly usage?: readonly TokenUsage[]
}

export type RunRecord = QueuedRecord | RunningRecord | CancellingRecord | EndedRecord
