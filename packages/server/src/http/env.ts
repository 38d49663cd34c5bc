/** What every route receives: the parts it may use, and what the guards found out about the request. */

import type { Clock, PushSubscriptionInfo } from '@holdfast/core'
import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AgentCatalogue } from '../agents/port.ts'
import type { Feed } from '../feed/feed.ts'
import type { Presence } from '../presence/port.ts'
import type { Store } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import type { Access } from './access.ts'
import type { HeavyReads } from './heavy-reads.ts'
import type { HttpLimits } from './limits.ts'
import type { Report } from './problem-error.ts'

/** `draining`: starts nothing new, still answers everything else. `lost`: answers nothing that needs the store. */
export type Phase = 'starting' | 'ready' | 'draining' | 'lost'

export interface Env {
  /** Absent without a socket (`app.request`). */
  Bindings: Partial<HttpBindings>
  /** Public operations have no principal: they do not read it. */
  Variables: { principal: Principal; access: Access }
}

export type Api = OpenAPIHono<Env>

export interface Parts {
  readonly store: Pick<
    Store,
    'rooms' | 'threads' | 'marks' | 'settings' | 'log' | 'inbox' | 'runs' | 'subagents' | 'notices'
  > & {
    readonly push: Pick<Store['push'], 'subscribe' | 'unsubscribe'>
    readonly webhooks: Omit<Store['webhooks'], 'due' | 'settle'>
  }
  readonly feed: Feed
  readonly presence: Pick<Presence, 'report'>
  /** Absent: this server sends no pushes. */
  readonly push?: {
    /** The server's VAPID key. */
    readonly key: string
    /** Why the subscription cannot be sent to; undefined if it can. */
    refusal(subscription: PushSubscriptionInfo): 'service' | 'keys' | undefined
  }
  /** Absent: this server has no webhooks. */
  readonly webhooks?: {
    /** Why a webhook cannot have this URL; undefined if it can. */
    refusal(url: string): string | undefined
    mintSecret(): string
  }
  readonly agents: AgentCatalogue
  readonly clock: Clock
  readonly phase: () => Phase
  readonly limits: HttpLimits
  readonly heavy: HeavyReads
  readonly report: Report
  /** Mints an id for what a client creates without one. */
  readonly mintId: () => string
  /** Absent: there are no metrics. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly text: string }>
}
