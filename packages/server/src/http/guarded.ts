/**
 * The one place where access is asked for: who it is, then whether they may. It runs before an operation looks at
 * anything else of its request, so a stream is refused before it opens.
 */
import { createMiddleware } from 'hono/factory'
import type { Resource } from './access.ts'
import { guardOf, type OperationId } from './actions.ts'
import type { Api, Env } from './env.ts'
import { notFound, ProblemError } from './problem-error.ts'

export function guarded(id: OperationId) {
  const guard = guardOf(id)
  return createMiddleware<Env>(async (c, next) => {
    if (!guard) return next()
    const { authenticate, authorise } = c.var.access
    const who = await authenticate(c.req)
    if (who.type === 'unauthorized') {
      throw new ProblemError('unauthorized', who.detail, {}, { 'WWW-Authenticate': who.challenge })
    }
    const named = guard.named?.(await c.req.json().catch(() => undefined))
    const resource: Resource = { ...c.req.param(), ...named }
    if (!(await authorise(who.principal, guard.action, resource))) throw notFound()
    c.set('principal', who.principal)
    return next()
  })
}

/** @throws Error for a route that does not go through `guarded`; call it when every operation is registered */
export function refuseUnguarded({ routes, openAPIRegistry }: Api): void {
  const operations = new Set(
    openAPIRegistry.definitions.flatMap((one) =>
      one.type === 'route' ? [`${one.route.method} ${one.route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`] : [],
    ),
  )
  for (const { method, path } of routes) {
    if (method === 'ALL' || operations.has(`${method.toLowerCase()} ${path}`)) continue
    throw new Error(`${method} ${path} is not registered as an operation, so it would not be guarded: use operation().`)
  }
}
