/** The feed: every thread that a device watches and its person's inbox, as one stream. */
import type { InboxRefused } from '../../feed/feed.ts'
import type { Api, Parts } from '../env.ts'
import { openSink, tooManyStreams } from '../live.ts'
import { operation, stream } from '../operation.ts'
import { ProblemError } from '../problem-error.ts'
import { FeedRequest, json } from '../schemas.ts'

export function feed(api: Api, { feed, limits }: Pick<Parts, 'feed' | 'limits'>): void {
  api.openapi(
    operation({
      method: 'post',
      path: '/v1/feed',
      operationId: 'openFeed',
      summary: 'The feed: threads and the inbox as one stream',
      problems: ['invalid_cursor', 'not_found', 'cursor_gone', 'cursor_ahead', 'too_many_streams'],
      request: { body: { ...json(FeedRequest), required: true } },
      responses: { 200: stream('Frames `inbox`, `log`, `caught-up` and `resync`, until either side ends it.') },
    }),
    async (c) => {
      const { inbox, threads } = c.req.valid('json')
      const { connect, response } = openSink(c, limits)
      const request = { principal: c.var.principal, threads, ...(inbox !== undefined && { inbox }) }
      const opened = await feed.open(request, connect)
      if (opened.type !== 'open') throw refusal(opened)
      return response()
    },
  )
}

export function refusal({ type }: InboxRefused): ProblemError {
  switch (type) {
    case 'too_many_streams':
      return tooManyStreams()
    case 'invalid_cursor':
      return new ProblemError(
        'invalid_cursor',
        'No inbox returned this `inbox` cursor. Get the inbox, and use its cursor.',
      )
    case 'inbox_gone':
      return new ProblemError(
        'cursor_gone',
        'This `inbox` cursor is too old: entries behind it were trimmed. Get the inbox again, and use its cursor.',
      )
    case 'inbox_ahead':
      return new ProblemError(
        'cursor_ahead',
        'This `inbox` cursor does not fit the stored data. Get the inbox again, and use its cursor.',
      )
  }
}
