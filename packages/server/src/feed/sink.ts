/**
 * PORT Sink: where a reader's bytes go. Knows neither logs nor HTTP; implemented by `http/node-sink.ts` and
 * `http/web-sink.ts`.
 *
 * It bounds the memory that one reader holds (G10), in thirds. A sink that holds more than a third of the limit reports
 * that it is full. On top of that it is given at most another third (or one larger record). The last third at most is a
 * commit of many threads that a slow sink keeps alive.
 */
export interface Sink {
  /** Always takes the bytes. False: it is now full; write no more until it drains. */
  write(bytes: Uint8Array): boolean
  /** Whether all bytes have left this process. */
  idle(): boolean
  /** Ends the stream after what was written. Idempotent. */
  end(): void
  /** Called whenever a full sink has room again. One listener. */
  onDrain(listener: () => void): void
  /** Called once when the other side is gone, at once if it already is. One listener. */
  onClose(listener: () => void): void
}

/** Bytes that one reader may hold. */
export const READER_BYTES = 256 * 1024
export const thirdOf = (readerBytes: number) => Math.floor(readerBytes / 3)
/** A sink that holds more bytes than this is full. */
export const SINK_BYTES = thirdOf(READER_BYTES)
