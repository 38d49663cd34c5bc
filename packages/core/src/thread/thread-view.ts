/**
 * What a thread's log folds to: an immutable value that shares structure with the one before, and is the same reference
 * until something changes. The server's snapshot is this view (docs/PROTOCOL.md). Folding the log after `seq` onto it
 * gives the same view as folding the whole log (I4).
 */
import type { Interrupt, Message } from '@ag-ui/core'
import type { ThreadKey } from '../key/thread-key.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { QueuedRun, Run } from '../lifecycle/run.ts'
import type { QueueHold } from '../log/envelope.ts'
import type { ThreadMessage } from './message.ts'
import type { Subagent, ToolProgress } from './subagent.ts'

/** Highest first: needs you, working, queued, failed, idle. */
export type ThreadStatus = 'needs_you' | 'working' | 'queued' | 'failed' | 'idle'

/** An entry of a thread list. */
export interface ThreadInfo extends ThreadKey {
  readonly title: string
  readonly status: ThreadStatus
  /** `queued`: the place of its next run among all queued runs. 1: the next to start. */
  readonly position?: number
  /** How many of its runs are queued. Absent: none. */
  readonly waiting?: number
  /** The queue is paused: none of its runs starts until a person resumes it. */
  readonly paused?: true
  /** The agent of starts that name none. */
  readonly agentId?: string
  /** The agent that was chosen for the thread, but is not configured any more. `agentId` answers instead. */
  readonly unavailableAgentId?: string
  /** For the person who asks: `completedSeq > readSeq`, or the person marked it as unread. */
  readonly unread: boolean
  /** The person's read mark: the last position that the person has read. 0: none. It never decreases. */
  readonly readSeq: number
  /** Where the newest run that succeeded, failed or was interrupted has ended in the log. 0: none has. */
  readonly completedSeq: number
  /** The person marked it as unread, and has not read it since. */
  readonly markedUnread?: true
  /** One line of its newest answer, at most 200 characters. Until one is there, of what a person said last. */
  readonly preview?: string
  readonly mutedUntil?: string
  readonly archived: boolean
  readonly lastSeq: number
  /** ISO 8601 UTC. */
  readonly updatedAt: string
}

/** A run that was accepted and has not started. Its messages enter the conversation at its RUN_STARTED. */
export interface QueueEntry {
  readonly run: QueuedRun
  readonly messages: readonly Message[]
  /** It starts as soon as no run is live, even if the queue is paused. */
  readonly first?: true
}

export interface ThreadView {
  readonly key: ThreadKey
  /** Every message in the order of the log. `pathTo` selects what a view shows. */
  readonly messages: readonly ThreadMessage[]
  readonly open: readonly OpenItem[]
  /** The agent's shared state (STATE_SNAPSHOT, STATE_DELTA). null: none yet. */
  readonly state: unknown
  /** Every run in the order of acceptance. */
  readonly runs: readonly Run[]
  /** In the order in which they will start. */
  readonly queue: readonly QueueEntry[]
  /** No queued run starts by itself. It is false again once the queue is empty. */
  readonly queuePaused: boolean
  /** Why the queue is paused, if no person paused it. */
  readonly queueHeldBy?: QueueHold
  readonly interrupts: readonly Interrupt[]
  /** Every sub-agent in the order of its start. What they say is not in `messages`. */
  readonly subagents: readonly Subagent[]
  /** Of tool calls that are being carried out. */
  readonly progress: readonly ToolProgress[]
  /** What a run said before a crash, and then said again. It is in the log, but no longer in `messages`. */
  readonly superseded: readonly ThreadMessage[]
  readonly deleted: boolean
  /** The oldest position that the log still has. 1: nothing was trimmed. */
  readonly firstSeq: number
  /** The last position that is folded in. */
  readonly seq: number
}

export function emptyView(key: ThreadKey): ThreadView {
  return {
    key: { roomId: key.roomId, threadId: key.threadId },
    messages: [],
    open: [],
    state: null,
    runs: [],
    queue: [],
    queuePaused: false,
    interrupts: [],
    subagents: [],
    progress: [],
    superseded: [],
    deleted: false,
    firstSeq: 1,
    seq: 0,
  }
}
