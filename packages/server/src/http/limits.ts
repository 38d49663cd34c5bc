/**
 * What one request may ask of the server (docs/LIMITS.md). Over a limit it is refused or gets less, and no other client
 * is affected.
 */
import { READER_BYTES } from '../feed/sink.ts'

export interface HttpLimits {
  /** UTF-8 bytes of a body. */
  readonly maxBodyBytes: number
  /** Nesting of a body's JSON. */
  readonly maxDepth: number
  /**
   * Entries of all lists in a body together, except in `state` and `forwardedProps`, which the server does not inspect.
   */
  readonly maxEntries: number
  /** Records of one log page. A client that asks for more gets these, and a cursor. At most 1,000. */
  readonly maxLogPage: number
  /** Items of one list page, likewise. At most 200. */
  readonly maxListPage: number
  /** Milliseconds that a long-poll waits for its first record. */
  readonly longPollMs: number
  /** Bytes of memory that one stream may hold; the feed's own limit. */
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
