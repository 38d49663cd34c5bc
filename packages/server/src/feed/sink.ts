/**
 * PORT Sink: where a reader's bytes go. Knows neither logs nor HTTP; `http/node-sink.ts` and `http/web-sink.ts`
 * implement it.
 *
 * It bounds what one reader holds of this process (G10), in thirds: a sink that holds more than a third of what a reader
 * may hold says that it is full; it is given at most another third (or one larger record) on top of that; and of the
 * last third at most is a commit of many threads that it keeps whole by being slow to take its part of it.
 */
export interface Sink {
  /** Takes the bytes, always. False: it now holds more than it should; write no more until it drains. */
  write(bytes: Uint8Array): boolean
  /** Nothing of what it took is here any more. */
  idle(): boolean
  /** Nothing more comes: the stream ends after what was written. Twice is harmless. */
  end(): void
  /** Told whenever a full sink has room again. One listener. */
  onDrain(listener: () => void): void
  /** Told once when the other side is gone, at once if it already is. One listener. */
  onClose(listener: () => void): void
}

/** What one reader may hold. */
export const READER_BYTES = 256 * 1024
export const thirdOf = (readerBytes: number) => Math.floor(readerBytes / 3)
/** A sink that holds more than this is full. */
export const SINK_BYTES = thirdOf(READER_BYTES)
