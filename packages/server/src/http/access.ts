/**
 * PORT: who is asking, and what they may do. `./guarded.ts` asks both before every operation that is not public. Does not
 * know: how a person signs in, what a role is, which operation is which action (`./actions.ts`).
 */
import type { ThreadKey } from '@holdfast/core'
import type { Principal } from '../store/principal.ts'

export type Action =
  | 'agents.list'
  | 'rooms.list'
  | 'rooms.create'
  | 'rooms.read'
  | 'rooms.change'
  | 'rooms.delete'
  | 'threads.list'
  | 'threads.create'
  | 'threads.read'
  | 'threads.change'
  | 'threads.delete'
  /** The person's own read marks. */
  | 'marks.change'
  | 'runs.start'
  | 'runs.read'
  | 'runs.list'
  | 'runs.cancel'
  | 'subagents.read'
  | 'subagents.cancel'
  | 'queue.read'
  | 'queue.change'
  | 'log.read'
  | 'inbox.read'
  | 'feed.open'
  | 'presence.report'
  /** The person's own. */
  | 'settings.read'
  | 'settings.change'
  | 'notices.read'
  | 'notices.claim'
  | 'notices.remove'
  | 'push.subscribe'
  | 'webhooks.read'
  | 'webhooks.change'

/** A request, as far as authentication may need it. Its size and depth have been checked. */
export interface Credentials {
  readonly method: string
  readonly url: string
  header(name: string): string | undefined
  text(): Promise<string>
}

export type Authenticated =
  | { readonly type: 'principal'; readonly principal: Principal }
  /**
   * Answered with 401. `detail`: one sentence that says what to do. `challenge`: the WWW-Authenticate header
   * (RFC 9110, section 11.6.1).
   */
  | { readonly type: 'unauthorized'; readonly detail: string; readonly challenge: string }

export type Authenticate = (request: Credentials) => Promise<Authenticated>

/** What an action is done to. The ids in the path, and the threads that the body of a feed, poll or presence names. */
export interface Resource {
  readonly roomId?: string
  readonly threadId?: string
  readonly runId?: string
  readonly subagentRunId?: string
  readonly noticeId?: string
  readonly webhookId?: string
  readonly deliveryId?: string
  readonly threads?: readonly ThreadKey[]
}

/** False is answered with the 404 of something that does not exist, so that the answer reveals nothing. */
export type Authorise = (principal: Principal, action: Action, resource: Resource) => Promise<boolean>

export interface Access {
  readonly authenticate: Authenticate
  readonly authorise: Authorise
}
