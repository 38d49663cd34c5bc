/** A socket for the app. Owns: node's server and its time-outs. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Api } from './env.ts'
import { NO_HOST } from './guards.ts'
import { lingerOver } from './linger.ts'
import { answerClientError, malformedTarget } from './malformed.ts'

export interface Listening {
  /** With the port that was really taken. */
  readonly url: string
  /**
   * Takes no new connection and lets what is being answered be finished, but no longer than `graceMs`; whoever is then
   * still connected is cut off. Twice is harmless.
   */
  close(graceMs: number): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** @throws what node says, e.g. `EADDRINUSE`, `EACCES` */
export async function listen(app: Pick<Api, 'fetch'>, { host, port }: ListenOptions): Promise<Listening> {
  const answer = getRequestListener(app.fetch, { errorHandler: malformedTarget })
  const server = createServer(
    {
      // Node's time for a request to arrive; answers, and so live streams, have none.
      requestTimeout: 60_000,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
      // Without a Host there is an answer in words, too.
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      lingerOver(incoming, outgoing)
      // Whatever Host was sent, the guard looks at it as it was sent; a URL with it might be none. Without one, a request of
      // HTTP/1.1 is malformed (RFC 9112, 3.2); probes of 1.0 have none.
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
