/** The app on a socket. Owns: Node's server and its timeouts. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Api } from './env.ts'
import { NO_HOST } from './guards.ts'
import { lingerOver } from './linger.ts'
import { answerClientError, malformedTarget } from './malformed.ts'

export interface Listening {
  /** With the actual port. */
  readonly url: string
  /**
   * Accepts no new connection and lets pending responses finish for up to `graceMs`, then closes the remaining
   * connections. Idempotent.
   */
  close(graceMs: number): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  /** 0 picks a free port. */
  readonly port: number
}

/** @throws Node's error, e.g. `EADDRINUSE`, `EACCES` */
export async function listen(app: Pick<Api, 'fetch'>, { host, port }: ListenOptions): Promise<Listening> {
  const answer = getRequestListener(app.fetch, { errorHandler: malformedTarget })
  const server = createServer(
    {
      // Node's timeout for a request to arrive. Responses, and so live streams, have none.
      requestTimeout: 60_000,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
      // A request without a Host gets a problem as its answer, too.
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      lingerOver(incoming, outgoing)
      // The guard checks the Host header exactly as it was sent; a URL made of it might be invalid. An HTTP/1.1 request
      // without a Host is malformed (RFC 9112, 3.2); HTTP/1.0 probes have none.
      if (incoming.headers.host !== undefined || incoming.httpVersion !== '1.1') incoming.headers.host = NO_HOST
      return answer(incoming, outgoing)
    },
  )
  server.on('clientError', answerClientError)
  server.timeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return { url: urlOf(server.address() as AddressInfo), close: (graceMs) => close(server, graceMs) }
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cutOff)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
