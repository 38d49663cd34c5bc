/** What it means for the reader of one log that the feed says no more about it. */
import { PROBLEM_STATUS, type ProblemCode, type Resync } from '@holdfast/core'
import { TransportError } from '../transport/error.ts'

const MEANING: Readonly<Record<Resync['reason'], { readonly code: ProblemCode; readonly detail: string }>> = {
  cursor_gone: { code: 'cursor_gone', detail: 'The log no longer reaches back to this position.' },
  cursor_ahead: { code: 'cursor_ahead', detail: 'The log has not reached this position yet.' },
  deleted: { code: 'deleted', detail: 'The thread was deleted.' },
}

export function resynced(reason: Resync['reason']): TransportError {
  const { code, detail } = MEANING[reason]
  return new TransportError({
    type: 'problem',
    problem: { type: 'about:blank', title: code, status: PROBLEM_STATUS[code], code, detail },
  })
}
