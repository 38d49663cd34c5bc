/** One run's bare AG-UI events, filtered out of its thread's log. Positions are the thread's. Ends with the run. */

import type { ThreadKey } from '@holdfast/core'
import { type RunEvents, runEvents as runEventsFilter, runEventsIn } from '../../feed/frame-filter.ts'
import type { RunSpan } from '../../store/port.ts'
import type { Principal } from '../../store/principal.ts'
import { EventPageShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { LOG_PROBLEMS, openStream, orRefuse, PAGE_BYTES } from '../live.ts'
import { answer, operation } from '../operation.ts'
import { absent } from '../problem-error.ts'
import { keyIn, nothing, replyText } from '../reply.ts'
import { cursorOf, LogHeaders, LogQuery, RunParams } from '../schemas.ts'

interface Ask {
  readonly principal: Principal
  readonly key: ThreadKey
  readonly runId: string
  readonly after: number
  readonly limit: number
  readonly waitMs: number
}

export function runEvents(
  api: Api,
  { store, feed, clock, limits, heavy }: Pick<Parts, 'store' | 'feed' | 'clock' | 'limits' | 'heavy'>,
): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/runs/{runId}/events',
      operationId: 'readRunEvents',
      summary: 'One run’s AG-UI events: a page, a stream, or a wait',
      problems: LOG_PROBLEMS,
      request: { params: RunParams, query: LogQuery, headers: LogHeaders },
      responses: {
        200: answer('A page of events, or a stream of them.', EventPageShape),
        204: { description: 'The run has no more events, or none was committed within the long-poll’s time.' },
      },
    }),
    async (c) => {
      const { principal } = c.var
      const params = c.req.valid('param')
      const key = keyIn(params)
      const { live, limit: wanted = limits.maxLogPage, ...query } = c.req.valid('query')
      const asked = cursorOf(query, c.req.valid('header'))
      const found = await store.runs.get(principal, key, params.runId)
      if (found.type !== 'run') throw absent(found)
      const { span } = found
      const limit = Math.min(wanted, limits.maxLogPage)
      const ask = { principal, key, runId: params.runId, after: asked, limit, waitMs: live ? limits.longPollMs : 0 }
      if (live && asked >= terminalSeq(span)) {
        // A cursor past the end of the log is an error, and not past the end of the run.
        orRefuse(await feed.next({ ...ask, maxBytes: 1, maxRecords: 1, waitMs: 0 }))
        return nothing({ 'Stream-Next-Offset': String(asked), 'Stream-Closed': 'true' })
      }
      // Nothing before the run's acceptance is one of its events, however long the thread is.
      const from = asked < span.firstSeq ? { ...ask, after: span.firstSeq - 1 } : ask
      if (live === 'sse') return openStream(c, { feed, limits }, { ...from, filter: runEventsFilter(params.runId) })
      const { signal } = c.req.raw
      if (live === 'long-poll') return page(await gather(from, signal), span, true)
      return heavy.run(principal, signal, async () => page(await gather(from, signal), span, false))
    },
  )

  /** Reads until there is an event, or the log or the time ends. A page without waiting reads once. */
  async function gather(ask: Ask, signal: AbortSignal): Promise<RunEvents & { next: number; head: number }> {
    const until = clock.now() + ask.waitMs
    for (let after = ask.after; ; ) {
      const waitMs = Math.max(0, until - clock.now())
      const request = { ...ask, after, maxBytes: PAGE_BYTES, maxRecords: ask.limit, waitMs }
      const chunk = orRefuse(await feed.next(request, signal))
      const run = runEventsIn(chunk, ask.runId)
      const found = run.events.length > 0 || run.last
      if (found || ask.waitMs === 0 || chunk.frames.byteLength === 0) {
        const next = run.last ? (run.events.at(-1)?.seq ?? chunk.lastSeq) : chunk.lastSeq
        return { ...run, next, head: chunk.head }
      }
      after = chunk.lastSeq
    }
  }
}

function page(
  { events, last, next, head }: Awaited<RunEvents & { next: number; head: number }>,
  span: RunSpan,
  waited: boolean,
) {
  const closed = last || next >= terminalSeq(span)
  const headers = { 'Stream-Next-Offset': String(next), ...(closed ? { 'Stream-Closed': 'true' } : {}) }
  if (waited && events.length === 0) return nothing(headers)
  const json = `{"events":[${events.map((event) => event.json).join(',')}],"next":${next},"upToDate":${closed || next >= head}}`
  return replyText(json, 200, headers)
}

/** The run's terminal event is the record right before its run.ended (docs/PROTOCOL.md, The log). */
function terminalSeq({ lastSeq }: RunSpan): number {
  return lastSeq === undefined ? Number.POSITIVE_INFINITY : lastSeq - 1
}
