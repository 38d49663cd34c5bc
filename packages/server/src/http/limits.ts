/** What one request may ask of the server (docs/LIMITS.md): over a limit it is refused or gets less, and nobody is hurt. */
import { READER_BYTES } from '../feed/sink.ts'

export interface HttpLimits {
  /** UTF-8 bytes of a body. */
  readonly maxBodyBytes: number
  /** Nesting of a body's JSON. */
  readonly maxDepth: number
  /** Entries of all lists in a body together, but for `state` and `forwardedProps`, which nothing looks into. */
  readonly maxEntries: number
  /** Records of one page of a log; who asks for more gets these, and a cursor. At most 1,000. */
  readonly maxLogPage: number
  /** Items of one page of a list, likewise. At most 200. */
  readonly maxListPage: number
  /** Milliseconds that a long-poll waits for its first record. */
  readonly longPollMs: number
  /** Bytes that one stream may hold of this process: the feed's own. */
  readonly readerBytes: number
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  maxDepth: 64,
  maxEntries: 20_000,
  maxLogPage: 1_000,
  maxListPage: 200,
  longPollMs: 25_000,
  readerBytes: READER_BYTES,
}
