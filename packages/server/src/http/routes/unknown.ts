/** Answers for paths without a route: 405 if another method would work, else 404. */
import type { Context } from 'hono'
import type { Api, Env } from '../env.ts'
import { notFound, ProblemError } from '../problem-error.ts'

/** Call it after every route is registered and before the page's files: it reads the routes. */
export function unknownRoutes(api: Api): (c: Context<Env>) => never {
  const known = api.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:[^/]+/g, '[^/]+')}$`) }))
  return (c) => {
    const method = c.req.raw.method === 'HEAD' ? 'GET' : c.req.raw.method
    const methods = new Set(known.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method))
    if (methods.size === 0 || methods.has(method)) throw notFound('There is no such route. See the API document.')
    if (methods.has('GET')) methods.add('HEAD')
    const allow = [...methods].sort().join(', ')
    throw new ProblemError('method_not_allowed', `This route knows ${allow}.`, {}, { Allow: allow })
  }
}
