/**
 * The MCP client's transport over streamable HTTP, with what it lacks: an answer has a bounded length, a stream that ends
 * without the answer fails the call at once, and a server that is gone is noticed.
 */
import { type JSONRPCMessage, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import type { HttpServer } from './config.ts'
import { megabytes } from './stdio-transport.ts'

export interface HttpTransportOptions {
  readonly server: HttpServer
  readonly maxMessageBytes: number
  /** The server cannot be reached any more, or has forgotten the session: why. May be called more than once. */
  onLost(reason: string): void
}

/** JSON-RPC's code for errors that an implementation defines. */
export const BROKEN_OFF = -32_097

const LINE_FEED = 0x0a

export function createHttpTransport(options: HttpTransportOptions): Transport & { forget(): Promise<void> } {
  const { server, maxMessageBytes, onLost } = options
  let closed = false

  async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
    let response: Response
    try {
      response = await fetch(url, init)
    } catch (error) {
      if (!closed && !init?.signal?.aborted) onLost(`it cannot be reached (${causeOf(error)})`)
      throw error
    }
    if (response.status === 404 && new Headers(init?.headers).has('mcp-session-id'))
      onLost('it has forgotten the session')
    if (response.body === null) return response
    const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')
    const asked = init?.method === 'POST' && isStream ? requestIn(init.body) : undefined
    return new Response(bounded(response.body, isStream, asked), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    })
  }

  /** `asked`: the id of the request that this stream answers. */
  function bounded(body: ReadableStream<Uint8Array>, isStream: boolean, asked: number | undefined) {
    const reader = body.getReader()
    let size = 0
    let resumable = false
    function over(): void {
      if (asked === undefined || resumable) return
      // After what has arrived was delivered; the client ignores it if the answer was there.
      setTimeout(() => {
        const message = 'The connection ended before the answer.'
        transport.onmessage?.({ jsonrpc: '2.0', id: asked, error: { code: BROKEN_OFF, message } })
      })
    }
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read()
            if (done) {
              over()
              controller.close()
              return
            }
            // A line of a stream, or all of any other answer.
            const line = isStream ? value.lastIndexOf(LINE_FEED) : -1
            size = line === -1 ? size + value.length : value.length - line - 1
            if (size > maxMessageBytes || value.length > maxMessageBytes) {
              await reader.cancel().catch(() => {})
              throw new Error(`it sent a message of more than the ${megabytes(maxMessageBytes)} that are allowed`)
            }
            if (isStream && !resumable) resumable = Buffer.from(value).includes('id:')
            controller.enqueue(value)
          } catch (error) {
            if (size > maxMessageBytes) resumable = false
            over()
            controller.error(error)
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
  }

  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: boundedFetch,
    ...(server.headers && { requestInit: { headers: { ...server.headers } } }),
    reconnectionOptions: {
      initialReconnectionDelay: 250,
      maxReconnectionDelay: 5_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 3,
    },
  })
  const close = transport.close.bind(transport)
  return Object.assign(transport, {
    close() {
      closed = true
      return close()
    },
    /** Lets the server free the session. Never rejects. */
    forget: () => transport.terminateSession().catch(() => {}),
  })
}

function requestIn(body: unknown): number | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const message = JSON.parse(body) as JSONRPCMessage
    return 'method' in message && 'id' in message && typeof message.id === 'number' ? message.id : undefined
  } catch {
    return undefined
  }
}

function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'the connection failed'
}
