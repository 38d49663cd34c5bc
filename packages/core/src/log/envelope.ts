/**
 * An event or a control record with its address. Envelopes are what a log holds and what every reader gets
 * (docs/PROTOCOL.md, The log). `event` is last, so that the bytes of the event can be joined to a head.
 */
import type { Event, Message } from '@ag-ui/core'
import type { ThreadKey } from '../key/thread-key.ts'
import type { Outcome } from '../lifecycle/outcome.ts'
import type { Run } from '../lifecycle/run.ts'

interface EnvelopeHead extends ThreadKey {
  readonly v: 1
  /** Position in the thread's log: 1, 2, 3 … without holes, never reused (G2). */
  readonly seq: number
  /** When it was committed, ISO 8601 UTC, by the store's clock. */
  readonly at: string
}

export interface AguiEnvelope extends EnvelopeHead {
  readonly runId: string
  readonly kind: 'agui'
  readonly event: Event
}

export interface ControlEnvelope extends EnvelopeHead {
  readonly runId?: string
  readonly kind: 'control'
  readonly event: ControlEvent
}

export type Envelope = AguiEnvelope | ControlEnvelope

/** `stop`: a cancel of the run before it; `failure`: that run failed. */
export type QueueHold = 'stop' | 'failure'

/** What the server says about a thread; the agent cannot say any of it. */
export type ControlEvent =
  | { readonly type: 'run.accepted'; readonly run: Run; readonly messages?: readonly Message[] }
  | { readonly type: 'run.status'; readonly status: 'running' | 'cancelling' }
  | { readonly type: 'run.cancel-requested'; readonly by: string; readonly reason?: string }
  | { readonly type: 'run.ended'; readonly outcome: Outcome }
  | {
      readonly type: 'queue.changed'
      /** Run ids in the order they will start. */
      readonly order: readonly string[]
      /** What waits is not started by itself until this is false again. */
      readonly paused: boolean
      /** What paused it, if no person did: then the success of a superseding run resumes it. */
      readonly heldBy?: QueueHold
      /** The run that starts next even though the queue is paused: it was not asked to wait. Absent: none. */
      readonly first?: string
      /** New messages of queued runs that were edited. */
      readonly edited?: Readonly<Record<string, readonly Message[]>>
    }
  | { readonly type: 'interrupts.resolved'; readonly by: string; readonly interruptIds: readonly string[] }
  | {
      readonly type: 'thread.changed'
      readonly title?: string
      readonly mutedUntil?: string | null
      readonly archived?: boolean
    }
  | { readonly type: 'thread.deleted' }

/**
 * What RUN_STARTED says beyond AG-UI, under `metadata.holdfast`: where the run's messages hang in the tree. With new
 * messages it is the parent of the first of them (each further one hangs on the one before); without, it is the message
 * the run answers.
 */
export interface RunStartedMetadata {
  readonly parentId: string | null
}
