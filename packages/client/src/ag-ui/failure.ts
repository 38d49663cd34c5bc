/** A code and a sentence for every way in which an agent can fail for a page that asks it directly. */
import { type Failure, type FailureCode, failureSaying, type Silence } from '@holdfast/core'
import type { ReadFault } from '@holdfast/core/remote'

/** Ends the run with this failure. */
export class AgentFault extends Error {
  override readonly name = 'AgentFault'
  readonly failure: Failure

  constructor(code: FailureCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.failure = failureSaying(code, sentence)
  }
}

export function notAgUi(): AgentFault {
  return new AgentFault(
    'agent_protocol',
    'The agent’s address does not answer with an AG-UI event stream. Set it to the address where the agent accepts runs.',
  )
}

export function brokeOff(cause?: unknown): AgentFault {
  const sentence = 'The agent broke off in the middle of its answer. What it said is kept. Try again.'
  return new AgentFault('agent_incomplete', sentence, { cause })
}

export function stillBusy(): AgentFault {
  const sentence =
    'The agent is still busy with an earlier message of this thread. Wait until it is done, then try again.'
  return new AgentFault('agent_error', sentence)
}

/** A page learns nothing more than that: a browser keeps the reason from it. */
export function unreached(cause: unknown, online: boolean): AgentFault {
  const sentence = online
    ? 'The agent could not be reached. Check that it is running, and that it accepts requests from this page (CORS), then try again.'
    : 'This device is offline. Try again when it is online.'
  return new AgentFault('agent_error', sentence, { cause })
}

const SLOW: Record<Silence, string> = {
  first_byte: 'The agent did not start to answer in time. Try again in a moment.',
  idle: 'The agent stopped in the middle of its answer. What it said is kept. Try again.',
  total: 'The answer took longer than allowed. What the agent said is kept. Ask for less, or try again.',
}

export function tooLong(silence: Silence): AgentFault {
  return new AgentFault('timeout', SLOW[silence])
}

export function unreadable(fault: ReadFault): AgentFault {
  switch (fault) {
    case 'no_event_stream':
      return notAgUi()
    case 'no_json':
      return new AgentFault('agent_protocol', 'The agent sent an event that is not valid JSON. Try again.')
    case 'too_large':
      return new AgentFault('limit_exceeded', 'The agent sent an event that is too large.')
  }
}

const REFUSED: Readonly<Record<number, string>> = {
  401: 'The agent refused this page’s credentials. Check the configured headers.',
  402: 'The account of the agent has no credit left. Add credit there, then try again.',
  403: 'The agent refused this page’s credentials. Check the configured headers.',
  404: 'There is no AG-UI agent at the configured address. Check it.',
  405: 'There is no AG-UI agent at the configured address. Check it.',
  413: 'The conversation is too large for the agent. Start a new one.',
  429: 'The agent accepts no more requests for now. Wait a moment, then try again.',
}

/** Undefined: it is no refusal. */
export function refusalOf({ status, ok, type }: Pick<Response, 'status' | 'ok' | 'type'>): AgentFault | undefined {
  if (ok) return undefined
  if (type === 'opaqueredirect')
    return because('The agent redirects to another address, where nothing is sent. Configure that address.')
  const known = REFUSED[status]
  if (known) return because(known)
  if (status >= 500) return because('The agent is down for now. Wait a moment, then try again.')
  return because(`The agent did not accept this conversation (${status}). Try again, or ask another agent.`)
}

function because(sentence: string): AgentFault {
  return new AgentFault('agent_error', sentence)
}
