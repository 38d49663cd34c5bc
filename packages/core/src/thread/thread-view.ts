/**
 * What a thread's log folds to: an immutable snapshot, structurally shared with the one before, the same reference
 * until something changes. The server's snapshot route answers exactly this (docs/PROTOCOL.md), so that folding the log
 * after `seq` onto it gives the same view as folding the whole log (invariant I4).
 */
import type { Interrupt, Message } from '@ag-ui/core'
import type { ThreadKey } from '../key/thread-key.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { QueuedRun, Run } from '../lifecycle/run.ts'
import type { QueueHold } from '../log/envelope.ts'
import type { ThreadMessage } from './message.ts'

/** The ladder a list shows, highest first: needs you > working > queued > failed > idle. */
export type ThreadStatus = 'needs_you' | 'working' | 'queued' | 'failed' | 'idle'

/** One line of a thread list. */
export interface ThreadInfo extends ThreadKey {
  readonly title: string
  readonly status: ThreadStatus
  /** `queued`: the place of its next run among all that wait for one; 1 = the next to start. */
  readonly position?: number
  /** How many of its runs have not started; absent: none. */
  readonly waiting?: number
  /** They wait in a paused queue: none of them starts until a person resumes it. */
  readonly paused?: true
  /** Who answers next where a start names no agent. */
  readonly agentId?: string
  /** The agent that was chosen here and is not set up any more: `agentId` answers in its place. */
  readonly unavailableAgentId?: string
  readonly unread: boolean
  readonly mutedUntil?: string
  readonly archived: boolean
  readonly lastSeq: number
  /** ISO 8601 UTC. */
  readonly updatedAt: string
}

/** A run that has been accepted and has not started; its messages enter the conversation at its RUN_STARTED. */
export interface QueueEntry {
  readonly run: QueuedRun
  readonly messages: readonly Message[]
  /** It does not wait in the queue: it starts as soon as nothing is live, paused or not. */
  readonly first?: true
}

export interface ThreadView {
  readonly key: ThreadKey
  /** Every message in the order of the log. `pathTo` selects what a view shows. */
  readonly messages: readonly ThreadMessage[]
  readonly open: readonly OpenItem[]
  /** The agent's shared state (STATE_SNAPSHOT, STATE_DELTA); null before any. */
  readonly state: unknown
  /** Every run in the order of acceptance. */
  readonly runs: readonly Run[]
  /** In the order in which they will start. */
  readonly queue: readonly QueueEntry[]
  /** Nothing of the queue starts by itself; false again once the last that waited has left it. */
  readonly queuePaused: boolean
  /** What paused it, if no person did. */
  readonly queueHeldBy?: QueueHold
  readonly interrupts: readonly Interrupt[]
  readonly deleted: boolean
  /** The oldest position that the log still holds; 1 when nothing was trimmed. */
  readonly firstSeq: number
  /** The last position folded in. */
  readonly seq: number
}
