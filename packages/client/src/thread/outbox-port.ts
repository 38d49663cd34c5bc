/** What the outbox of a thread offers and needs. Does not know: how any of it comes about. */
import type { ThreadKey, ThreadMessage, ThreadView } from '@holdfast/core'
import type { Access } from '../access/access.ts'
import type { Environment } from '../environment/port.ts'
import type { TransportError } from '../transport/error.ts'
import type { RunTransport } from '../transport/port.ts'
import type { Activity, ActivityEvent } from './activity.ts'
import type { GivenUp } from './given-up.ts'
import type { Ledger, News } from './ledger.ts'
import type { LookUp } from './look-up.ts'
import type { FailedStart, StartIntent, StartTicket } from './port.ts'
import type { WaitingStart } from './queue.ts'
import type { Wish, Wishes } from './wishes.ts'

export interface Outbox {
  readonly failedStart: FailedStart | undefined
  /** Whether anything of it is not yet settled by the log. */
  readonly busy: boolean
  /** The text of the oldest start on its way. */
  readonly text: string
  /** Messages that the conversation does not hold yet, but for those that wait. */
  pending(view: ThreadView | undefined): readonly ThreadMessage[]
  /** Whether this run was given up before it was accepted, and has not ended yet. */
  isReleased(runId: string): boolean
  /** Starts on their way that are to wait, in order. */
  waitingStarts(): readonly WaitingStart[]
  /** Whether it is shown among `pending`. */
  isPending(runId: string): boolean
  /** The run that starts as soon as nothing goes on any more. */
  readonly starting: string | undefined
  /** Whether a cancel of this run is on its way. */
  isStopping(runId: string): boolean
  /** The log has moved on. */
  observe(view: ThreadView): void
  start(intent: StartIntent): StartTicket
  /** Without a run: whatever is live. */
  cancel(runId: string | undefined, reason: string | undefined): Promise<void>
  restore(wish: Wish): void
  /** Another tab has given this start up, and has its words. */
  letGo(runId: string): void
  dismissFailedStart(): void
  /** The thread was deleted: what it does not hold goes back to the person. */
  giveBack(): void
}

/** The thread that the outbox belongs to, as far as the outbox knows it. */
export interface OutboxThread {
  readonly view: ThreadView | undefined
  readonly activity: Activity
  /** Whether the log is at hand: what it does not show does not run. */
  readonly isLive: boolean
  dispatch(event: ActivityEvent): void
  /** The server is known to have this thread. */
  exists(): void
  /** Which run is live may be seen differently now. */
  reconsider(): void
  changed(news?: readonly News[]): void
  /** Aborted once this run has ended, or is not followed any more; absent for a run without a handle. */
  signalOf(runId: string): AbortSignal | undefined
}

export interface OutboxOptions {
  readonly key: ThreadKey
  readonly transport: RunTransport
  readonly environment: Environment
  readonly closed: AbortSignal
  readonly ledger: Ledger
  readonly lookUp: LookUp
  readonly thread: OutboxThread
  readonly wishes: Wishes
  readonly givenUp: GivenUp
  readonly access: Access
  /** A run that was asked for here will never be. */
  onRefused(error: TransportError): void
}
