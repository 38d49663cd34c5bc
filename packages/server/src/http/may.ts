/**
 * Middleware that authorises a route's action, in this one place, before anything of the request is read. What a
 * principal may not see does not exist for it, so a refusal is a 404.
 */
import { createMiddleware } from 'hono/factory'
import type { Action, Target } from './authorise.ts'
import type { Env } from './env.ts'
import { notFound } from './problem-error.ts'

export function may(action: Action) {
  return createMiddleware<Env>(async (c, next) => {
    const { roomId, threadId }: Target = c.req.param()
    const target = { ...(roomId === undefined ? {} : { roomId }), ...(threadId === undefined ? {} : { threadId }) }
    if (!c.var.authorise(c.var.principal, action, target)) throw notFound()
    await next()
  })
}
