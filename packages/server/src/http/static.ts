/**
 * The built page: files of one directory, and its index for every address of the application. Never anything outside
 * the directory. Does not know: what the page does.
 */
import { serveStatic } from '@hono/node-server/serve-static'
import type { Context } from 'hono'
import type { Api } from './env.ts'

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
  const index = serveStatic({ path: 'index.html', root: webRoot, onFound: headers('no-store') })
  api.get('/', index)
  api.get('/rooms', index)
  api.get('/rooms/*', index)
  // Vite names assets by their content.
  const asset = serveStatic({ root: webRoot, onFound: headers('public, max-age=31536000, immutable') })
  api.get('/assets/*', asset)
  const file = serveStatic({ root: webRoot, onFound: headers('no-cache') })
  api.get('/:file{[A-Za-z0-9_-][A-Za-z0-9_.-]*}', file)
}

function headers(cacheControl: string) {
  return (_path: string, c: Context) => {
    c.header('Cache-Control', cacheControl)
    c.header('Content-Security-Policy', CSP)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'same-origin')
  }
}
