/** The one connection over real sockets: frames as docs/PROTOCOL.md has them, written by a script. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FeedBody, HEARTBEAT } from '@holdfast/core'
import { createScriptedTransport, type ScriptedTransport } from '../testing/scripted-transport.ts'
import { feedSourceContract } from './feed-source.contract.ts'
import { createHttpTransport } from './http.ts'

const clock = {
  now: Date.now,
  schedule(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

async function stream(script: ScriptedTransport, body: FeedBody, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const say = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const handlers = {
    onOpen: () => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(HEARTBEAT),
    onEnvelopes(_: unknown, batch: readonly unknown[]) {
      for (const each of batch) say('log', each)
    },
    onCaughtUp: (what: unknown) => say('caught-up', what),
    onResync: (what: unknown) => say('resync', what),
    onInbox(batch: readonly unknown[]) {
      for (const each of batch) say('inbox', each)
    },
    onBytes: () => response.write(HEARTBEAT),
    onDropped() {},
  }
  try {
    await script.openFeed(() => body, handlers, gone.signal)
    response.end()
  } catch {
    response.destroy()
  }
}

feedSourceContract('HTTP', async () => {
  const script = createScriptedTransport()
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (request.url === '/v1/feed') await stream(script, JSON.parse(text), response)
    else
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await script.ask('inbox', [])))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    source: createHttpTransport({ baseUrl, clock }),
    script,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
})
