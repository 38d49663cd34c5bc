/**
 * Who may do what: the one place. Every route names its action (`may`), and is not reached without it. What a principal
 * may not see does not exist for it, so a refusal is a 404.
 */
import { createMiddleware } from 'hono/factory'
import type { Principal } from '../store/principal.ts'
import type { Env } from './env.ts'
import { notFound } from './problem-error.ts'

export type Action =
  | 'agents.list'
  | 'rooms.list'
  | 'rooms.create'
  | 'rooms.read'
  | 'threads.list'
  | 'threads.create'
  | 'threads.read'
  | 'runs.start'
  | 'runs.read'
  | 'runs.cancel'
  | 'log.read'

/** What the action is done to, as far as the path names it. */
export interface Target {
  readonly roomId?: string
  readonly threadId?: string
}

export type Authorise = (principal: Principal, action: Action, target: Target) => boolean

/** Without authentication there is one person, and the data is theirs; the store still asks for the principal. */
export const authoriseLocal: Authorise = () => true

/** Middleware of a route: the action it does. */
export function may(action: Action) {
  return createMiddleware<Env>(async (c, next) => {
    const { roomId, threadId } = c.req.param() as Target
    const target = { ...(roomId === undefined ? {} : { roomId }), ...(threadId === undefined ? {} : { threadId }) }
    if (!c.var.authorise(c.var.principal, action, target)) throw notFound()
    await next()
  })
}
