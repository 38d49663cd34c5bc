/**
 * What every request passes before any route: whose host it names, whose page sent it, how large and deep its body is.
 * Any web page can reach a loopback port, so without authentication these rules are the fence (docs/PROTOCOL.md,
 * Process).
 */
import { jsonDepth } from '@holdfast/core'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { Env } from './env.ts'
import { foreignHost, foreignHostPage, foreignOrigin } from './foreign.ts'
import type { HttpLimits } from './limits.ts'
import { listEntries } from './list-entries.ts'
import { notFound, ProblemError } from './problem-error.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Stands in a request's URL behind a socket: what was really sent is the header. */
export const NO_HOST = 'unnamed.invalid'

/** Probes ask by address, and learn nothing that is anybody's. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics'])

/** `publicOrigin`: HOLDFAST_ORIGIN, e.g. `https://chat.example`. */
export function hostGuard(publicOrigin: string | undefined) {
  const publicHost = publicOrigin === undefined ? undefined : new URL(publicOrigin).host
  const isOwn = (name: string) => {
    const host = hostOf(name)
    return host !== undefined && (LOOPBACK.test(host.hostname) || host.host === publicHost)
  }
  return createMiddleware<Env>(async (c, next) => {
    if (PROBES.has(c.req.path)) return next()
    const named = [c.req.header('host') ?? new URL(c.req.url).host, ...hostInTarget(c.env?.incoming?.url)]
    const foreign = named.find((name) => !isOwn(name))
    if (foreign !== undefined) {
      const { host } = hostOf(foreign) ?? {}
      if (SAFE.has(c.req.raw.method) && (c.req.header('accept') ?? '').includes('text/html')) {
        return foreignHostPage(host)
      }
      throw foreignHost(host)
    }
    await next()
    return undefined
  })
}

/** `.` and `..` are no ids; a URL reads them, and what is encoded to them, as another address. */
const DOT_SEGMENT = /(^|[\\/])(\.|%2e){1,2}([\\/]|$)/i

/** The target as it was sent: what it names must not become something else on the way to a route. */
export const targetGuard = createMiddleware<Env>(async (c, next) => {
  const [path = ''] = (c.env?.incoming?.url ?? c.req.path).split('?', 1)
  if (DOT_SEGMENT.test(path)) throw notFound('There is no such route: “.” and “..” are no ids.')
  await next()
})

function hostInTarget(target: string | undefined): readonly string[] {
  return target === undefined || target.startsWith('/') || !URL.canParse(target) ? [] : [new URL(target).host]
}

/** Only the server's own pages, and programs, may change anything. */
export function originGuard(publicOrigin: string | undefined) {
  return createMiddleware<Env>(async (c, next) => {
    if (SAFE.has(c.req.raw.method)) return next()
    const origin = c.req.header('origin')
    const site = c.req.header('sec-fetch-site')
    const host = hostOf(c.req.header('host') ?? new URL(c.req.url).host)
    const own = origin === undefined || origin === publicOrigin || (host && origin === `http://${host.host}`)
    if (!own || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      throw foreignOrigin(origin, site === 'same-origin')
    }
    // No page of another site can delete without being asked first (a preflight), which is refused.
    if (c.req.raw.method === 'DELETE' && c.req.header('content-type') === undefined) return next()
    if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
      throw new ProblemError('unsupported_media_type', 'Send it with the header Content-Type: application/json.')
    }
    await next()
  })
}

/** Size, then depth, then how many entries. An empty body is an empty object. */
export function bodyGuard({
  maxBodyBytes,
  maxDepth,
  maxEntries,
}: Pick<HttpLimits, 'maxBodyBytes' | 'maxDepth' | 'maxEntries'>) {
  const limited = bodyLimit({
    maxSize: maxBodyBytes,
    onError() {
      throw new ProblemError('body_too_large', `A body may have ${maxBodyBytes} bytes: send less.`)
    },
  })
  return createMiddleware<Env>(async (c, next) => {
    if (SAFE.has(c.req.raw.method)) return next()
    return limited(c, async () => {
      const text = await c.req.text()
      if (text === '') Object.assign(c.req.bodyCache, { text: Promise.resolve('{}') })
      if (jsonDepth(text) > maxDepth) {
        throw new ProblemError('too_deep', `The body’s JSON may nest ${maxDepth} deep: send it flatter.`)
      }
      // Each is two characters or more.
      if (text.length > 2 * maxEntries && listEntries(text) > maxEntries) {
        throw new ProblemError('invalid', `A body’s lists may have ${maxEntries} entries together: send fewer.`)
      }
      await next()
    })
  })
}

function hostOf(header: string): { readonly host: string; readonly hostname: string } | undefined {
  // Only what a Host header may hold: a URL parser would read user names, paths and encodings into it.
  if (!/^[A-Za-z0-9.\-[\]:]+$/.test(header)) return undefined
  try {
    const { host, hostname } = new URL(`http://${header}`)
    return { host, hostname }
  } catch {
    return undefined
  }
}
