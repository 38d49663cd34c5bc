/** Errors of the API: RFC 9457 problems with a closed list of codes (docs/PROTOCOL.md, Conventions). */

/** Each code with its HTTP status. */
export const PROBLEM_STATUS = {
  malformed_request: 400,
  malformed_json: 400,
  unauthorized: 401,
  foreign_host: 403,
  foreign_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  room_conflict: 409,
  thread_conflict: 409,
  run_id_reused: 409,
  message_id_reused: 409,
  run_active: 409,
  not_queued: 409,
  needs_answer: 409,
  interrupt_closed: 409,
  interrupt_answered: 409,
  interrupt_expired: 409,
  arguments_changed: 409,
  notice_claimed: 409,
  webhook_conflict: 409,
  notice_withdrawn: 409,
  default_room: 409,
  cursor_ahead: 409,
  deleted: 410,
  cursor_gone: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  invalid_cursor: 422,
  too_deep: 422,
  unknown_agent: 422,
  unknown_parent: 422,
  nothing_to_answer: 422,
  not_supported: 422,
  push_service_not_allowed: 422,
  too_many_webhooks: 422,
  too_many_cancels: 429,
  queue_full: 429,
  headers_too_large: 431,
  internal: 500,
  draining: 503,
  too_many_streams: 503,
  storage_busy: 503,
  storage_failed: 503,
  storage_lost: 503,
  storage_full: 507,
} as const

export type ProblemCode = keyof typeof PROBLEM_STATUS

export interface Problem {
  /** Always `about:blank`. Programs switch on `code`. */
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  /** One sentence that says what to do. */
  readonly detail: string
  /** `needs_answer`: the open interrupts. */
  readonly interruptIds?: readonly string[]
  /** `message_id_reused`: the first message whose id is reused. */
  readonly messageId?: string
  /** `run_active`: the live run. `not_queued`: the run that is not queued. */
  readonly runId?: string
  /** `cursor_gone`: the oldest position still held. */
  readonly firstSeq?: number
  /** `cursor_ahead`: the thread's last position. */
  readonly head?: number
  /** `invalid`: where in the body. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[]
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

export function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false
  const { code, status } = value as Record<string, unknown>
  return typeof status === 'number' && typeof code === 'string' && Object.hasOwn(PROBLEM_STATUS, code)
}
