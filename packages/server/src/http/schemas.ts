/** Request schemas: ids, cursors, pages, bodies. Every route's schemas are built from these. */

import { isDeepStrictEqual } from 'node:util'
import type { Context, Message, ResumeEntry, Tool } from '@ag-ui/core'
import { ContextSchema, MessageSchema, ResumeEntrySchema, ToolSchema } from '@ag-ui/core/schemas'
import { ID_PATTERN, keyString, MAX_AGENT_ID_LENGTH, MAX_QUESTIONS } from '@holdfast/core'
import { z } from '@hono/zod-openapi'

const Id = z
  .string()
  .regex(ID_PATTERN, 'An id is 1–128 characters of A–Z a–z 0–9 _ . : -, and not . or ..')
  .openapi('Id', { example: 'thread-1' })
const Title = z
  .string()
  // As the store keeps it. A lone surrogate would come back as another character, and a retry would count as another
  // request.
  .overwrite((text) => text.toWellFormed())
  .trim()
  .max(200, 'A title has at most 200 characters')

export const RoomParams = z.object({ roomId: Id })
export const ThreadParams = z.object({ roomId: Id, threadId: Id })
/** An agent's own id. */
const AgentId = z.string().min(1).max(MAX_AGENT_ID_LENGTH)
export const SubagentParams = z.object({ roomId: Id, threadId: Id, subagentRunId: AgentId })
export const SubagentQuery = z.object({
  toolCallId: AgentId.optional().openapi({ description: 'Only those that this tool call started.' }),
})
export const RunParams = z.object({ roomId: Id, threadId: Id, runId: Id })

const Whole = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, 'A whole number from 0 up, digits only')
  .transform(Number)

/**
 * `after`, or on a reconnect the last id the client received (WHATWG HTML 9.2.4). The header is the newer of the two.
 */
export const LogQuery = z.object({
  after: Whole.optional(),
  live: z.enum(['sse', 'long-poll']).optional(),
  limit: Whole.pipe(z.number().min(1).max(1_000)).optional(),
})
export const LogHeaders = z.object({ 'last-event-id': z.union([z.literal(''), Whole]).optional() })

export function cursorOf(query: z.infer<typeof LogQuery>, headers: z.infer<typeof LogHeaders>): number {
  const last = headers['last-event-id']
  return typeof last === 'number' ? last : (query.after ?? 0)
}

export const ListQuery = z.object({
  limit: Whole.pipe(z.number().min(1).max(200)).optional(),
  before: z.string().min(1).max(512).optional(),
})

/** Even in UTC it has a year of four digits: other years are written in a form that not all parsers accept. */
const Time = z.iso
  .datetime({ offset: true, error: 'A time is ISO 8601, e.g. 2026-01-31T12:00:00Z' })
  .transform((text) => Date.parse(text))
  .refine((at) => /^\d{4}-/.test(new Date(at).toISOString()), 'A time is of the years 0000 to 9999')

export const ThreadListQuery = ListQuery.extend({
  q: z
    .string()
    .max(200, 'Look for at most 200 characters')
    .optional()
    .openapi({ description: 'Words. Each must be the beginning of a word in the title or in the messages.' }),
})
export const TimelineQuery = ListQuery.extend({
  since: Time.optional().openapi({ type: 'string', format: 'date-time', description: 'Accepted then or later.' }),
  until: Time.optional().openapi({ type: 'string', format: 'date-time', description: 'Accepted before then.' }),
})
export const DeleteQuery = z.object({
  force: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .openapi({ type: 'string', enum: ['true', 'false'], description: 'Cancels what is live first.' }),
})

const MutedUntil = Time.nullable()
  .optional()
  .openapi({ type: ['string', 'null'], format: 'date-time', description: '`null` ends it.' })
export const ChangeRoom = z.object({
  title: Title.min(1).optional(),
  agentId: Id.optional(),
  mutedUntil: MutedUntil,
})
export const ChangeThread = z.object({
  title: Title.min(1, 'A title has at least one character').optional(),
  mutedUntil: MutedUntil,
  archived: z.boolean().optional(),
})

export const CreateRoom = z.object({ roomId: Id.optional(), title: Title.min(1), agentId: Id.optional() })
export const CreateThread = z.object({ threadId: Id.optional(), title: Title.default('') })
export const Nothing = z.object({})
export const Cancel = z.object({ reason: z.string().max(1_000).optional() })

// AG-UI's own schemas, typed as AG-UI's own types, because zod adds `undefined` to optional fields. The document shows
// the parts that matter here.
const MessageIn = z
  .looseObject({ id: Id, role: z.string() })
  .openapi('NewMessage', { description: 'An AG-UI message. The client mints the `id`.' })
const ToolIn = z
  .looseObject({ name: z.string(), description: z.string() })
  .openapi('Tool', { description: 'An AG-UI tool.' })
const ContextIn = z
  .looseObject({ description: z.string(), value: z.string() })
  .openapi('Context', { description: 'An AG-UI context entry.' })
const ResumeIn = z
  .looseObject({ interruptId: z.string(), status: z.enum(['resolved', 'cancelled']) })
  .openapi('Resume', { description: 'An answer to one interrupt, in the shape of AG-UI.' })

const AnyMessage = MessageIn.pipe(MessageSchema as unknown as z.ZodType<Message, z.output<typeof MessageIn>>)
const AnyTool = ToolIn.pipe(ToolSchema as unknown as z.ZodType<Tool, z.output<typeof ToolIn>>)
const AnyContext = ContextIn.pipe(ContextSchema as unknown as z.ZodType<Context, z.output<typeof ContextIn>>)
const AnyResume = ResumeIn.pipe(ResumeEntrySchema as unknown as z.ZodType<ResumeEntry, z.output<typeof ResumeIn>>)

/** Two different messages under one id are not malformed. They are answered like any other reused id. */
/** They are folded and stored in one step, while every other run waits. */
const MAX_MESSAGES = 1_000
const Messages = z
  .array(AnyMessage)
  .max(MAX_MESSAGES, `At most ${MAX_MESSAGES} messages at once. Send only the new ones`)
  .refine(isWithoutRepeats, 'The same message is there twice')

function isWithoutRepeats(all: readonly Message[]): boolean {
  const first = new Map<string, Message>()
  return all.every((message) => {
    const before = first.get(message.id)
    if (!before) first.set(message.id, message)
    return !isDeepStrictEqual(before, message)
  })
}

export const EditRun = z.object({ messages: Messages.min(1, 'A queued run needs a question. Send a message') })
export const ChangeQueue = z.object({
  order: z
    .array(Id)
    .refine((all) => new Set(all).size === all.length, 'A run is named twice')
    .optional(),
  paused: z.boolean().optional(),
  supersede: z.boolean().optional(),
})

export const Start = z.object({
  runId: Id,
  messages: Messages.default([]),
  parentId: Id.nullable().optional(),
  agentId: Id.optional(),
  onBusy: z.enum(['reject', 'enqueue', 'supersede']).default('reject'),
  tools: z.array(AnyTool).default([]),
  context: z.array(AnyContext).default([]),
  state: z.unknown().optional(),
  resume: z
    .array(AnyResume)
    .max(MAX_QUESTIONS, `At most ${MAX_QUESTIONS} answers at once`)
    .refine(
      (all) => new Set(all.map(({ interruptId }) => interruptId)).size === all.length,
      'A question is answered twice',
    )
    .default([]),
  forwardedProps: z.unknown().optional(),
})

export const FeedRequest = z.object({
  inbox: z
    .string()
    .min(1)
    .optional()
    .openapi({ description: 'Cursor of the inbox. Without it there are no inbox frames.' }),
  threads: z
    .array(z.object({ roomId: Id, threadId: Id, after: z.int().min(0) }))
    .max(200, 'One feed follows at most 200 threads')
    .refine((all) => new Set(all.map(keyString)).size === all.length, 'A thread is named twice')
    .default([]),
})

/** Beyond the end of the log it counts as the end. */
export const Read = z.object({ seq: z.int().min(0) })

const TimeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'A time of day is HH:MM, from 00:00 to 23:59')
  .openapi({ example: '22:00' })
const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'A time zone is an IANA name, e.g. Europe/Zurich')
  .openapi({ example: 'Europe/Zurich' })

/** A fixed offset is none: it would be wrong for half of the year. */
function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

export const Notifications = z.object({
  kinds: z.object({ finished: z.boolean(), failed: z.boolean(), needsYou: z.boolean(), stopped: z.boolean() }),
  needsYouBreaksThrough: z.boolean(),
  quietHours: z.object({ from: TimeOfDay, to: TimeOfDay, timeZone: TimeZone }).optional(),
})

export const PresenceReport = z.object({
  deviceId: Id,
  state: z.enum(['focused', 'visible', 'hidden']),
  thread: z.object({ roomId: Id, threadId: Id }).optional().openapi({ description: 'What it shows, if one thread.' }),
})

export const WebhookParams = z.object({ roomId: Id, webhookId: Id })
export const DeliveryParams = WebhookParams.extend({ deliveryId: Id })
export const CreateWebhook = z.object({ webhookId: Id.optional(), url: z.string().min(1).max(2_048) })
export const DeliveryListQuery = ListQuery.extend({ status: z.enum(['waiting', 'dead']).optional() })
export const NoticeParams = z.object({ noticeId: Id })
export const NoticeListQuery = ListQuery.extend({
  kind: z.enum(['finished', 'failed', 'needs_you']).optional(),
  unread: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .openapi({ type: 'string', enum: ['true', 'false'], description: 'Only those that the person has not read.' }),
})
export const ClaimNotice = z.object({ deviceId: Id })

/** Whether an endpoint can be sent to, and something encrypted for the keys, is checked by its route. */
const Subscription = z
  .looseObject({
    endpoint: z.string().max(2_048, 'An endpoint has at most 2,048 characters'),
    expirationTime: z.number().nullable().optional(),
    keys: z.looseObject({ p256dh: z.string().max(200), auth: z.string().max(200) }),
  })
  .openapi('PushSubscription', { description: 'What `PushSubscription.toJSON()` gives.' })
export const PushSubscriptionNew = z.object({ deviceId: Id, subscription: Subscription })
export const PushSubscriptionGone = z.object({ deviceId: Id, subscription: z.unknown().optional() })

export const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } })
