/** Response shapes for the API document: core's wire types as schemas. A test compares real responses with them. */
import { z } from '@hono/zod-openapi'

const id = z.string()
const time = z.iso.datetime()
const outcomeType = z.enum(['succeeded', 'failed', 'cancelled', 'interrupted', 'superseded'])
const threadStatus = z.enum(['needs_you', 'working', 'queued', 'failed', 'idle'])
const runStatus = z.enum(['queued', 'running', 'cancelling', ...outcomeType.options])

const Interrupt = z.looseObject({ id, reason: z.string() }).openapi('Interrupt')
const Message = z.looseObject({ id, role: z.string() }).openapi('Message', { description: 'An AG-UI message.' })
const Outcome = z
  .object({
    type: outcomeType,
    code: z.string().optional(),
    message: z.string().optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
    interrupts: z.array(Interrupt).optional(),
  })
  .openapi('Outcome', {
    description:
      '`failed{code, message}`, `cancelled{by, reason?}`, `interrupted{interrupts}`, `superseded{by}`, `succeeded`.',
  })

export const StatusShape = z.object({ status: z.string() })

export const RunShape = z
  .object({
    runId: id,
    status: runStatus,
    outcome: Outcome.optional(),
    agentId: id,
    parentId: id.optional(),
    retryOf: id.optional(),
    continues: id.optional(),
    acceptedAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    usage: z.array(z.looseObject({})).optional(),
    resumed: z.int().min(1).optional(),
    resolved: z.enum(['answered', 'cancelled', 'expired']).optional(),
    position: z.int().min(1).optional(),
  })
  .openapi('Run')
const RunInThread = RunShape.extend({ roomId: id, threadId: id }).openapi('RunInThread')
export const StartedShape = z.object({ run: RunShape })
export const CancelRequestedShape = z.object({ run: RunShape.optional() })
export const CancelTooLateShape = z.object({ alreadyTerminal: z.literal(true), status: runStatus.nullable() })

const Agent = z.object({ agentId: id, title: z.string(), description: z.string().optional() }).openapi('Agent')
export const RoomShape = z
  .object({ roomId: id, title: z.string(), agentId: id, mutedUntil: time.optional() })
  .openapi('Room')
export const ThreadShape = z
  .object({
    roomId: id,
    threadId: id,
    title: z.string(),
    status: threadStatus,
    position: z.int().min(1).optional(),
    waiting: z.int().min(1).optional(),
    paused: z.literal(true).optional(),
    agentId: id,
    unavailableAgentId: id.optional(),
    unread: z.boolean(),
    readSeq: z.int().min(0),
    completedSeq: z.int().min(0),
    markedUnread: z.literal(true).optional(),
    preview: z.string().max(200).optional(),
    mutedUntil: time.optional(),
    archived: z.boolean(),
    lastSeq: z.int().min(0),
    updatedAt: time,
  })
  .openapi('Thread')

export const ActivityShape = z
  .object({ roomId: id, unread: z.int().min(0), working: z.int().min(0), needsYou: z.int().min(0) })
  .openapi('RoomActivity')

export const NotificationSettingsShape = z
  .object({
    kinds: z.object({ finished: z.boolean(), failed: z.boolean(), needsYou: z.boolean(), stopped: z.boolean() }),
    needsYouBreaksThrough: z.boolean(),
    quietHours: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }).optional(),
  })
  .openapi('NotificationSettings')

export const InboxShape = z
  .object({
    rooms: z.array(ActivityShape),
    threads: z.array(ThreadShape),
    cursor: z.string(),
  })
  .openapi('Inbox')

const QueueEntry = z.object({ run: RunShape, messages: z.array(Message), first: z.literal(true).optional() })
export const QueueShape = z
  .object({ order: z.array(id), paused: z.boolean(), items: z.array(QueueEntry) })
  .openapi('Queue')

const SubagentStep = z
  .object({
    n: z.int().min(1),
    at: time,
    kind: z.enum(['text', 'reasoning', 'tool', 'status']),
    title: z.string().optional(),
    text: z.string().optional(),
    status: z.enum(['running', 'succeeded', 'failed']).optional(),
    toolCallId: id.optional(),
    input: z.string().optional(),
    messageId: id.optional(),
  })
  .openapi('SubagentStep')

const SubagentShape = z
  .object({
    subagentRunId: id,
    runId: id,
    parentToolCallId: id.optional(),
    parentSubagentRunId: id.optional(),
    jobId: z.string(),
    name: z.string(),
    status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
    stopping: z.literal(true).optional(),
    interruptIds: z.array(id).optional(),
    steps: z.array(SubagentStep),
    droppedSteps: z.int().min(0),
    startedAt: time,
    updatedAt: time,
    endedAt: time.optional(),
    error: z.object({ code: z.string().optional(), message: z.string() }).optional(),
  })
  .openapi('Subagent')

export const SnapshotShape = z
  .object({
    thread: ThreadShape,
    messages: z.array(Message),
    open: z.array(z.looseObject({ kind: z.string(), id, runId: id, startedAt: time })),
    state: z.unknown(),
    runs: z.array(RunShape),
    queue: z.array(QueueEntry),
    queuePaused: z.boolean(),
    queueHeldBy: z.enum(['stop', 'failure']).optional(),
    interrupts: z.array(Interrupt),
    subagents: z.array(SubagentShape),
    progress: z.array(z.object({ runId: id, toolCallId: id, text: z.string(), at: time })),
    superseded: z.array(Message),
    firstSeq: z.int().min(1),
    seq: z.int().min(0),
  })
  .openapi('Snapshot')

const Envelope = z
  .object({
    v: z.literal(1),
    roomId: id,
    threadId: id,
    runId: id.optional(),
    seq: z.int().min(1),
    at: time,
    kind: z.enum(['agui', 'control']),
    event: z.looseObject({ type: z.string() }),
  })
  .openapi('Envelope')
const position = { next: z.int().min(0), upToDate: z.boolean() }
export const LogPageShape = z.object({ envelopes: z.array(Envelope), ...position })
export const FeedPageShape = z.object({
  frames: z.array(z.object({ event: z.enum(['log', 'caught-up', 'resync', 'inbox']), data: z.looseObject({}) })),
  more: z.boolean(),
})
export const EventPageShape = z.object({ events: z.array(z.looseObject({ type: z.string() })), ...position })

export const NoticeShape = z
  .object({
    noticeId: id,
    kind: z.enum(['finished', 'failed', 'needs_you']),
    roomId: id,
    threadId: id,
    runId: id,
    title: z.string(),
    preview: z.string().optional(),
    at: time,
    read: z.boolean(),
  })
  .openapi('Notice')
const Webhook = z.object({ webhookId: id, roomId: id, url: z.string(), createdAt: time }).openapi('Webhook')
export const WebhookCreatedShape = Webhook.extend({ secret: z.string() }).openapi('WebhookCreated')
export const DeliveryShape = z
  .object({
    deliveryId: id,
    threadId: id,
    runId: id,
    status: z.enum(['waiting', 'dead']),
    at: time,
    attempts: z.int().min(0),
    dueAt: time.optional(),
    reason: z.string().optional(),
  })
  .openapi('WebhookDelivery')
export const PushKeyShape = z.object({ key: z.string() })

const listOf = (items: z.ZodType) => z.object({ items: z.array(items), next: z.string().optional() })
export const SubagentsShape = listOf(SubagentShape)
export const SubagentCancelRequestedShape = z.object({ subagent: SubagentShape })
export const SubagentCancelTooLateShape = z.object({
  alreadyTerminal: z.literal(true),
  status: z.enum(['succeeded', 'failed', 'cancelled']),
})
export const AgentsShape = listOf(Agent)
export const RoomsShape = listOf(RoomShape)
export const ThreadsShape = listOf(ThreadShape)
export const RunsShape = listOf(RunShape)
export const WebhooksShape = listOf(Webhook)
export const DeliveriesShape = listOf(DeliveryShape)
export const NoticesShape = listOf(NoticeShape)
export const TimelineShape = listOf(RunInThread)
