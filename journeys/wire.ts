/** A connection between page and server that can be cut and restored; the server knows nothing of it. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Wire {
  readonly url: string
  /** Breaks every connection and refuses new ones. */
  cut(): void
  restore(): void
  close(): Promise<void>
}

export async function createWire(serverPort: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let whole = true
  const ends = createServer((page) => {
    if (!whole) {
      page.resetAndDestroy()
      return
    }
    const server = connect(serverPort, '127.0.0.1')
    for (const [one, other] of [
      [page, server],
      [server, page],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(ends, 'listening')
  const address = ends.address()
  if (typeof address !== 'object' || address === null) throw new Error('The wire has no address.')

  function cut(): void {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    restore() {
      whole = true
    },
    async close() {
      cut()
      ends.close()
      await once(ends, 'close')
    },
  }
}
