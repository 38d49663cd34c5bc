/**
 * JSON lines over a stream, both ways. Owns: that all messages of one turn are one write, and how long a line may be. Does
 * not know: what the messages mean.
 */
import type { Duplex } from 'node:stream'
import { createLineCutter } from '../lines.ts'

export interface Pipe {
  send(message: object): void
  /** A message that already is JSON. */
  sendText(text: string): void
  /** Sends what is pending at once. */
  flush(): void
}

export interface PipeOptions {
  readonly stream: Duplex
  readonly maxBytes: number
  onMessage(message: unknown): void
  /** The other end sent something that cannot be read. */
  onBroken(): void
}

export function openPipe({ stream, maxBytes, onMessage, onBroken }: PipeOptions): Pipe {
  let pending = ''
  let scheduled = false
  function flush(): void {
    scheduled = false
    if (pending === '') return
    const text = pending
    pending = ''
    if (stream.writable) stream.write(text)
  }
  function sendText(text: string): void {
    pending += `${text}\n`
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }
  const cut = createLineCutter({
    maxBytes,
    onLine(line) {
      let message: unknown
      try {
        message = JSON.parse(line)
      } catch {
        return onBroken()
      }
      onMessage(message)
    },
    onTooLong: onBroken,
  })
  stream.on('data', cut)
  // The end of the other process is noticed elsewhere.
  stream.on('error', () => {})
  return { send: (message) => sendText(JSON.stringify(message)), sendText, flush }
}
