/**
 * RunTransport over HTTP: fetch and eventsource-parser against docs/PROTOCOL.md.
 *
 * Owns: streams. Does not know: retries, cursors, runs, requests with one answer.
 *
 * Invariants: see `port.ts`. A log has no time limit, because its reader watches for heartbeats (`client/follow`).
 */
import { type FeedBody, paths } from '@holdfast/core'
import { problemOf, TransportError, transportError } from './error.ts'
import { broken, createHttp, type HttpOptions } from './http-ask.ts'
import type { FeedHandlers, FeedSource, LogHandlers, LogSource, RunTransport } from './port.ts'
import { createFeedReader, readFeedPage } from './read-feed.ts'
import { createLogReader } from './read-log.ts'

const EVENT_STREAM = 'text/event-stream'

export function createHttpTransport(options: HttpOptions): RunTransport & FeedSource {
  const { ask, answered, send } = createHttp(options)

  /** The bytes of a stream of events, once the server has begun it. It ends with the page that reads it. */
  async function stream(request: Parameters<typeof send>[0]): Promise<ReadableStream<Uint8Array>> {
    const response = await send({ ...request, accept: EVENT_STREAM })
    if (response.body && response.headers.get('content-type')?.startsWith(EVENT_STREAM)) return response.body
    await response.body?.cancel()
    throw new TransportError({ type: 'protocol', detail: 'not a stream of events' })
  }

  async function openFeed(present: () => FeedBody, handlers: FeedHandlers, signal: AbortSignal): Promise<void> {
    const body = present()
    const bytes = await ofTheWhole(stream({ path: paths.feed(), method: 'POST', body, signal }))
    const feed = createFeedReader(body.threads ?? [], handlers)
    handlers.onOpen()
    await pour(bytes, signal, handlers, feed.take)
  }

  async function openLog({ key, after, handlers }: LogSource, signal: AbortSignal): Promise<void> {
    const body = await stream({ path: `${paths.log(key)}?after=${after}&live=sse`, signal })
    const log = createLogReader(key, handlers)
    handlers.onOpen()
    await pour(body, signal, handlers, log.take)
  }

  return {
    ask,
    open(source, signal) {
      if (source.type === 'log') return openLog(source, signal)
      const { cursor, handlers } = source
      const onInbox: FeedHandlers['onInbox'] = (batch) => handlers.onEntries(batch)
      return openFeed(() => ({ inbox: cursor }), { ...DEAF, ...handlers, onInbox }, signal)
    },
    openFeed,
    async pollFeed(body, handlers, signal) {
      const page = await ofTheWhole(answered<unknown>({ path: paths.poll(), method: 'POST', body, signal }, {}))
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
