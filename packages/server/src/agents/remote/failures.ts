/** A code and a sentence for every way in which a remote agent can fail. Does not know: when to retry. */
import type { Silence } from '@holdfast/core'
import { AgentFailure } from '../failure.ts'

export function notAgUi(): AgentFailure {
  return new AgentFailure(
    'agent_protocol',
    'AGUI_URL does not answer with an AG-UI event stream. Set it to the address where the agent accepts runs.',
  )
}

export function brokeOff(cause?: unknown): AgentFailure {
  const sentence = 'The remote agent broke off in the middle of its answer. What it said is kept. Try again.'
  return new AgentFailure('agent_incomplete', sentence, { cause })
}

const SLOW: Record<Silence, string> = {
  first_byte: 'The remote agent did not start to answer in time. Try again in a moment.',
  idle: 'The remote agent stopped in the middle of its answer. What it said is kept. Try again.',
  total: 'The answer took longer than allowed. What the remote agent said is kept. Ask for less, or try again.',
}

export function tooLong(silence: Silence): AgentFailure {
  return new AgentFailure('timeout', SLOW[silence])
}

export function stillBusy(): AgentFailure {
  return because(
    'The remote agent is still busy with an earlier message of this conversation. Wait until it is done, then try again.',
  )
}

const NOT_REACHED =
  'The remote agent cannot be reached. Check that it is running and that AGUI_URL is correct, then try again.'

/** By error code of the socket or of TLS. */
const UNREACHED: readonly (readonly [code: RegExp, sentence: string])[] = [
  [
    /^(ENOTFOUND|EAI_)/,
    'The host in AGUI_URL was not found. Check its spelling and the server’s network, then try again.',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME/,
    'The certificate of the remote agent is invalid or not trusted. Renew it, or add its issuer to NODE_EXTRA_CA_CERTS.',
  ],
  [
    /^(ERR_SSL|EPROTO)/,
    'The remote agent does not speak HTTPS at this address. Check whether AGUI_URL should start with http:// or https://.',
  ],
  [
    /^HPE_/,
    'The remote agent does not speak HTTP at this address. Check the port, and whether AGUI_URL should start with http:// or https://.',
  ],
]

/** The socket failed before any byte of an answer. */
export function unreached(cause: unknown): AgentFailure {
  const code = codeOf(cause)
  const sentence = UNREACHED.find(([form]) => form.test(code))?.[1] ?? NOT_REACHED
  return new AgentFailure('agent_error', sentence, { cause })
}

/** `fetch` wraps the cause, and a host with several addresses wraps it once more. */
function codeOf(error: unknown): string {
  let inner: unknown = error
  for (let depth = 0; depth < 5 && typeof inner === 'object' && inner !== null; depth++) {
    const { code, cause, errors } = inner as { code?: unknown; cause?: unknown; errors?: readonly unknown[] }
    if (typeof code === 'string') return code
    inner = cause ?? errors?.[0]
  }
  return ''
}

const REFUSED: Readonly<Record<number, string>> = {
  401: 'The remote agent refused this server’s credentials. Check its configured headers.',
  402: 'The account of the remote agent has no credit left. Add credit there, then try again.',
  403: 'The remote agent refused this server’s credentials. Check its configured headers.',
  404: 'There is no AG-UI agent at this address. Check AGUI_URL.',
  405: 'There is no AG-UI agent at this address. Check AGUI_URL.',
  413: 'The conversation is too large for the remote agent. Start a new one.',
  429: 'The remote agent accepts no more requests for now. Wait a moment, then try again.',
}

/** Undefined: it is not a failure. */
export function refusalOf({ status, ok }: Pick<Response, 'status' | 'ok'>): AgentFailure | undefined {
  if (ok) return undefined
  if (status >= 300 && status < 400)
    return because(
      'The remote agent redirects to another address, where nothing is sent. Set AGUI_URL to that address.',
    )
  const known = REFUSED[status]
  if (known) return because(known)
  if (status >= 500) return because('The remote agent is down for now. Wait a moment, then try again.')
  return because(`The remote agent did not accept this conversation (${status}). Try again, or ask another agent.`)
}

function because(sentence: string): AgentFailure {
  return new AgentFailure('agent_error', sentence)
}
