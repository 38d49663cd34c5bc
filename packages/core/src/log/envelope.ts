/**
 * An event or a control record with its address. A log holds envelopes, and every reader gets them (docs/PROTOCOL.md,
 * The log). `event` is last, so that the event's bytes can be appended to a head.
 */
import type { Event, Message } from '@ag-ui/core'
import type { ThreadKey } from '../key/thread-key.ts'
import type { Outcome } from '../lifecycle/outcome.ts'
import type { Resolution, Run } from '../lifecycle/run.ts'

interface EnvelopeHead extends ThreadKey {
  readonly v: 1
  /** Position in the thread's log: 1, 2, 3 … without holes, never reused (G2). */
  readonly seq: number
  /** Time of the commit by the store's clock, ISO 8601 UTC. */
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

/** Why a queue is paused, if no person paused it: the run before it was cancelled (`stop`) or failed (`failure`). */
export type QueueHold = 'stop' | 'failure'

/** Records that only the server writes; an agent cannot write them. */
export type ControlEvent =
  | { readonly type: 'run.accepted'; readonly run: Run; readonly messages?: readonly Message[] }
  | {
      readonly type: 'run.status'
      readonly status: 'running' | 'cancelling'
      /** The run continues after a crash: how often by now, from 1. Absent at its first start. */
      readonly resumed?: number
    }
  | { readonly type: 'run.cancel-requested'; readonly by: string; readonly reason?: string }
  | { readonly type: 'run.ended'; readonly outcome: Outcome }
  | {
      readonly type: 'queue.changed'
      /** Run ids in the order in which they will start. */
      readonly order: readonly string[]
      /** While it is true, no queued run starts by itself. */
      readonly paused: boolean
      /** Why it is paused, if no person paused it. Then the success of a superseding run resumes it. */
      readonly heldBy?: QueueHold
      /** A run that starts next although the queue is paused, because it was not asked to wait. */
      readonly first?: string
      /** New messages of queued runs that were edited. */
      readonly edited?: Readonly<Record<string, readonly Message[]>>
    }
  | {
      readonly type: 'interrupts.resolved'
      /** `system` where they expired. */
      readonly by: string
      readonly interruptIds: readonly string[]
      /** Absent in records of older versions, where it means `answered`. */
      readonly status?: Resolution
    }
  /** A person asks one sub-agent of the run to stop. How it ended follows as an agent's event. */
  | { readonly type: 'subagent.cancel-requested'; readonly subagentRunId: string; readonly by: string }
  /**
   * The steps of these ended sub-agents are too old to be kept. Their summaries stay. A record of the thread that names
   * their run: nothing of a run follows its end.
   */
  | { readonly type: 'subagents.pruned'; readonly ofRun: string; readonly subagentRunIds: readonly string[] }
  | {
      readonly type: 'thread.changed'
      readonly title?: string
      readonly mutedUntil?: string | null
      readonly archived?: boolean
    }
  | { readonly type: 'thread.deleted' }

/**
 * The extension of RUN_STARTED under `metadata.holdfast`: where the run's messages attach to the tree. With new messages
 * it is the parent of the first one (each further one attaches to the one before); without, it is the message that the
 * run answers.
 */
export interface RunStartedMetadata {
  readonly parentId: string | null
}
