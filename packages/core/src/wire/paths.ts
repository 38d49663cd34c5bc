/** All paths of the API. Valid ids need no escaping, but a caller's mistake must not change the path. */
import type { ThreadKey } from '../key/thread-key.ts'

/**
 * URLs resolve `.` and `..` as path steps, even encoded once. Encoded twice they stay a segment, which no server accepts
 * as an id.
 */
function part(id: string): string {
  return id === '.' || id === '..' ? id.replaceAll('.', '%252E') : encodeURIComponent(id)
}

export const paths = {
  agents: () => '/v1/agents',
  rooms: () => '/v1/rooms',
  room: (roomId: string) => `/v1/rooms/${part(roomId)}`,
  readRoom: (roomId: string) => `${paths.room(roomId)}/read`,
  readAll: () => '/v1/read',
  threads: (roomId: string) => `/v1/rooms/${part(roomId)}/threads`,
  thread: ({ roomId, threadId }: ThreadKey) => `/v1/rooms/${part(roomId)}/threads/${part(threadId)}`,
  cancelThread: (key: ThreadKey) => `${paths.thread(key)}/cancel`,
  read: (key: ThreadKey) => `${paths.thread(key)}/read`,
  unread: (key: ThreadKey) => `${paths.thread(key)}/unread`,
  log: (key: ThreadKey) => `${paths.thread(key)}/log`,
  runs: (key: ThreadKey) => `${paths.thread(key)}/runs`,
  run: (key: ThreadKey, runId: string) => `${paths.runs(key)}/${part(runId)}`,
  allRuns: () => '/v1/runs',
  inbox: () => '/v1/inbox',
  feed: () => '/v1/feed',
  poll: () => '/v1/poll',
  presence: () => '/v1/presence',
  notificationSettings: () => '/v1/notifications/settings',
  notices: () => '/v1/notices',
  notice: (noticeId: string) => `/v1/notices/${part(noticeId)}`,
  claimNotice: (noticeId: string) => `${paths.notice(noticeId)}/claim`,
  push: () => '/v1/push',
  webhooks: (roomId: string) => `${paths.room(roomId)}/webhooks`,
  webhook: (roomId: string, webhookId: string) => `${paths.webhooks(roomId)}/${part(webhookId)}`,
  webhookDeliveries: (roomId: string, webhookId: string) => `${paths.webhook(roomId, webhookId)}/deliveries`,
  retryDelivery: (roomId: string, webhookId: string, deliveryId: string) =>
    `${paths.webhookDeliveries(roomId, webhookId)}/${part(deliveryId)}/retry`,
  pushSubscriptions: () => '/v1/push/subscriptions',
  queue: (key: ThreadKey) => `${paths.thread(key)}/queue`,
  cancelRun: (key: ThreadKey, runId: string) => `${paths.run(key, runId)}/cancel`,
  runEvents: (key: ThreadKey, runId: string) => `${paths.run(key, runId)}/events`,
  subagents: (key: ThreadKey) => `${paths.thread(key)}/subagents`,
  cancelSubagent: (key: ThreadKey, subagentRunId: string) => `${paths.subagents(key)}/${part(subagentRunId)}/cancel`,
  /** A thread's address in the application. */
  page: ({ roomId, threadId }: ThreadKey) => `/rooms/${part(roomId)}/threads/${part(threadId)}`,
} as const
