/**
 * Checks that every request passes before any route: the host it names, the page that sent it, the size and depth of
 * its body. Any web page can reach a loopback port, so without authentication these rules are the protection
 * (docs/PROTOCOL.md, Process).
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

/** Stands for the host in the URL of a request from a socket. What was sent is in the header. */
export const NO_HOST = 'unnamed.invalid'

/** Probes ask by IP address, and learn nothing private. */
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

/** `.` and `..` are not ids: a URL resolves them, also percent-encoded, to another address. */
const DOT_SEGMENT = /(^|[\\/])(\.|%2e){1,2}([\\/]|$)/i

/** Checks the target as it was sent, so that it cannot name something else by the time it reaches a route. */
export const targetGuard = createMiddleware<Env>(async (c, next) => {
  const [path = ''] = (c.env?.incoming?.url ?? c.req.path).split('?', 1)
  if (DOT_SEGMENT.test(path)) throw notFound('There is no such route. “.” and “..” are not valid ids.')
  await next()
})

function hostInTarget(target: string | undefined): readonly string[] {
  return target === undefined || target.startsWith('/') || !URL.canParse(target) ? [] : [new URL(target).host]
}

/** Only the server's own pages, and programs, may change data. */
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
    // A page of another site cannot delete without a preflight, which is refused.
    if (c.req.raw.method === 'DELETE' && c.req.header('content-type') === undefined) return next()
    if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
      throw new ProblemError('unsupported_media_type', 'Send the body with the header Content-Type: application/json.')
    }
    await next()
  })
}

/** Checks size, then depth, then the number of entries. An empty body counts as an empty object. */
export function bodyGuard({
  maxBodyBytes,
  maxDepth,
  maxEntries,
}: Pick<HttpLimits, 'maxBodyBytes' | 'maxDepth' | 'maxEntries'>) {
  const limited = bodyLimit({
    maxSize: maxBodyBytes,
    onError() {
      throw new ProblemError('body_too_large', `A body may have at most ${maxBodyBytes} bytes.`)
    },
  })
  return createMiddleware<Env>(async (c, next) => {
    if (SAFE.has(c.req.raw.method)) return next()
    return limited(c, async () => {
      const text = await c.req.text()
      if (text === '') Object.assign(c.req.bodyCache, { text: Promise.resolve('{}') })
      if (jsonDepth(text) > maxDepth) {
        throw new ProblemError('too_deep', `The JSON of the body may nest at most ${maxDepth} levels deep.`)
      }
      // Each entry takes two characters or more.
      if (text.length > 2 * maxEntries && listEntries(text) > maxEntries) {
        throw new ProblemError('invalid', `The lists of a body may have at most ${maxEntries} entries together.`)
      }
      await next()
    })
  })
}

function hostOf(header: string): { readonly host: string; readonly hostname: string } | undefined {
  // Accepts only what a Host header may contain. A URL parser would also read user names, paths and encodings.
  if (!/^[A-Za-z0-9.\-[\]:]+$/.test(header)) return undefined
  try {
    const { host, hostname } = new URL(`http://${header}`)
    return { host, hostname }
  } catch {
    return undefined
  }
}
