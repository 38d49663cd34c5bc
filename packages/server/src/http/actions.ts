/**
 * Which action each operation of the API is. The table is total: an operation that is not listed here does not compile,
 * and a route that is no operation stops the server from starting (`./guarded.ts`).
 */
import type { z } from '@hono/zod-openapi'
import type { Action, Resource } from './access.ts'
import { keyIn } from './reply.ts'
import { FeedRequest, PresenceReport } from './schemas.ts'

/** `named`: what the parsed JSON of the body adds to the resource. */
interface Guarded {
  readonly action: Action
  readonly named?: (body: unknown) => Resource
}

/** `public`: answered without asking who it is. */
type Rule = 'public' | Action | Guarded

/** A body that is not valid names nothing: its route refuses it. */
function namedBy<Schema extends z.ZodType>(schema: Schema, resourceOf: (body: z.output<Schema>) => Resource) {
  return (body: unknown): Resource => {
    const { success, data } = schema.safeParse(body)
    return success ? resourceOf(data) : {}
  }
}

const FEED: Guarded = {
  action: 'feed.open',
  named: namedBy(FeedRequest, ({ threads }) => ({ threads: threads.map(keyIn) })),
}

export const ACTIONS = {
  getHealth: 'public',
  getReadiness: 'public',
  getMetrics: 'public',
  getOpenApi: 'public',
  listAgents: 'agents.list',
  listRooms: 'rooms.list',
  createRoom: 'rooms.create',
  getRoom: 'rooms.read',
  changeRoom: 'rooms.change',
  deleteRoom: 'rooms.delete',
  listThreads: 'threads.list',
  createThread: 'threads.create',
  getThread: 'threads.read',
  changeThread: 'threads.change',
  deleteThread: 'threads.delete',
  readThread: 'marks.change',
  markThreadUnread: 'marks.change',
  readRoom: 'marks.change',
  readEverything: 'marks.change',
  startRun: 'runs.start',
  listRuns: 'runs.read',
  getRun: 'runs.read',
  listAllRuns: 'runs.list',
  editRun: 'queue.change',
  getQueue: 'queue.read',
  changeQueue: 'queue.change',
  cancelRun: 'runs.cancel',
  cancelThread: 'runs.cancel',
  listSubagents: 'subagents.read',
  cancelSubagent: 'subagents.cancel',
  readLog: 'log.read',
  readRunEvents: 'log.read',
  getNotificationSettings: 'settings.read',
  changeNotificationSettings: 'settings.change',
  getInbox: 'inbox.read',
  openFeed: FEED,
  pollFeed: FEED,
  listNotices: 'notices.read',
  clearNotices: 'notices.remove',
  removeNotice: 'notices.remove',
  claimNotice: 'notices.claim',
  listWebhooks: 'webhooks.read',
  createWebhook: 'webhooks.change',
  deleteWebhook: 'webhooks.change',
  listWebhookDeliveries: 'webhooks.read',
  retryWebhookDelivery: 'webhooks.change',
  getPushKey: 'push.subscribe',
  putPushSubscription: 'push.subscribe',
  removePushSubscription: 'push.subscribe',
  reportPresence: {
    action: 'presence.report',
    named: namedBy(PresenceReport, ({ thread }) => (thread ? { threads: [keyIn(thread)] } : {})),
  },
} as const satisfies Readonly<Record<string, Rule>>

export type OperationId = keyof typeof ACTIONS

/** Undefined: public. */
export function guardOf(id: OperationId): Guarded | undefined {
  const rule: Rule = ACTIONS[id]
  if (rule === 'public') return undefined
  return typeof rule === 'string' ? { action: rule } : rule
}
