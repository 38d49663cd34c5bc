/** Refusals in the words of docs/PROTOCOL.md, as a server would give them. Does not know: when something is refused. */
import { PROBLEM_STATUS, type Problem, type ProblemCode } from '@holdfast/core'
import { TransportError } from '../transport/error.ts'

type Meaning = readonly [title: string, detail: string]

const MEANINGS: Partial<Record<ProblemCode, Meaning>> = {
  not_found: ['Not found', 'This browser has nothing at this address. Check the link.'],
  deleted: ['Deleted', 'This was deleted. Start a new thread.'],
  room_conflict: ['Room exists', 'Another room has this id. Choose another one.'],
  default_room: ['Default room', 'The default room cannot be deleted.'],
  run_id_reused: ['Run id reused', 'Another run of this thread has this id. Choose another one.'],
  message_id_reused: ['Message id reused', 'Another message of this thread has this id. Choose another one.'],
  run_active: ['Busy', 'An answer is being written in this thread. Stop it, or wait for its end.'],
  not_queued: ['Not queued', 'This message is no longer waiting. Its turn has come.'],
  needs_answer: ['Needs an answer', 'Answer the open question of this thread first.'],
  interrupt_closed: ['No such question', 'This question was never asked in this thread.'],
  interrupt_answered: ['Already answered', 'This question was answered or withdrawn before.'],
  interrupt_expired: ['Expired', 'The time for this answer is over.'],
  nothing_to_answer: ['Nothing to answer', 'Write a message first.'],
  unknown_parent: ['Unknown message', 'This thread has no such message. Reload it.'],
  unknown_agent: ['Unknown agent', 'This agent is not set up. Choose another one.'],
  queue_full: ['Queue is full', 'Too many messages are waiting in this thread. Wait until some are answered.'],
  too_many_cancels: ['Too many cancels', 'Too many runs are to be stopped before they exist. Wait a minute.'],
  invalid: ['Invalid', 'This cannot be carried out as it is. Check it and try again.'],
  cursor_ahead: ['Unknown position', 'This browser has no such position. Load the thread again.'],
  cursor_gone: ['Old position', 'This position is no longer kept. Load the list again.'],
  not_supported: ['Needs a server', 'This page works without a server of Holdfast, which this needs.'],
}

export function refusal(code: ProblemCode, more: Partial<Problem> = {}): TransportError {
  const [title, detail] = MEANINGS[code] ?? [code, 'This was refused.']
  const problem = { type: 'about:blank', title, status: PROBLEM_STATUS[code], code, detail, ...more } as const
  return new TransportError({ type: 'problem', problem })
}
