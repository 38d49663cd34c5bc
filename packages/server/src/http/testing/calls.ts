/** A valid request for every operation of the API, and a server in which each of them is answered. */
import { paths, type ThreadKey } from '@holdfast/core'
import { noticeIdOf } from '../../store/decide/person-notices.ts'
import { deliveryOf } from '../../store/decide/webhooks.ts'
import type { Lease } from '../../store/port.ts'
import { LOCAL_PRINCIPAL as me } from '../../store/principal.ts'
import { runOf } from '../../store/tenant-thread.ts'
import type { Access } from '../access.ts'
import type { OperationId } from '../actions.ts'
import type { operationsOf } from '../api-page.ts'
import { LOCAL_ACCESS } from '../local-access.ts'
import { createTestServer, KEY, type TestServer } from './test-server.ts'

/** A valid request, for a server with a live run `r1`, a queued one (`r2`), and a quiet thread. */
export interface Call {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: Readonly<Record<string, unknown>>
}

/** A run of this thread has ended and raised a notice. */
const TOLD: ThreadKey = { ...KEY, threadId: 'told' }
const NOTICE = noticeIdOf(me, runOf(me, TOLD, 'r0'))
const outcome = { type: 'succeeded' } as const
const DELIVERY = deliveryOf(runOf(me, TOLD, 'r0'), { outcome, endedAt: 0 }, 'w1').deliveryId
const subscription = { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }
const QUIET: ThreadKey = { ...KEY, threadId: 'quiet' }
const ask = [{ id: 'new-q', role: 'user', content: 'Hello' }]
export const VALID: Readonly<Record<OperationId, Call>> = {
  getHealth: {},
  getReadiness: {},
  getMetrics: {},
  getOpenApi: {},
  listAgents: {},
  listRooms: { query: 'limit=2' },
  createRoom: { body: { roomId: 'new', title: 'New', agentId: 'demo' } },
  getRoom: {},
  changeRoom: { body: { title: 'Renamed', agentId: 'demo', mutedUntil: '2030-01-01T00:00:00Z' } },
  deleteRoom: { params: { roomId: 'spare' }, query: 'force=true' },
  listThreads: { query: 'limit=2&q=hello' },
  createThread: { body: { threadId: 'new', title: 'New' } },
  getThread: {},
  changeThread: { body: { title: 'Renamed', mutedUntil: '2030-01-01T00:00:00Z', archived: true } },
  deleteThread: { query: 'force=true' },
  readThread: { body: { seq: 1 } },
  markThreadUnread: { body: {} },
  readRoom: { body: {} },
  readEverything: { body: {} },
  startRun: {
    params: { threadId: QUIET.threadId },
    body: {
      runId: 'new',
      messages: ask,
      agentId: 'demo',
      onBusy: 'reject',
      tools: [{ name: 'pick', description: 'Picks.', parameters: {} }],
      context: [{ description: 'Where', value: 'here' }],
      state: { a: 1 },
      forwardedProps: {},
    },
  },
  listRuns: {},
  getRun: {},
  editRun: { params: { runId: 'r2' }, body: { messages: ask } },
  listAllRuns: { query: 'since=2020-01-01T00:00:00Z&until=2030-01-01T00:00:00%2B01:00&limit=5' },
  getQueue: {},
  changeQueue: { body: { order: ['r2'], paused: true, supersede: false } },
  cancelRun: { body: { reason: 'enough' } },
  cancelThread: { body: { reason: 'enough' } },
  listSubagents: { query: 'toolCallId=call-1' },
  cancelSubagent: { body: {} },
  readLog: { query: 'after=1&limit=10' },
  readRunEvents: { query: 'after=1&limit=10' },
  getNotificationSettings: {},
  changeNotificationSettings: {
    body: {
      kinds: { finished: true, failed: true, needsYou: true, stopped: false },
      needsYouBreaksThrough: true,
      quietHours: { from: '22:00', to: '07:30', timeZone: 'Europe/Zurich' },
    },
  },
  getInbox: {},
  reportPresence: { body: { deviceId: 'd', state: 'focused', thread: KEY } },
  listNotices: { query: 'kind=finished&unread=true&limit=5' },
  claimNotice: { body: { deviceId: 'd' } },
  removeNotice: {},
  clearNotices: {},
  listWebhooks: {},
  createWebhook: { body: { webhookId: 'w2', url: 'https://hook.example/2' } },
  deleteWebhook: {},
  listWebhookDeliveries: { query: 'status=waiting&limit=5' },
  retryWebhookDelivery: { body: {} },
  getPushKey: {},
  putPushSubscription: { body: { deviceId: 'd', subscription } },
  removePushSubscription: { body: { deviceId: 'd', subscription } },
  openFeed: { body: { inbox: 'W10', threads: [{ ...KEY, after: 0 }] } },
  pollFeed: { body: { inbox: 'W10', threads: [{ ...KEY, after: 0 }] } },
}

/** What a path names unless a call says otherwise. */
export const PARAMS = {
  ...KEY,
  runId: 'r1',
  subagentRunId: 's1',
  noticeId: NOTICE,
  webhookId: 'w1',
  deliveryId: DELIVERY,
} as const

/** `access` is in force once everything is there. */
export async function furnished(access: Partial<Access> = {}): Promise<TestServer & { lease: Lease }> {
  let open = true
  const server = await createTestServer({
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    authenticate: (request) => (open ? LOCAL_ACCESS : { ...LOCAL_ACCESS, ...access }).authenticate(request),
    authorise: (...asked) => (open ? LOCAL_ACCESS : { ...LOCAL_ACCESS, ...access }).authorise(...asked),
  })
  await server.ask(paths.webhooks(KEY.roomId), { webhookId: 'w1', url: 'https://hook.example/1' })
  await server.start('r0', TOLD)
  await server.finish(await server.claim())
  await server.start('r1')
  const lease = await server.claim()
  await server.say(lease, 'one ')
  const started = { type: 'SUBAGENT_STARTED', subagentRunId: 's1', name: 'helper', parentToolCallId: 'call-1' }
  await server.store.work.append(lease, [JSON.stringify(started)])
  await server.ask(paths.runs(KEY), {
    runId: 'r2',
    messages: [{ id: 'q2', role: 'user', content: 'x' }],
    onBusy: 'enqueue',
  })
  await server.ask(paths.threads('default'), { threadId: QUIET.threadId })
  await server.ask(paths.rooms(), { roomId: 'spare', title: 'Spare' })
  open = false
  return Object.assign(server, { lease })
}

/** Everything that a refused request must leave unchanged. */
export async function everything({ store }: TestServer): Promise<string> {
  const range = { after: 0, maxBytes: 1e9, maxRecords: 1e9 }
  const log = await store.log.read(me, KEY, range)
  return JSON.stringify([
    await store.rooms.list(me, { limit: 200 }),
    await store.threads.list(me, 'default', { limit: 200 }),
    await store.runs.timeline(me, { limit: 200 }),
    await store.settings.get(me),
    await store.notices.list(me, { limit: 200 }),
    await store.webhooks.list(me, KEY.roomId),
    await store.webhooks.deliveries(me, { roomId: KEY.roomId, webhookId: 'w1' }, { limit: 200 }),
    log.type === 'chunk' ? log.head : log,
  ])
}

export type Operation = ReturnType<typeof operationsOf>[number]

export function request(
  server: TestServer,
  { method, path }: Operation,
  call: Call,
  body: unknown = call.body,
  init: RequestInit = {},
) {
  const params = { ...PARAMS, ...call.params }
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name as keyof typeof params] ?? '')
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const withBody = method !== 'get' && body !== undefined
  return server.app.request(call.query === undefined ? at : `${at}?${call.query}`, {
    method: method.toUpperCase(),
    ...(withBody && { body: sent }),
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
  })
}
