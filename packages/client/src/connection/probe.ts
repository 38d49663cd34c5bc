/**
 * Tries one stream, to see whether anything arrives by it.
 *
 * Owns: what is enough for that. Does not know: when a stream is tried (`flow.ts`).
 */
import type { Clock } from '@holdfast/core'
import type { FeedHandlers, FeedSource } from '../transport/port.ts'

/** What a stream that is only tried may take for its first byte; for its first heartbeat, which comes after 15 s. */
const PROBE_MS = 6_000
const LONG_PROBE_MS = 20_000
/** What comes later than this is no part of the first bytes. */
const FIRST_MS = 3_000

/** Whether a stream that is opened now flows. `thorough`: not by its first byte alone. Never rejects. */
export async function flows(
  source: FeedSource,
  clock: Clock,
  thorough: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const enough = new AbortController()
  let isFirst = thorough
  let heard = false
  const undo = [
    clock.schedule(thorough ? LONG_PROBE_MS : PROBE_MS, () => enough.abort()),
    clock.schedule(FIRST_MS, () => {
      isFirst = false
    }),
  ]
  const onBytes = () => {
    if (isFirst) return
    heard = true
    enough.abort()
  }
  try {
    await source.openFeed(() => ({ threads: [] }), { ...DEAF, onBytes }, AbortSignal.any([signal, enough.signal]))
  } catch {
    // Aborted because it was heard, or too late, or it was never one.
  } finally {
    for (const one of undo) one()
  }
  return heard
}

/** Hears nothing. */
export const DEAF: FeedHandlers = {
  onOpen() {},
  onEnvelopes() {},
  onCaughtUp() {},
  onResync() {},
  onInbox() {},
  onBytes() {},
  onDropped() {},
}
