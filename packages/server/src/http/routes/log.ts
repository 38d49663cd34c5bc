/** A thread's log: as a page, as a stream, or as a page that waits for its first record. */

import { LogPageShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { LOG_PROBLEMS, openStream, orRefuse, PAGE_BYTES, waitingIn } from '../live.ts'
import { logPage } from '../log-page.ts'
import { answer, operation } from '../operation.ts'
import { nothing, replyText } from '../reply.ts'
import { cursorOf, LogHeaders, LogQuery, ThreadParams } from '../schemas.ts'

export function log(
  api: Api,
  { store, feed, limits, heavy }: Pick<Parts, 'store' | 'feed' | 'limits' | 'heavy'>,
): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/log',
      operationId: 'readLog',
      summary: 'A thread’s log: a page, a stream, or a wait',
      problems: LOG_PROBLEMS,
      request: { params: ThreadParams, query: LogQuery, headers: LogHeaders },
      responses: {
        200: answer('A page of envelopes, or a stream of them.', LogPageShape),
        204: { description: 'Nothing was committed within the long-poll’s time.' },
      },
    }),
    async (c) => {
      const query = c.req.valid('query')
      const after = cursorOf(query, c.req.valid('header'))
      const { principal } = c.var
      const key = c.req.valid('param')
      const whenMissing = waitingIn(store, principal, key.roomId)
      const request = { principal, key, after, ...(query.live && { whenMissing }) }
      if (query.live === 'sse') return openStream(c, { feed, limits }, request)
      const maxRecords = Math.min(query.limit ?? limits.maxLogPage, limits.maxLogPage)
      const { signal } = c.req.raw
      const page = async (waitMs: number) => {
        const chunk = orRefuse(await feed.next({ ...request, maxBytes: PAGE_BYTES, maxRecords, waitMs }, signal))
        if (waitMs > 0 && chunk.frames.byteLength === 0) return nothing({ 'Stream-Next-Offset': String(after) })
        return replyText(logPage(chunk), 200, { 'Stream-Next-Offset': String(chunk.lastSeq) })
      }
      // A long-poll counts as live, and holds no slot while it waits.
      return query.live === 'long-poll' ? page(limits.longPollMs) : heavy.run(principal, signal, () => page(0))
    },
  )
}
