/** What the log routes share: opening a stream, and the answer for a log that cannot be read. */

import { CAUGHT_UP, type ProblemCode } from '@holdfast/core'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { FollowRequest, Refused } from '../feed/feed.ts'
import { type Sink, thirdOf } from '../feed/sink.ts'
import type { LogChunk, Store } from '../store/port.ts'
import type { Principal } from '../store/principal.ts'
import type { Env, Parts } from './env.ts'
import { openNodeSink } from './node-sink.ts'
import { absent, notFound, ProblemError } from './problem-error.ts'
import { STREAM_HEADERS } from './stream-headers.ts'
import { openWebSink } from './web-sink.ts'

/** Why a log is not read, as a page or as a stream. */
export const LOG_PROBLEMS: readonly ProblemCode[] = [
  'invalid',
  'invalid_cursor',
  'not_found',
  'deleted',
  'cursor_gone',
  'cursor_ahead',
  'too_many_streams',
]

/** Bytes of one page, besides its number of records. */
export const PAGE_BYTES = 1024 * 1024

const caughtUp = new TextEncoder().encode(CAUGHT_UP)

export async function openStream(
  c: Context<Env>,
  { feed, limits }: Pick<Parts, 'feed' | 'limits'>,
  request: FollowRequest,
): Promise<Response> {
  if (c.req.raw.method === 'HEAD') {
    orRefuse(await feed.next({ ...request, maxBytes: 1, maxRecords: 1, waitMs: 0 }))
    return new Response(null, { headers: STREAM_HEADERS })
  }
  const { connect, response } = openSink(c, limits)
  const followed = await feed.follow({ ...request, caughtUp }, connect)
  if (followed.type !== 'following') throw refusal(followed)
  return response()
}

/** `connect` answers the request with a stream. `response` is what the handler then returns. */
export function openSink(c: Context<Env>, { readerBytes }: Parts['limits']) {
  let response: Response = RESPONSE_ALREADY_SENT
  return {
    response: () => response,
    connect(): Sink {
      if (c.env?.outgoing) return openNodeSink(c.env.outgoing, thirdOf(readerBytes))
      const web = openWebSink(thirdOf(readerBytes))
      response = web.response
      return web.sink
    },
  }
}

/** Whether a live reader waits for a thread that does not exist: it does if the room exists. */
export function waitingIn({ rooms }: Pick<Store, 'rooms'>, principal: Principal, roomId: string) {
  return async () => {
    const { type } = await rooms.get(principal, roomId)
    return type === 'room' ? 'waits' : type
  }
}

export function orRefuse(answer: LogChunk | Refused): LogChunk {
  if (answer.type === 'chunk') return answer
  throw refusal(answer)
}

export const tooManyStreams = () =>
  new ProblemError(
    'too_many_streams',
    'This server has reached its limit of open streams. Close one, or try again in a moment.',
    {},
    { 'Retry-After': '5' },
  )

function refusal(answer: Refused): ProblemError {
  switch (answer.type) {
    case 'not_found':
      return notFound()
    case 'too_many_streams':
      return tooManyStreams()
    case 'deleted':
      return absent(answer)
    case 'cursor_gone': {
      const { firstSeq } = answer
      return new ProblemError(
        'cursor_gone',
        `The log begins at ${firstSeq}. Get the snapshot and continue from its seq.`,
        {
          firstSeq,
        },
      )
    }
    case 'cursor_ahead': {
      const { head } = answer
      return new ProblemError('cursor_ahead', `The log ends at ${head}. Get the snapshot and continue from its seq.`, {
        head,
      })
    }
  }
}
