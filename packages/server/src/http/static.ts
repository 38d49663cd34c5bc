/**
 * The built page: files of one directory, and its index for every address of the application. Never anything outside
 * the directory. Does not know: what the page does.
 */
import { serveStatic } from '@hono/node-server/serve-static'
import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Api, Env } from './env.ts'

const CSP = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export function staticPage(api: Api, webRoot: string): void {
  const index = serveStatic({ path: 'index.html', root: webRoot })
  for (const path of ['/', '/rooms', '/rooms/*', '/design', '/timeline']) api.get(path, headers('no-store'), index)
  // Compressed if the build left a compressed file (apps/chat/first-load.ts) and the browser accepts it.
  const file = serveStatic({ root: webRoot, precompressed: true })
  // Vite names assets by content hash, so they can be cached forever.
  api.get('/assets/*', headers('public, max-age=31536000, immutable'), file)
  api.get('/:file{[A-Za-z0-9_-][A-Za-z0-9_.-]*}', headers('no-cache'), file)
  // A browser at an unknown address gets the page, which says so. A program gets a problem, as everywhere.
  api.get('*', headers('no-store'), async (c, next) => {
    if (!isAskedForByPerson(c.req)) return next()
    const page = await index(c, next)
    return page instanceof Response ? new Response(page.body, { status: 404, headers: page.headers }) : undefined
  })
}

function isAskedForByPerson(request: HonoRequest): boolean {
  return !/^\/(v1|assets)(\/|$)/.test(request.path) && (request.header('Accept') ?? '').includes('text/html')
}

/** Headers of the file, if it exists. Any other response has its own. */
function headers(cacheControl: string) {
  return createMiddleware<Env>(async (c, next) => {
    c.header('Cache-Control', cacheControl)
    c.header('Content-Security-Policy', CSP)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'same-origin')
    await next()
  })
}
