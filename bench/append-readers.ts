/**
 * The readers of a measurement in a separate process, so that the server's CPU time is the server's alone. The parent
 * says which streams to open. The process reports when all of them have ended, and the latencies of their events.
 */
import { get, type IncomingMessage } from 'node:http'

/** Marks the last event of every stream. */
export const END = 'bench-end'

/** `begin`: everything so far was the warm-up, and does not count. */
export type ReadOrder = { readonly type: 'connect'; readonly urls: readonly string[] } | { readonly type: 'begin' }

export type ReadReport =
  | { readonly type: 'connected' }
  | { readonly type: 'done'; readonly bytes: number; readonly p99Ms: number }

const TIMESTAMP = '"timestamp":'

const latencies: number[] = []

function read(urls: readonly string[]): void {
  let connected = 0
  let done = 0
  let bytes = 0

  function onChunk(response: IncomingMessage, chunk: Buffer, tail: { text: string }): void {
    bytes += chunk.length
    const at = chunk.indexOf(TIMESTAMP)
    if (at !== -1) {
      const sent = Number.parseInt(chunk.toString('latin1', at + TIMESTAMP.length, at + TIMESTAMP.length + 13), 10)
      latencies.push(Date.now() - sent)
    }
    tail.text = tail.text.slice(-END.length) + chunk.toString('latin1', Math.max(0, chunk.length - 300))
    if (!tail.text.includes(END)) return
    response.destroy()
    if (++done === urls.length) finish()
  }

  function finish(): void {
    latencies.sort((a, b) => a - b)
    tell({ type: 'done', bytes, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0 })
  }

  for (const url of urls) {
    get(url, { agent: false }, (response) => {
      const tail = { text: '' }
      response.on('data', (chunk: Buffer) => onChunk(response, chunk, tail))
      response.on('error', () => {})
      if (++connected === urls.length) tell({ type: 'connected' })
    })
  }
}

function tell(report: ReadReport): void {
  process.send?.(report)
}

process.on('message', (order: ReadOrder) => {
  if (order.type === 'connect') read(order.urls)
  else latencies.length = 0
})
