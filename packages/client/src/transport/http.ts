/**
 * RunTransport over HTTP: fetch and eventsource-parser against docs/PROTOCOL.md.
 *
 * Owns: streams, where a log's history ends. Does not know: retries, cursors, runs, requests with one answer.
 *
 * Invariants: see `port.ts`. A log has no time limit, because its reader watches for heartbeats (`client/follow`).
 */
import { type Clock, type FeedBody, paths } from '@holdfast/core'
import { problemOf, TransportError, transportError } from './error.ts'
import { broken, createHttp, type HttpOptions } from './http-ask.ts'
import type { FeedHandlers, FeedSource, LogHandlers, LogSource, RunTransport } from './port.ts'
import { createFeedReader, readFeedPage } from './read-feed.ts'
import { createLogReader } from './read-log.ts'

/** History is sent as fast as the connection takes it; the first pause of this length is its end. */
const PAUSE_MS = 5
/** A run that streams without any pause: after this long what arrives is live. */
const HISTORY_MS = 100

export function createHttpTransport(options: HttpOptions): RunTransport & FeedSource {
  const { clock } = options
  const { ask, json, stream } = createHttp(options)

  async function openFeed(body: FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
    const bytes = await ofTheWhole(stream({ path: paths.feed(), method: 'POST', body, signal }))
    const feed = createFeedReader(body.threads ?? [], handlers)
    handlers.onOpen()
    await pour(bytes, signal, handlers, feed.take)
  }

  async function openLog({ key, after, handlers }: LogSource, signal: AbortSignal): Promise<void> {
    const body = await stream({ path: `${paths.log(key)}?after=${after}&live=sse`, signal })
    const log = createLogReader(key, handlers)
    let history: History | undefined
    const take = (bytes: Uint8Array) => {
      // From the first byte on, which the server sends at once: until then nobody knows whether the stream flows.
      history ??= watchHistory(clock, () => handlers.onCaughtUp())
      history.moved()
      log.take(bytes)
    }
    try {
      handlers.onOpen()
      await pour(body, signal, handlers, take)
    } finally {
      history?.stop()
    }
  }

  return {
    ask,
    open(source, signal) {
      if (source.type === 'log') return openLog(source, signal)
      const { cursor, handlers } = source
      const onInbox: FeedHandlers['onInbox'] = (batch) => handlers.onEntries(batch)
      return openFeed({ inbox: cursor }, { ...DEAF, ...handlers, onInbox }, signal)
    },
    openFeed,
    async pollFeed(body, handlers, signal) {
      const page = await ofTheWhole(json<unknown>({ path: paths.poll(), method: 'POST', body, signal }))
      if (signal.aborted) throw new TransportError({ type: 'aborted' })
      handlers.onBytes()
      return readFeedPage(page, body.threads ?? [], handlers)
    },
  }
}

/** That the route itself is not there says nothing of any thread: an older server, or another one, answers for a while. */
async function ofTheWhole<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (cause) {
    const problem = problemOf(transportError(cause))
    if (problem?.code !== 'not_found' && problem?.code !== 'deleted') throw cause
    throw new TransportError({ type: 'unavailable', status: problem.status }, { cause })
  }
}

/** Of the handlers of the one connection, those that a reader of the inbox alone has no use for. */
const DEAF: Pick<FeedHandlers, 'onEnvelopes' | 'onCaughtUp' | 'onResync'> = {
  onEnvelopes() {},
  onCaughtUp() {},
  onResync() {},
}

/** Everything that comes, until the server ends it or `signal` does. */
async function pour(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  handlers: Pick<LogHandlers, 'onBytes'>,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (signal.aborted) throw new TransportError({ type: 'aborted' })
      if (done) return
      handlers.onBytes()
      take(value)
    }
  } catch (cause) {
    throw broken(cause, signal)
  } finally {
    // Gives the connection back whatever ended the loop; it may be broken already, which is then no news.
    void reader.cancel().catch(() => {})
  }
}

interface History {
  moved(): void
  stop(): void
}

/** Calls `end` once: at the first pause of PAUSE_MS, at the latest after HISTORY_MS. */
function watchHistory(clock: Clock, end: () => void): History {
  let undoPause = () => {}
  let over = false
  const stop = () => {
    over = true
    undoPause()
    undoWhole()
  }
  const finish = () => {
    stop()
    end()
  }
  const undoWhole = clock.schedule(HISTORY_MS, finish)
  return {
    moved() {
      if (over) return
      undoPause()
      undoPause = clock.schedule(PAUSE_MS, finish)
    },
    stop,
  }
}
