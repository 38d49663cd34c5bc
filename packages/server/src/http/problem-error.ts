/**
 * A refusal as an error: thrown anywhere in a route, answered in one place (`answerFault`). A refused request changes
 * nothing. The statuses are in `core/wire/problem.ts`.
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

/** For resources that do not exist, or no longer exist. */
export const absent = ({ type }: Absent) =>
  type === 'not_found' ? notFound() : new ProblemError('deleted', 'It was deleted, and does not come back.')

export const notFound = (what = 'There is nothing here, or nothing that you may see.') =>
  new ProblemError('not_found', what)

export const messageIdReused = ({ messageId }: MessageIdReused) =>
  new ProblemError(
    'message_id_reused',
    `The thread already has another message with the id “${messageId}”. Send yours under a new id.`,
    { messageId },
  )

/** Receives unexpected errors, never refusals. `about`: where it happened, as far as that is known. */
export type Report = (fault: unknown, what: string, about?: Place) => void

interface Place {
  readonly roomId?: string
  readonly threadId?: string
  readonly runId?: string
}

/** Turns any thrown value into a response. Unexpected errors are reported, and answered without details. */
export function answerFault(fault: unknown, report: Report): Response {
  if (fault instanceof ProblemError) return problemResponse(fault)
  if (fault instanceof StoreFault) {
    report(fault, 'The store could not do it.')
    return problemResponse(new ProblemError(...STORE_PROBLEM[fault.code], {}, { 'Retry-After': '5' }))
  }
  if (fault instanceof HTTPException) return problemResponse(fromLibrary(fault))
  report(fault, 'A request failed unexpectedly.')
  return problemResponse(new ProblemError('internal', 'Something went wrong on the server, and was logged. Try again.'))
}

/** The code of the problem that `answerFault` returns for it. */
export function problemCodeOf(fault: unknown): ProblemCode {
  if (fault instanceof ProblemError) return fault.code
  if (fault instanceof StoreFault) return STORE_PROBLEM[fault.code][0]
  return fault instanceof HTTPException ? fromLibrary(fault).code : 'internal'
}

/** For a server whose data is gone, or owned by another server. */
export const STORE_LOST = 'This server has lost access to its data and is stopping. Try again once it is back.'

const STORE_PROBLEM: Readonly<Record<StoreFaultCode, readonly [ProblemCode, string]>> = {
  storage_full: ['storage_full', 'The disk is full. Nothing was saved. Free some space and try again.'],
  storage_failed: ['storage_failed', 'The disk failed. Nothing was saved. Try again, and check the disk.'],
  storage_busy: ['storage_busy', 'The store is busy. Nothing was saved. Try again in a moment.'],
  storage_closed: ['draining', 'The server is stopping. Nothing was saved. Try again in a moment.'],
  storage_lost: ['storage_lost', STORE_LOST],
}

/** Refusals of Hono's own validators. */
function fromLibrary(fault: HTTPException): ProblemError {
  if (fault.status === 400) return new ProblemError('malformed_json', 'The body is not JSON. Send one JSON object.')
  return new ProblemError(
    'invalid',
    `${fault.message || 'The request is not valid'}. See the API document for this route.`,
  )
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
