/**
 * The HTTP interface: `(Request) → Response`. It writes intent to the store and reads logs through the feed. It cannot
 * import the engine, so the end of a request can never end a run (I5).
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Access } from './access.ts'
import type { Api, Env, Parts } from './env.ts'
import { refuseUnguarded } from './guarded.ts'
import { bodyGuard, hostGuard, originGuard, targetGuard } from './guards.ts'
import { createHeavyReads } from './heavy-reads.ts'
import { refuseInvalid } from './invalid.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './limits.ts'
import { LOCAL_ACCESS } from './local-access.ts'
import { answerFault } from './problem-error.ts'
import { agents } from './routes/agents.ts'
import { cancel } from './routes/cancel.ts'
import { feed } from './routes/feed.ts'
import { health } from './routes/health.ts'
import { inbox } from './routes/inbox.ts'
import { log } from './routes/log.ts'
import { marks } from './routes/marks.ts'
import { metrics } from './routes/metrics.ts'
import { notBuilt } from './routes/not-built.ts'
import { notices } from './routes/notices.ts'
import { notificationSettings } from './routes/notification-settings.ts'
import { openapi } from './routes/openapi.ts'
import { poll } from './routes/poll.ts'
import { presence } from './routes/presence.ts'
import { push } from './routes/push.ts'
import { queue } from './routes/queue.ts'
import { rooms } from './routes/rooms.ts'
import { runEvents } from './routes/run-events.ts'
import { runs } from './routes/runs.ts'
import { start } from './routes/start.ts'
import { subagents } from './routes/subagents.ts'
import { threads } from './routes/threads.ts'
import { unknownRoutes } from './routes/unknown.ts'
import { webhooks } from './routes/webhooks.ts'
import { staticPage } from './static.ts'
import { addressIn, traffic, type Watch } from './traffic.ts'

/** Without access of its own it is a server for one local person. */
export interface AppOptions extends Omit<Parts, 'limits' | 'heavy'>, Partial<Access> {
  readonly limits?: Partial<HttpLimits>
  /** HOLDFAST_ORIGIN: requests of this origin are answered, besides loopback names. */
  readonly publicOrigin?: string
  /** Directory of the built page. Absent: the server has only the API. */
  readonly webRoot?: string
  readonly watch?: Watch
}

export function createApp(options: AppOptions): Api {
  const { publicOrigin, webRoot, watch, report } = options
  const { authenticate = LOCAL_ACCESS.authenticate, authorise = LOCAL_ACCESS.authorise } = options
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits }
  const parts: Parts = { ...options, limits, heavy: createHeavyReads() }
  const api = new OpenAPIHono<Env>({ defaultHook: refuseInvalid })
  api.onError((fault, c) => {
    // A client that hung up while sending needs no answer, and it is not a fault.
    if (c.req.raw.signal.aborted) return new Response(null, { status: 400 })
    return answerFault(fault, (what, sentence) => report(what, sentence, addressIn(c.req.path)))
  })
  if (watch) api.use(traffic(watch))
  api.use(targetGuard, hostGuard(publicOrigin), originGuard(publicOrigin), bodyGuard(limits))
  api.use(async (c, next) => {
    c.set('access', { authenticate, authorise })
    await next()
  })
  for (const routes of [
    health,
    metrics,
    agents,
    rooms,
    threads,
    marks,
    start,
    runs,
    queue,
    cancel,
    subagents,
    log,
    runEvents,
    inbox,
    feed,
    poll,
    presence,
    notificationSettings,
    notices,
    push,
    webhooks,
    openapi,
  ])
    routes(api, parts)
  refuseUnguarded(api)
  notBuilt(api)
  api.notFound(unknownRoutes(api))
  if (webRoot !== undefined) staticPage(api, webRoot)
  return api
}
