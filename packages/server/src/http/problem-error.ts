/**
 * A refusal as an error: thrown anywhere in a route, answered in one place (`answerFault`). A refused request has left
 * nothing behind. Statuses live in `core/wire/problem.ts`.
 */
import { PROBLEM_CONTENT_TYPE, PROBLEM_STATUS, type Problem, type ProblemCode } from '@holdfast/core'
import { HTTPException } from 'hono/http-exception'
import { StoreFault, type StoreFaultCode } from '../store/fault.ts'
import type { Absent, MessageIdReused } from '../store/port.ts'

type Extra = Pick<Problem, 'runId' | 'messageId' | 'interruptIds' | 'firstSeq' | 'head' | 'issues'>

export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extra: Extra
  readonly headers: Readonly<Record<string, string>>
  /** `detail`: one sentence that says what to do. */
  constructor(code: ProblemCode, detail: string, extra: Extra = {}, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.code = code
    this.extra = extra
    this.headers = headers
  }
}

/** Of what is not there, or not there any more. */
export const absent = ({ type }: Absent, what?: string) =>
  type === 'not_found' ? notFound(what) : new ProblemError('deleted', 'It was deleted, and does not come back.')

export const notFound = (what = 'Nothing is here, or nothing that you may see.') => new ProblemError('not_found', what)

export const messageIdReused = ({ messageId }: MessageIdReused) =>
  new ProblemError(
    'message_id_reused',
    `The thread has a message “${messageId}” that says something else: send yours under a new id.`,
    { messageId },
  )

/** Told of what nobody expected; never of refusals. `about`: where, as far as it is known. */
export type Report = (fault: unknown, what: string, about?: Place) => void

interface Place {
  readonly roomId?: string
  readonly threadId?: string
  readonly runId?: string
}

/** Whatever was thrown, as its answer. What was not expected is reported and answered without details. */
export function answerFault(fault: unknown, report: Report): Response {
  if (fault instanceof ProblemError) return problemResponse(fault)
  if (fault instanceof StoreFault) {
    report(fault, 'The store could not do it.')
    return problemResponse(new ProblemError(...STORE_PROBLEM[fault.code], {}, { 'Retry-After': '5' }))
  }
  if (fault instanceof HTTPException) return problemResponse(fromLibrary(fault))
  report(fault, 'A request failed in a way that nobody expected.')
  return problemResponse(new ProblemError('internal', 'The server failed; it has noted why. Try again.'))
}

/** The code of the problem that `answerFault` makes of it. */
export function problemCodeOf(fault: unknown): ProblemCode {
  if (fault instanceof ProblemError) return fault.code
  if (fault instanceof StoreFault) return STORE_PROBLEM[fault.code][0]
  return fault instanceof HTTPException ? fromLibrary(fault).code : 'internal'
}

/** Of a server whose data another one has, or whose data is gone. */
export const STORE_LOST = 'This server has lost its data and is stopping: try again once it is back.'

const STORE_PROBLEM: Readonly<Record<StoreFaultCode, readonly [ProblemCode, string]>> = {
  storage_full: ['storage_full', 'The disk is full, nothing was kept: free some space and try again.'],
  storage_failed: ['storage_failed', 'The disk did not take it, nothing was kept: try again, and look at the disk.'],
  storage_busy: ['storage_busy', 'The store is busy, nothing was kept: try again in a moment.'],
  storage_closed: ['draining', 'The server is stopping, nothing was kept: try again in a moment.'],
  storage_lost: ['storage_lost', STORE_LOST],
}

/** What Hono's own validators refuse. */
function fromLibrary(fault: HTTPException): ProblemError {
  if (fault.status === 400) return new ProblemError('malformed_json', 'The body is not JSON: send one JSON object.')
  return new ProblemError('invalid', `${fault.message || 'The request is not valid'}: see the protocol of this route.`)
}

const TITLES: Partial<Record<ProblemCode, string>> = { internal: 'Internal error' }

export function problemResponse({ code, message, extra, headers }: ProblemError): Response {
  const words = code.replaceAll('_', ' ')
  const problem: Problem = {
    type: 'about:blank',
    title: TITLES[code] ?? words.charAt(0).toUpperCase() + words.slice(1),
    status: PROBLEM_STATUS[code],
    code,
    detail: message,
    ...extra,
  }
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'Content-Type': PROBLEM_CONTENT_TYPE,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  })
}
