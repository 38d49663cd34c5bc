/** A thread's log: as a page, as a stream, or as a page that waits for its first record. */

import { envelopeJson, splitFrames } from '@holdfast/core'
import type { LogChunk } from '../../store/port.ts'
import { LogPageShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { LOG_PROBLEMS, openStream, orRefuse, PAGE_BYTES, waitingIn } from '../live.ts'
import { may } from '../may.ts'
import { answer, operation } from '../operation.ts'
import { nothing, replyText } from '../reply.ts'
import { cursorOf, LogHeaders, LogQuery, ThreadParams } from '../schemas.ts'

export function log(api: Api, { store, feed, limits }: Pick<Parts, 'store' | 'feed' | 'limits'>): void {
  api.openapi(
    operation({
      method: 'get',
      path: '/v1/rooms/{roomId}/threads/{threadId}/log',
      operationId: 'readLog',
      summary: 'A thread’s log: a page, a stream, or a wait',
      problems: LOG_PROBLEMS,
      middleware: may('log.read'),
      request: { params: ThreadParams, query: LogQuery, headers: LogHeaders },
      responses: {
        200: answer('A page of envelopes, or a stream of them.', LogPageShape),
        204: { description: 'Nothing came within the long-poll’s time.' },
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
      const waitMs = query.live === 'long-poll' ? limits.longPollMs : 0
      const chunk = orRefuse(
        await feed.next({ ...request, maxBytes: PAGE_BYTES, maxRecords, waitMs }, c.req.raw.signal),
      )
      if (waitMs > 0 && chunk.frames.byteLength === 0) return nothing({ 'Stream-Next-Offset': String(after) })
      return page(chunk)
    },
  )
}

/** `LogPage`, out of the stored bytes: nothing is parsed or serialised again. */
function page({ frames, lastSeq, head }: LogChunk): Response {
  const envelopes = splitFrames(new TextDecoder().decode(frames)).map(envelopeJson)
  const json = `{"envelopes":[${envelopes.join(',')}],"next":${lastSeq},"upToDate":${lastSeq >= head}}`
  return replyText(json, 200, { 'Stream-Next-Offset': String(lastSeq) })
}
