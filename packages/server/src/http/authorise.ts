/**
 * Authorisation: the actions and the rule. Every route names its action (`may.ts`), and cannot be reached without it.
 */
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
  | 'runs.start'
  | 'runs.read'
  | 'runs.list'
  | 'runs.cancel'
  | 'queue.read'
  | 'queue.change'
  | 'log.read'
  | 'inbox.read'
  | 'feed.open'
  | 'presence.report'

/** The resource of the action, as far as the path names it. */
export interface Target {
  readonly roomId?: string
  readonly threadId?: string
}

export type Authorise = (principal: Principal, action: Action, target: Target) => boolean

/** Without authentication there is one person, who owns all data. The store still requires the principal. */
export const authoriseLocal: Authorise = () => true
