/** A real HTTP server for the tests of the transport: one that misbehaves, or one whose brain is the scripted transport. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CAUGHT_UP, type Envelope, HEARTBEAT, PROBLEM_CONTENT_TYPE, type ThreadKey } from '@holdfast/core'
import { expect } from 'vitest'
import type { ScriptedTransport } from '../../testing/scripted-transport.ts'
import { TransportError } from '../error.ts'
import { createHttpTransport } from '../http.ts'

export const KEY: ThreadKey = { roomId: 'default', threadId: 'T1' }
export const clock = { now: Date.now, schedule: schedule }
function schedule(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

export async function serve(listener: RequestListener) {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { baseUrl, transport: createHttpTransport({ baseUrl, clock }), stop }
}

/** The stored frame of an envelope (docs/PROTOCOL.md, SSE). */
export const frameOf = (envelope: Envelope) => `id: ${envelope.seq}\ndata: ${JSON.stringify(envelope)}\n\n`

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}

function refuse(response: ServerResponse, error: unknown): void {
  const fault = error instanceof TransportError ? error.fault : undefined
  if (fault?.type === 'problem') {
    response
      .writeHead(fault.problem.status, { 'content-type': PROBLEM_CONTENT_TYPE })
      .end(JSON.stringify(fault.problem))
  } else if (fault?.type === 'unauthorized') response.writeHead(401).end()
  else response.destroy()
}

function stream(script: ScriptedTransport, key: ThreadKey, after: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const handlers = {
    onOpen: () => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n'),
    onCaughtUp: () => response.write(CAUGHT_UP),
    onBytes: () => {
      response.write(HEARTBEAT)
    },
    onEnvelopes: (batch: readonly Envelope[]) => response.write(batch.map(frameOf).join('')),
    onDropped: () => {},
  }
  return script.open({ type: 'log', key, after, handlers }, gone.signal).then(() => void response.end())
}

function limitIn({ searchParams }: URL): { readonly limit?: number } {
  const limit = searchParams.get('limit')
  return limit === null ? {} : { limit: Number(limit) }
}

/** docs/PROTOCOL.md as far as a transport sees it, answered by a script. */
export function speak(script: ScriptedTransport): RequestListener {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://host')
    const [, , kind, roomId = '', , threadId = '', what, runId = '', verb] = url.pathname.split('/')
    const key = { roomId, threadId }
    const isPost = request.method === 'POST'
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    try {
      const body = await bodyOf(request)
      if (request.method !== 'GET') expect(request.headers['content-type']).toBe('application/json')
      if (kind === 'agents') json(await script.ask('agents', []))
      else if (kind === 'runs') json(await script.ask('runs', []))
      else if (kind === 'presence' && request.method === 'PUT') {
        await script.ask('presence', [body as never])
        response.writeHead(204).end()
      } else if (roomId === '')
        json(isPost ? await script.ask('createRoom', [body as never]) : await script.ask('rooms', []))
      else if (threadId === '') json(await script.ask('threads', [roomId]))
      else if (request.method === 'PATCH') json(await script.ask('changeThread', [key, body]))
      else if (request.method === 'DELETE') {
        await script.ask('deleteThread', [key, { force: url.searchParams.get('force') === 'true' }])
        response.writeHead(204).end()
      } else if (what === undefined) json(await script.ask('snapshot', [key]))
      else if (what === 'log') await stream(script, key, Number(url.searchParams.get('after')), response)
      else if (what === 'cancel') json(await script.ask('cancelThread', [key, body.reason as string]), 202)
      else if (verb === 'events') {
        json(
          await script.ask('runEvents', [
            key,
            runId,
            { after: Number(url.searchParams.get('after')), ...limitIn(url) },
          ]),
        )
      } else if (verb === 'cancel') json(await script.ask('cancelRun', [key, runId, body.reason as string]), 202)
      else json(await script.ask('start', [key, body as never]), 202)
    } catch (error) {
      refuse(response, error)
    }
  }
}
