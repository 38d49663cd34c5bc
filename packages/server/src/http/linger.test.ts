/** How much of a refused request is read after its answer, and how long. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type LingerLimits, lingerOver } from './linger.ts'

const MANY = { maxBytes: 1024 * 1024, maxMs: 600_000 }
const undo: (() => void)[] = []

afterEach(() => {
  for (const each of undo.splice(0)) each()
})

/** A server that refuses every request, and a sender that has sent nothing of its body yet. */
async function refused(limits: LingerLimits) {
  const asked = Promise.withResolvers<IncomingMessage>()
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    lingerOver(incoming, outgoing, limits)
    outgoing.writeHead(413, { 'Content-Length': '2' }).end('no')
    asked.resolve(incoming)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const socket: Socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text
  })
  // A reset is one of the ways the server closes.
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n')
  undo.push(() => {
    socket.destroy()
    server.close()
  })
  await vi.waitFor(() => expect(answer).toMatch(/no$/))
  return { socket, closed, incoming: await asked.promise }
}

describe('after a refusal', () => {
  it('at most maxBytes are read', async () => {
    const { socket, closed } = await refused({ ...MANY, maxBytes: 1_000 })
    socket.write('x'.repeat(1_001))
    await closed
  })

  it('the connection stays open until maxBytes have arrived', async () => {
    const { socket, incoming } = await refused({ ...MANY, maxBytes: 1_000 })
    const read = once(incoming, 'data')
    socket.write('x'.repeat(1_000))
    await read
    expect(incoming.socket.destroyed).toBe(false)
    expect(incoming.socket.writableEnded).toBe(false)
  })

  it('the server waits at most maxMs for a sender that sends nothing', async () => {
    const { closed } = await refused({ ...MANY, maxMs: 1 })
    await closed
  })
})
