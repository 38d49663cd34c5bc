/** A plain file server: it gives the files of a folder below some path, and knows no other addresses. */
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}

export interface FileServer {
  /** Ends with a slash. */
  readonly url: string
  /** Paths that it does not have. */
  readonly missed: readonly string[]
  close(): Promise<void>
}

/** `extra`: further files, by name. */
export async function serveFiles(folder: string, extra: Readonly<Record<string, string>>): Promise<FileServer> {
  const base = '/some/folder/'
  const missed: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://files')
    const name = pathname.startsWith(base) ? pathname.slice(base.length) || 'index.html' : undefined
    const given = name === undefined ? undefined : extra[name]
    const type = { 'content-type': TYPES[extname(name ?? '')] ?? 'application/octet-stream' }
    if (given !== undefined) {
      response.writeHead(200, type).end(given)
      return
    }
    const file = name === undefined ? undefined : join(folder, normalize(`/${name}`))
    if (file === undefined || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      missed.push(pathname)
      response.writeHead(404).end()
      return
    }
    createReadStream(file).pipe(response.writeHead(200, type))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    missed,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
