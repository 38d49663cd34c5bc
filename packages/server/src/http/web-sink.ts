/**
 * A live stream as a web `Response`, where there is no socket: in tests, and on other runtimes. Same headers, same
 * rules.
 */
import { SINK_BYTES, type Sink } from '../feed/sink.ts'
import { STREAM_HEADERS } from './stream-headers.ts'

/** `fullBytes`: the sink is full when it holds more. */
export function openWebSink(fullBytes = SINK_BYTES): { readonly sink: Sink; readonly response: Response } {
  let drained = () => {}
  let closed = () => {}
  let over = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      pull: () => drained(),
      cancel() {
        over = true
        closed()
      },
    },
    { highWaterMark: fullBytes, size: (chunk) => chunk?.byteLength ?? 0 },
  )
  return {
    response: new Response(body, { headers: STREAM_HEADERS }),
    sink: {
      write(bytes) {
        if (over) return true
        controller?.enqueue(bytes)
        return (controller?.desiredSize ?? 0) > 0
      },
      idle: () => controller?.desiredSize === fullBytes,
      end() {
        if (over) return
        over = true
        controller?.close()
      },
      onDrain(listener) {
        drained = listener
      },
      onClose(listener) {
        closed = listener
      },
    },
  }
}
