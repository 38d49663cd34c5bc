/** A proxy between page and server, as people really have them: what it does to streams can be changed while it runs. */
import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What happens to a response.
 *
 * - `flow` it passes through as it arrives
 * - `hold` it passes through once it has ended, as with a buffering proxy
 * - `lumps` it passes through in pieces of 16 KiB
 * - `cut` it flows, and streams are broken after 12 s
 * - `html` streams are answered with a page of the proxy's own
 * - `empty` streams are answered 200 with no content
 */
export type Manner = 'flow' | 'hold' | 'lumps' | 'cut' | 'html' | 'empty'

export interface HttpProxy {
  readonly url: string
  /** For requests from now on, and for those held now. */
  turn(manner: Manner): void
  /** Statuses to answer with instead, by path; undefined: as the server does. */
  answer(
    how:
      | ((path: string) => { readonly status: number; readonly type: string; readonly body: string } | undefined)
      | undefined,
  ): void
  /** The requests that passed through it, by method and path. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const LUMP = 16 * 1024
const CUT_MS = 12_000

/** `keepsHost`: the server is asked under the proxy’s own name. */
export async function createProxy(serverPort: number, keepsHost: boolean): Promise<HttpProxy> {
  let manner: Manner = 'flow'
  let instead: Parameters<HttpProxy['answer']>[0]
  const asked: string[] = []
  const releases = new Set<() => void>()

  function pass(from: IncomingMessage, to: ServerResponse): void {
    const path = from.url ?? '/'
    asked.push(`${from.method} ${path}`)
    const other = instead?.(path)
    if (other) {
      to.writeHead(other.status, { 'content-type': other.type }).end(other.body)
      return
    }
    const host = keepsHost ? (from.headers.host ?? '') : `127.0.0.1:${serverPort}`
    const options = {
      port: serverPort,
      host: '127.0.0.1',
      method: from.method,
      path,
      headers: { ...from.headers, host },
    }
    const upstream = ask(options, (answer) => {
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream') === true
      if (isStream && (manner === 'html' || manner === 'empty')) {
        upstream.destroy()
        const type = manner === 'html' ? 'text/html' : 'text/event-stream'
        to.writeHead(200, { 'content-type': type }).end(manner === 'html' ? '<p>Please wait</p>' : '')
        return
      }
      if (manner === 'hold') hold(answer, to)
      else if (manner === 'lumps') inLumps(answer, to)
      else {
        to.writeHead(answer.statusCode ?? 502, headersOf(answer))
        to.flushHeaders()
        answer.pipe(to)
        if (isStream && manner === 'cut') setTimeout(() => to.destroy(), CUT_MS).unref()
      }
      answer.on('error', () => to.destroy())
    })
    upstream.on('error', () => {
      if (!to.headersSent) to.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502 Bad Gateway</h1>')
      else to.destroy()
    })
    to.on('close', () => upstream.destroy())
    from.pipe(upstream)
  }

  function hold(answer: IncomingMessage, to: ServerResponse): void {
    const pieces: Buffer[] = []
    let flowing = false
    const release = () => {
      if (flowing) return
      flowing = true
      releases.delete(release)
      if (!to.headersSent) to.writeHead(answer.statusCode ?? 502, headersOf(answer))
      for (const piece of pieces.splice(0)) to.write(piece)
    }
    releases.add(release)
    answer.on('data', (piece: Buffer) => {
      if (flowing) to.write(piece)
      else pieces.push(piece)
    })
    answer.on('end', () => {
      release()
      to.end()
    })
    to.on('close', () => releases.delete(release))
  }

  function inLumps(answer: IncomingMessage, to: ServerResponse): void {
    let held = Buffer.alloc(0)
    to.writeHead(answer.statusCode ?? 502, headersOf(answer))
    answer.on('data', (piece: Buffer) => {
      held = Buffer.concat([held, piece])
      const whole = held.byteLength - (held.byteLength % LUMP)
      if (whole > 0) to.write(held.subarray(0, whole))
      held = held.subarray(whole)
    })
    answer.on('end', () => to.end(held))
  }

  const server: Server = createServer(pass).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    turn(next) {
      manner = next
      if (next === 'flow') for (const release of [...releases]) release()
    },
    answer(how) {
      instead = how
    },
    asked,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function headersOf({ headers }: IncomingMessage) {
  const { connection: _, 'transfer-encoding': __, ...rest } = headers
  return rest
}
