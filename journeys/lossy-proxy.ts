/**
 * A proxy between page and server that passes requests on, swallows answers, disappears, or answers with a page of its
 * own.
 *
 * Owns: the sockets on both sides. Does not know: what is requested.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Manner =
  | 'pass on'
  /** Connections end at once, those that are open too. */
  | 'away'
  /** The server does what it is asked, and its answer is lost. */
  | 'swallow the answer'
  /** A captive portal. */
  | 'HTML 200'
  /** A gateway whose server it cannot reach. */
  | 'HTML 502'
  /** The server does what it is asked, and the gateway answers with a page of its own. */
  | 'pass on, HTML 200'

export interface LossyProxy {
  readonly url: string
  /** Of every request from now on, or of those whose method and path match. */
  become(manner: Manner, only?: RegExp): void
  /** Bodies of requests that were not passed on, in order. */
  readonly kept: readonly string[]
  close(): Promise<void>
}

const PAGE = '<!doctype html><title>Sign in to the network</title><p>Please sign in.'

export async function startLossyProxy(target: { readonly port: number }): Promise<LossyProxy> {
  const sockets = new Set<Socket>()
  const kept: string[] = []
  let manner: Manner = 'pass on'
  let only = /./

  const server = createServer(async (asked, answer) => {
    const now = only.test(`${asked.method} ${asked.url}`) ? manner : 'pass on'
    if (now === 'away') {
      asked.socket.destroy()
      return
    }
    if (now === 'HTML 200' || now === 'HTML 502') {
      kept.push(await bodyOf(asked))
      answer.writeHead(now === 'HTML 200' ? 200 : 502, { 'content-type': 'text/html' }).end(PAGE)
      return
    }
    passOn(asked, answer, now)
  })

  function passOn(asked: IncomingMessage, answer: ServerResponse, now: Manner): void {
    const { method, url, headers } = asked
    const onward = request({ host: '127.0.0.1', port: target.port, method, path: url, headers }, (answered) => {
      if (now === 'pass on') {
        answer.writeHead(answered.statusCode ?? 502, answered.headers)
        answered.on('error', () => answer.destroy())
        answered.pipe(answer)
        return
      }
      answered.resume()
      answered.on('end', () => {
        if (now === 'swallow the answer') asked.socket.destroy()
        else answer.writeHead(200, { 'content-type': 'text/html' }).end(PAGE)
      })
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  }

  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The proxy has no port.')

  return {
    url: `http://127.0.0.1:${address.port}`,
    kept,
    become(next, which = /./) {
      manner = next
      only = which
      if (next === 'away') for (const socket of sockets) socket.destroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of asked) text += chunk
  return text
}
