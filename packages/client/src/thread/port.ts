/**
 * What a thread shows and accepts: the types of its public interface.
 *
 * Owns: the shapes. Does not know: how any of it is produced.
 */
import type { Run, StartBody, ThreadKey, ThreadMessage, ThreadView } from '@holdfast/core'
import type { ConnectionState } from '../follow/state.ts'
import type { Observable } from '../observable/observable.ts'
import type { TransportError } from '../transport/error.ts'
import type { Activity } from './activity.ts'

/** What is known of a thread's content. */
export type ThreadContent =
  /** Not yet requested, or not yet answered. */
  | { readonly type: 'loading' }
  /** The server has no such thread yet. The first start creates it. */
  | { readonly type: 'new' }
  | { readonly type: 'ready'; readonly view: ThreadView }
  /** Deleted for good. */
  | { readonly type: 'gone' }

/** Answers to open questions (AG-UI interrupts): all that are open, in one request. */
export type Answers = NonNullable<StartBody['resume']>

/** A start that failed. Its words go back to the person who wrote them. */
export interface FailedStart {
  readonly runId: string
  /** The text of the messages that were to be sent; empty for a retry and for answers. */
  readonly text: string
  /** The answers that were refused. Whether their questions are still open is what the log says. */
  readonly answers?: Answers
  /** Absent when the person cancelled before it failed: then there is no error to show (S004-29). */
  readonly error?: TransportError
}

/** A message in the queue. */
export interface WaitingMessage {
  readonly runId: string
  readonly text: string
  /**
   * `sending` until the server has it, then `queued`; `going` once the person asked to send it now, `leaving` once the
   * person asked to remove it.
   */
  readonly stage: 'sending' | 'queued' | 'going' | 'leaving'
}

/** The queue of a thread, in order, with the person's changes that are still on their way already applied. */
export interface ThreadQueue {
  readonly items: readonly WaitingMessage[]
  /** No item starts by itself. */
  readonly paused: boolean
}

export interface ThreadState {
  readonly key: ThreadKey
  readonly content: ThreadContent
  /** Messages sent from here that the conversation does not contain yet, in order. Show them after its path. */
  readonly pending: readonly ThreadMessage[]
  readonly queue: ThreadQueue
  /** Answers on their way from here: their questions are still open in the log, and are shown as being answered. */
  readonly answering?: Answers
  readonly activity: Activity
  /** Describes the connection only. It says nothing about any run. */
  readonly connection: ConnectionState
  /** Until the next start or `dismissFailedStart`. */
  readonly failedStart?: FailedStart
}

/** Observable before, during and after any run. Observing never starts, keeps or ends one. */
export type ThreadObservation = Observable<ThreadState>

export type StartIntent = (
  | { readonly text: string; readonly messages?: never }
  | { readonly text?: never; readonly messages: NonNullable<StartBody['messages']> }
) &
  Pick<StartBody, 'parentId' | 'agentId' | 'forwardedProps' | 'resume'> & {
    /** While a run is active: join the end of the queue, or take that run's place. */
    readonly onBusy?: 'enqueue' | 'supersede'
  }

export interface StartTicket {
  readonly runId: string
  /** Ids of the new messages, in order; empty for a retry. */
  readonly messageIds: readonly string[]
  /**
   * The run, once the server has durably accepted it; after a sign-in, if one is needed. Rejects once with a
   * `TransportError` when the start was refused, could not be sent, or was cancelled before it was accepted. May be
   * ignored: the observation shows the same.
   */
  readonly accepted: Promise<Run>
}

/** One particular run, so that a late click never hits the next one. */
export interface RunRef {
  readonly key: ThreadKey
  readonly runId: string
}

export interface ActiveRun extends RunRef {
  readonly activity: Exclude<Activity['type'], 'idle'>
}
