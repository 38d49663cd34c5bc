/** The JSON shapes of requests and answers (docs/PROTOCOL.md). Server and client share these types. */
import type { Context, Event, Interrupt, Message, ResumeEntry, Tool } from '@ag-ui/core'
import type { NotificationSettings } from '../attention/settings.ts'
import type { NoticeKind } from '../attention/unread.ts'
import type { ThreadKey } from '../key/thread-key.ts'
import type { OpenItem } from '../lifecycle/open-item.ts'
import type { Outcome } from '../lifecycle/outcome.ts'
import type { Run, RunStatus } from '../lifecycle/run.ts'
import type { Envelope, QueueHold } from '../log/envelope.ts'
import type { ThreadMessage } from '../thread/message.ts'
import type { Subagent, SubagentStatus, ToolProgress } from '../thread/subagent.ts'
import type { QueueEntry, ThreadInfo, ThreadStatus } from '../thread/thread-view.ts'

export interface RoomInfo {
  readonly roomId: string
  readonly title: string
  readonly agentId: string
  /** Until when the person who asks has muted the room. ISO 8601 UTC. */
  readonly mutedUntil?: string
}

export interface CreateRoomBody {
  readonly roomId?: string
  readonly title: string
  readonly agentId?: string
}

export interface CreateThreadBody {
  readonly threadId?: string
  readonly title?: string
}

export interface AgentInfo {
  readonly agentId: string
  readonly title: string
  readonly description?: string
}

export interface List<T> {
  readonly items: readonly T[]
  /** Continue with `before=<next>`; absent on the last page. */
  readonly next?: string
}

export interface StartBody {
  /** Minted by the client: the idempotency key, unique within its thread. */
  readonly runId: string
  readonly messages?: readonly Message[]
  /** The parent of the first new message. null: none, so it is a first message. Absent: the newest message. */
  readonly parentId?: string | null
  readonly agentId?: string
  readonly onBusy?: 'reject' | 'enqueue' | 'supersede'
  readonly tools?: readonly Tool[]
  readonly context?: readonly Context[]
  readonly state?: unknown
  readonly resume?: readonly ResumeEntry[]
  readonly forwardedProps?: unknown
}

/** 202. */
export interface StartAccepted {
  readonly run: Run
}

/** Replaces the new messages of a queued run. */
export interface EditRunBody {
  readonly messages: readonly Message[]
}

export interface QueueInfo {
  /** Run ids in the order in which they will start. */
  readonly order: readonly string[]
  readonly paused: boolean
  readonly items: readonly QueueEntry[]
}

export interface ChangeQueueBody {
  /** Queued run ids. Runs that are left out keep their order behind them. */
  readonly order?: readonly string[]
  readonly paused?: boolean
  /** Send now: the first of the queue supersedes the live run. */
  readonly supersede?: boolean
}

/** `null` ends a mute. */
export interface ChangeThreadBody {
  readonly title?: string
  /** ISO 8601 UTC. */
  readonly mutedUntil?: string | null
  readonly archived?: boolean
}

/** The title and the agent are the room's. A mute is the person's; `null` ends it. */
export interface ChangeRoomBody {
  readonly title?: string
  readonly agentId?: string
  /** ISO 8601 UTC. */
  readonly mutedUntil?: string | null
}

/** Moves the person's read mark of a thread. */
export interface ReadBody {
  /** The last position that was read. Beyond the end of the log it counts as the end. */
  readonly seq: number
}

/** A run with its address, as lists across threads give it. */
export type RunInThread = Run & ThreadKey

/** 202. `run` is absent if the cancel is remembered for a run that does not exist yet. */
export interface CancelRequested {
  readonly run?: Run
}

/** 200. */
export interface CancelTooLate {
  readonly alreadyTerminal: true
  readonly status: RunStatus | null
}

/** The sub-agents of a thread, or those that one tool call started. Oldest first; there is one page only. */
export type SubagentPage = List<Subagent>

/** 202: the request to stop is durable. */
export interface SubagentCancelRequested {
  readonly subagent: Subagent
}

/** 200: it had ended. */
export interface SubagentCancelTooLate {
  readonly alreadyTerminal: true
  readonly status: Exclude<SubagentStatus, 'running'>
}

export interface ThreadSnapshot {
  readonly thread: ThreadInfo
  readonly messages: readonly ThreadMessage[]
  readonly open: readonly OpenItem[]
  readonly state: unknown
  readonly runs: readonly Run[]
  readonly queue: readonly QueueEntry[]
  readonly queuePaused: boolean
  readonly queueHeldBy?: QueueHold
  readonly interrupts: readonly Interrupt[]
  readonly subagents: readonly Subagent[]
  readonly progress: readonly ToolProgress[]
  readonly superseded: readonly ThreadMessage[]
  readonly firstSeq: number
  readonly seq: number
}

export interface LogPage {
  readonly envelopes: readonly Envelope[]
  /** The cursor to continue with. */
  readonly next: number
  readonly upToDate: boolean
}

export interface EventPage {
  readonly events: readonly Event[]
  /** The thread's seq to continue with. */
  readonly next: number
  readonly upToDate: boolean
}

/** An entry of a room's lifecycle log: about the room, one of its threads, or one of its runs. */
export type InboxEvent =
  | {
      readonly type: 'RoomChanged'
      readonly title: string
      /** Absent: the room follows the default agent. */
      readonly agentId?: string
      readonly mutedUntil?: undefined
    }
  /** Only for the person who muted the room: null means that the mute was ended. */
  | { readonly type: 'RoomChanged'; readonly mutedUntil: string | null; readonly title?: undefined }
  | { readonly type: 'RoomDeleted' }
  /** Only for the person who did it: nothing in the room is unread. */
  | { readonly type: 'ReadMarkMoved'; readonly all: true; readonly threadId?: undefined }
  | ({
      readonly threadId: string
      /** The thread's new status, where it may have changed. */
      readonly status?: ThreadStatus
      /** With `status`, as in `ThreadInfo`. */
      readonly waiting?: number
      readonly paused?: true
    } & (
      | { readonly type: 'ThreadCreated'; readonly title: string }
      | {
          readonly type: 'ThreadChanged'
          readonly title?: string
          readonly mutedUntil?: string | null
          readonly archived?: boolean
        }
      | { readonly type: 'ThreadDeleted' }
      | { readonly type: 'RunQueued'; readonly runId: string; readonly agentId: string }
      | {
          readonly type: 'RunContinued'
          readonly runId: string
          readonly agentId: string
          readonly continues: string
        }
      | { readonly type: 'RunStarted'; readonly runId: string }
      | ({
          readonly type: 'RunCompleted'
          readonly runId: string
          readonly outcome: Outcome
          /** The thread's `completedSeq`, if this outcome raised it. */
          readonly completedSeq?: number
        } & Personal)
      | ({ readonly type: 'NeedsYou'; readonly runId: string } & Personal)
      /** Only for the person whose mark it is. */
      | ({ readonly type: 'ReadMarkMoved'; readonly all?: undefined } & ReadMark)
    ))

/** What an inbox that is read for a person adds to an entry that everybody gets. */
interface Personal {
  /** Whether the thread is unread for this person at the moment of reading. */
  readonly unread?: boolean
  /** The notice that this person has of it, if there is one. */
  readonly noticeId?: string
}

/** A person's read mark in one thread. */
export interface ReadMark {
  /** The last position that the person has read; 0: nothing. It never decreases. */
  readonly readSeq: number
  /** `completedSeq > readSeq`, or marked as unread. */
  readonly unread: boolean
  readonly markedUnread?: true
}

/** About everything that is one person's; no room is named. */
export type PersonEvent =
  /** Nothing is unread any more. */
  | { readonly type: 'ReadMarkMoved'; readonly all: true }
  | { readonly type: 'SettingsChanged'; readonly settings: NotificationSettings }

/** One entry of an inbox: from a room's lifecycle log, or from the person's own. `at` is ISO 8601 UTC. */
export type InboxEntry =
  | ({ readonly roomId: string; readonly at: string } & InboxEvent)
  | ({ readonly roomId?: undefined; readonly threadId?: undefined; readonly at: string } & PersonEvent)

/** Data of an `inbox` frame. `cursor` is the position after the entry. */
export type InboxFrame = InboxEntry & { readonly cursor: string }

export interface RoomActivity {
  readonly roomId: string
  /** The number of threads that are unread for the person who asks. The two below count threads, too. */
  readonly unread: number
  readonly working: number
  readonly needsYou: number
}

/** All activity that the person may see, at one moment. The inbox frames after `cursor` continue from it. */
export interface InboxOverview {
  readonly rooms: readonly RoomActivity[]
  /** Threads that are not idle, and the newest of the unread ones, newest activity first. The counts are whole. */
  readonly threads: readonly ThreadInfo[]
  readonly cursor: string
}

export interface FeedBody {
  /** Absent: no inbox frames. */
  readonly inbox?: string
  readonly threads?: readonly (ThreadKey & { readonly after: number })[]
}

/** What the feed would send now. `data` is the data of the frame named `event`. */
export interface FeedPage {
  readonly frames: readonly { readonly event: string; readonly data: unknown }[]
  /** The page was cut off; there is more already. */
  readonly more: boolean
}

/** What one device shows now. It replaces the device's earlier presence, and expires after 30 s. */
export interface PresenceBody {
  /** Minted by one window or tab, and unique to it. */
  readonly deviceId: string
  /** Whether the page has the focus, is only visible, or is hidden. */
  readonly state: 'focused' | 'visible' | 'hidden'
  /** The thread that it shows, if it shows one. */
  readonly thread?: ThreadKey
}

/** One thing to tell one person: a run has ended. */
export interface NoticeInfo extends ThreadKey {
  readonly noticeId: string
  readonly kind: NoticeKind
  readonly runId: string
  /** The title and the first line of the thread as they are now. */
  readonly title: string
  readonly preview?: string
  /** ISO 8601 UTC. */
  readonly at: string
  /** The person has read the thread up to the end of the run. */
  readonly read: boolean
}

export interface ClaimNoticeBody {
  /** The device that is to show the notice: any id that stays the same when the request is repeated. */
  readonly deviceId: string
}

export interface PushKey {
  /** The server's VAPID key (RFC 8292), for `applicationServerKey`: an uncompressed P-256 point in base64url. */
  readonly key: string
}

/** A subscription as `PushSubscription.toJSON()` gives it (W3C Push API). */
export interface PushSubscriptionInfo {
  readonly endpoint: string
  readonly expirationTime?: number | null
  /** In base64url: a P-256 point and a secret of 16 bytes. */
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

export interface PushSubscriptionBody {
  readonly deviceId: string
  readonly subscription: PushSubscriptionInfo
}

/** What a push message holds once it is decrypted: ids and no text. */
export interface PushPayload extends ThreadKey {
  /** Of the most urgent of the notices that it stands for. So are the ids. */
  readonly kind: NoticeKind
  readonly noticeId: string
  /** How many notices it stands for. */
  readonly count: number
}

export interface CreateWebhookBody {
  readonly webhookId?: string
  /** https. */
  readonly url: string
}

/** A room's address that is notified of the ends of its runs. */
export interface WebhookInfo {
  readonly webhookId: string
  readonly roomId: string
  readonly url: string
  /** ISO 8601 UTC, as all times here. */
  readonly createdAt: string
}

/** The answer to a creation, which alone has the secret that deliveries are signed with (Standard Webhooks). */
export interface WebhookCreated extends WebhookInfo {
  readonly secret: string
}

/** A message that has not been delivered. */
export interface WebhookDeliveryInfo {
  /** Its `webhook-id`, at every attempt. */
  readonly deliveryId: string
  readonly threadId: string
  readonly runId: string
  /** `dead`: it was tried for a day and is not tried any more. */
  readonly status: 'waiting' | 'dead'
  readonly at: string
  readonly attempts: number
  /** When it is tried next. */
  readonly dueAt?: string
  /** Why the last attempt failed. */
  readonly reason?: string
}

export interface CaughtUp extends ThreadKey {
  readonly seq: number
}

export interface Resync extends ThreadKey {
  readonly reason: 'cursor_gone' | 'cursor_ahead' | 'deleted'
}
