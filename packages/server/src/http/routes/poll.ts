/** The feed as single answers, for clients behind something that holds streams back. */
import { readPage } from '../../feed/page.ts'
import { FeedPageShape } from '../answers.ts'
import type { Api, Parts } from '../env.ts'
import { PAGE_BYTES } from '../live.ts'
import { answer, operation } from '../operation.ts'
import { replyText } from '../reply.ts'
import { FeedRequest, json } from '../schemas.ts'
import { refusal } from './feed.ts'

export function poll(api: Api, { store, heavy }: Pick<Parts, 'store' | 'heavy'>): void {
  api.openapi(
    operation({
      method: 'post',
      path: '/v1/poll',
      operationId: 'pollFeed',
      summary: 'What the feed would send now, as one answer',
      problems: ['invalid_cursor', 'not_found', 'cursor_gone', 'cursor_ahead'],
      request: { body: { ...json(FeedRequest), required: true } },
      responses: {
        200: answer('Frames of the feed. `more`: the answer was cut off, ask again at once.', FeedPageShape),
      },
    }),
    async (c) => {
      const { inbox, threads } = c.req.valid('json')
      const request = { principal: c.var.principal, threads, ...(inbox !== undefined && { inbox }) }
      return heavy.run(c.var.principal, c.req.raw.signal, async () => {
        const found = await readPage(request, { log: store.log, inbox: store.inbox, maxBytes: PAGE_BYTES })
        if (found.type !== 'page') throw refusal(found)
        const frames = found.frames.map(({ event, json }) => `{"event":"${event}","data":${json}}`)
        return replyText(`{"frames":[${frames.join(',')}],"more":${found.more}}`)
      })
    },
  )
}
