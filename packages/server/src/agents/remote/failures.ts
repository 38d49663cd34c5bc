/** What each way of going wrong is called, and what to do about it. Does not know: when to ask again. */
import { AgentFailure } from '../failure.ts'
import type { Silence } from '../silence.ts'

export function notAgUi(): AgentFailure {
  return new AgentFailure(
    'agent_protocol',
    'What answers at AGUI_URL is not an AG-UI event stream: set AGUI_URL to the address where the agent takes runs.',
  )
}

export function brokeOff(cause?: unknown): AgentFailure {
  const sentence = 'The remote agent broke off in the middle of its answer; what it said is kept. Try again.'
  return new AgentFailure('agent_incomplete', sentence, { cause })
}

const SLOW: Record<Silence, string> = {
  first_byte: 'The remote agent did not begin to answer in time. Try again in a moment.',
  idle: 'The remote agent fell silent in the middle; what it said is kept. Try again.',
  total: 'The remote agent took longer than an answer may take; what it said is kept. Ask for less, or try again.',
}

export function tooLong(silence: Silence): AgentFailure {
  return new AgentFailure('timeout', SLOW[silence])
}

export function stillBusy(): AgentFailure {
  return because(
    'The remote agent is still busy with an earlier message of this conversation: wait until it is done, then try again.',
  )
}

const NOT_REACHED =
  'The remote agent cannot be reached: check that it is running and that AGUI_URL is right, then try again.'

/** By the code of the socket or of TLS. */
const UNREACHED: readonly (readonly [code: RegExp, sentence: string])[] = [
  [
    /^(ENOTFOUND|EAI_)/,
    'The host in AGUI_URL cannot be found: check its spelling and the network of this server, then try again.',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME/,
    'The certificate of the remote agent is not valid or not trusted: renew it, or add its issuer to NODE_EXTRA_CA_CERTS.',
  ],
  [
    /^(ERR_SSL|EPROTO)/,
    'The remote agent does not speak HTTPS at this address: check whether AGUI_URL begins with http:// or https://.',
  ],
  [
    /^HPE_/,
    'The remote agent does not speak HTTP at this address: check the port, and whether AGUI_URL begins with http:// or https://.',
  ],
]

/** The socket said so before anything of an answer had come. */
export function unreached(cause: unknown): AgentFailure {
  const code = codeOf(cause)
  const sentence = UNREACHED.find(([form]) => form.test(code))?.[1] ?? NOT_REACHED
  return new AgentFailure('agent_error', sentence, { cause })
}

/** `fetch` wraps what happened; a host with several addresses wraps it once more. */
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
  401: 'The remote agent does not let this server in: check the headers it is configured with.',
  402: 'The account of the remote agent has no credit left: add credit there, then try again.',
  403: 'The remote agent does not let this server in: check the headers it is configured with.',
  404: 'There is no AG-UI agent at that address: check AGUI_URL.',
  405: 'There is no AG-UI agent at that address: check AGUI_URL.',
  413: 'The conversation is too large for the remote agent: begin a new one.',
  429: 'The remote agent answers no more requests for now: wait a moment, then try again.',
}

/** Undefined: it answers. */
export function refusalOf({ status, ok }: Pick<Response, 'status' | 'ok'>): AgentFailure | undefined {
  if (ok) return undefined
  if (status >= 300 && status < 400)
    return because('The remote agent points to another address, where nothing is sent: set AGUI_URL to it.')
  const known = REFUSED[status]
  if (known) return because(known)
  if (status >= 500) return because('The remote agent is out of order for now: wait a moment, then try again.')
  return because(`The remote agent did not accept this conversation (${status}): try again, or ask another one.`)
}

function because(sentence: string): AgentFailure {
  return new AgentFailure('agent_error', sentence)
}
